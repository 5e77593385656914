"""How every service starts and ends."""

import asyncio
import errno
import functools
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import uvloop

from cinema import health_check, logs, service
from cinema.retry import Backoff, brief, keep_running
from cinema.settings import CommonSettings
from deploy import ROOT
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def _logging_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "configure", lambda name, level: None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_tasks_and_lets_them_tidy_up(number: signal.Signals) -> None:
    stop, tidied = service.stop_signal(), []

    async def task() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            tidied.append(number)

    running = asyncio.create_task(service.run_until_stopped(stop, task(), task()))
    await asyncio.sleep(0)
    os.kill(os.getpid(), number)
    await asyncio.wait_for(running, 5)
    assert tidied == [number, number]


def test_a_service_runs_on_uvloop() -> None:
    loops: list[type] = []

    async def looks(settings: CommonSettings) -> None:
        loops.append(type(asyncio.get_running_loop()))
        raise service.CannotStart("seen enough")

    with pytest.raises(SystemExit):
        service.main("booking", CommonSettings, looks)
    assert loops == [uvloop.Loop]


async def test_a_task_that_dies_takes_the_others_down_and_is_named() -> None:
    others_ended = asyncio.Event()

    async def other() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            others_ended.set()

    async def dies() -> None:
        raise RuntimeError("no more")

    with pytest.raises(ExceptionGroup) as died:
        await service.run_until_stopped(asyncio.Event(), other(), dies())
    assert [str(error) for error in died.value.exceptions] == ["no more"]
    assert others_ended.is_set()


def test_a_wrong_setting_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "LOUD")

    async def never(settings: CommonSettings) -> None:
        raise AssertionError("started in spite of it")

    with pytest.raises(SystemExit) as ended:
        service.main("booking", CommonSettings, never)
    assert ended.value.code == 2
    written = capsys.readouterr().err
    assert written == "booking: LOG_LEVEL=LOUD is refused: it takes DEBUG, INFO, WARNING or ERROR\n"


def test_a_service_that_cannot_start_logs_one_line_and_exits_with_1(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def cannot(settings: CommonSettings) -> None:
        raise service.CannotStart("the port is taken")

    with pytest.raises(SystemExit) as ended:
        service.main("booking", CommonSettings, cannot)
    assert ended.value.code == 1
    assert caplog.messages == ["cannot start: the port is taken"]
    assert caplog.records[0].exc_info is None


@pytest.mark.parametrize("ends", ["", "raise RuntimeError('no more')"])
def test_a_thread_that_hangs_does_not_keep_a_service_that_has_ended(ends: str) -> None:
    code = f"""
import threading
from cinema import service
from cinema.settings import CommonSettings

async def serve(settings):
    threading.Thread(target=threading.Event().wait, name="stuck").start()
    {ends}

service.EXIT_SECONDS = 0.2
service.main("booking", CommonSettings, serve)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 1
    assert "still not ended" in ended.stderr
    assert "stuck" in ended.stderr


def test_log_lines_have_time_service_level_and_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # this one is about logs.configure itself
    root = logging.Logger("root of this test")
    monkeypatch.setattr(logging, "root", root)
    logs.configure("booking", "INFO")
    (handler,) = root.handlers
    assert handler.formatter is not None
    record = logging.LogRecord("x", logging.INFO, "", 0, "listening", None, None)
    line = handler.formatter.format(record)
    assert line[8:] == " booking   INFO    listening"


@pytest.mark.parametrize(("seconds", "level"), [(5, "INFO"), (-5, "WARNING")])
def test_that_a_neighbour_is_not_there_is_no_warning_while_a_service_starts(
    seconds: float, level: str
) -> None:
    lower = logs.calm_until(time.monotonic() + seconds)
    waiting, wrong = (
        logging.makeLogRecord({"levelno": logging.WARNING, "levelname": "WARNING", **extra})
        for extra in (logs.WAITS, {})
    )
    assert lower(waiting)
    assert lower(wrong)
    assert (waiting.levelname, wrong.levelname) == (level, "WARNING")


async def test_a_ready_file_is_there_while_the_service_is_ready_and_gone_afterwards(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ready"
    ready = service.ReadyFile(path)
    keeping = asyncio.create_task(ready.keep())
    await asyncio.sleep(0)
    assert not path.exists()
    ready.ready = True
    await eventually(path.exists)
    keeping.cancel()
    await asyncio.wait([keeping])
    assert not path.exists()


async def test_a_ready_file_that_cannot_be_touched_for_now_is_kept_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path, sleep = tmp_path / "ready", asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda _: sleep(0.01))
    ready = service.ReadyFile(path)
    ready.ready = True

    def fails(_: Path, text: str) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as full:
        full.setattr(Path, "write_text", fails)
        keeping = asyncio.create_task(ready.keep())
        await eventually(lambda: caplog.messages)
    await eventually(path.exists)
    keeping.cancel()
    (line,) = caplog.messages
    assert "READY_FILE" in line


async def test_a_ready_file_says_what_a_ready_service_cannot_do_and_the_health_check_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ready"
    monkeypatch.setenv("READY_FILE", str(file))
    ready = service.ReadyFile(file, lambda: "the mail server is away")
    ready.ready = True
    keeping = asyncio.create_task(ready.keep())
    await eventually(file.exists)
    assert health_check.ready_file() == ""
    assert capsys.readouterr().out == "the mail server is away"
    keeping.cancel()
    await asyncio.wait([keeping])
    assert "missing" in health_check.ready_file()


async def test_without_a_ready_file_nothing_is_kept() -> None:
    await asyncio.wait_for(service.ReadyFile(None).keep(), 5)


# ------------------------------------------------------------------------------------- trying again


def test_delays_double_up_to_a_maximum_and_reset_after_a_success() -> None:
    backoff = Backoff(first=1, maximum=4)
    for ceiling in (1, 2, 4, 4):
        assert ceiling / 2 <= backoff.delay() <= ceiling
    backoff.reset()
    assert backoff.delay() <= 1


async def test_an_expected_error_is_retried_and_a_bug_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failures = iter([OSError("down"), OSError("down\nstill"), ValueError("a bug")])

    async def run(backoff: Backoff) -> None:
        raise next(failures)

    with pytest.raises(ValueError, match="a bug"):
        await keep_running("work", run, (OSError,), Backoff(first=0.001))
    assert caplog.messages == [
        f"work failed ({reason}): trying again until it works" for reason in ("down", "down still")
    ]


async def test_an_outage_is_one_line_and_a_reminder_each_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([OSError("down")] * 50 + [ValueError("a bug")])

    async def run(backoff: Backoff) -> None:
        raise next(failures)

    with pytest.raises(ValueError, match="a bug"):
        await keep_running("work", run, (OSError,), Backoff(first=0.0001, maximum=0.0001))
    assert len(caplog.messages) == 1
    failures = iter([OSError("down")] * 3 + [ValueError("a bug")])
    monkeypatch.setattr(logs, "REMIND_SECONDS", 0)
    with pytest.raises(ValueError, match="a bug"):
        await keep_running("work", run, (OSError,), Backoff(first=0.0001))
    assert len(caplog.messages) == 1 + 3


def test_an_error_is_one_short_line() -> None:
    assert brief(OSError("a\n  b")) == "a b"
    assert brief(TimeoutError()) == "TimeoutError"
    assert len(brief(OSError("x" * 1_000))) == 200


def test_the_command_line_chooses_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    async def serve(_: object) -> None: ...
    async def replay(_: object) -> None: ...
    async def resend(code: str, settings: object) -> None: ...

    commands = {
        "--replay": service.Command(replay, "replays"),
        "--resend": service.Command(resend, "resends", "CODE"),
    }

    def chosen(*arguments: str) -> object:
        monkeypatch.setattr(sys, "argv", ["service.py", *arguments])
        return service.chosen_command("A service.", serve, commands)

    assert [chosen(), chosen("--replay")] == [serve, replay]
    with_code = chosen("--resend", "7K4Q9D2M")
    assert isinstance(with_code, functools.partial)
    assert (with_code.func, with_code.args) == (resend, ("7K4Q9D2M",))
    for wrong in (("--replay", "--resend", "7K4Q9D2M"), ("--resend",)):
        with pytest.raises(SystemExit):
            chosen(*wrong)
