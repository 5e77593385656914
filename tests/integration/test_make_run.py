"""`make run` on a copy of the repository: it starts, heals, stops whole, and says clearly when
it cannot."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import ROOT
from deploy.ports import LOOPBACK, answers, is_free
from deploy.readiness import gateway_is_ready
from tests.support.local_run import NOT_COPIED, Run, clone
from tests.support.processes import NotStarted
from tests.support.waiting import allowed, wait_until

FIRST_START_SECONDS = 120
SECOND_START_SECONDS = 10
STOP_SECONDS = 10
MEMORY = 1_000_000_000  # bytes


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One run for the tests below, in their order."""
    run = Run(clone(tmp_path_factory.mktemp("clone")))
    try:
        yield run.start(FIRST_START_SECONDS)
    finally:
        run.terminate(STOP_SECONDS + 5)


def test_the_start_ends_with_one_line_that_says_where_the_page_and_the_mail_are(run: Run) -> None:
    lines = [line for line in run.log.splitlines() if "ready: open" in line]
    page = f"http://localhost:{run.ports['HTTP_PORT']}"
    assert [line.partition("ready: ")[2] for line in lines] == [
        f"open {page} (mail lands in var/mail/)"
    ]
    with urllib.request.urlopen(f"{run.page}/", timeout=5) as answer:
        assert b"<html" in answer.read()


def test_a_healthy_start_warns_of_nothing(run: Run) -> None:
    assert not [line for line in run.log.splitlines() if " WARNING " in line or " ERROR " in line]


@pytest.mark.parametrize(
    ("ports_from", "command"),
    [
        (".env", "notification_consumer.py --rebuild-ledger"),
        ("the run's shell", "booking_service_server.py --adopt-dataset"),
        pytest.param(
            ".env", "booking_service_server.py --adopt-dataset", marks=pytest.mark.nightly
        ),
        pytest.param(
            "the run's shell",
            "notification_consumer.py --rebuild-ledger",
            marks=pytest.mark.nightly,
        ),
    ],
)
def test_a_command_finds_the_run(run: Run, command: str, ports_from: str) -> None:
    env_file, settings = run.cwd / ".env", run.cwd / "var" / "run" / "settings.json"
    kept = settings.read_text()
    if ports_from == ".env":
        env_file.write_text("".join(f"{name}={port}\n" for name, port in run.ports.items()))
        settings.write_text("{}")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "deploy.command", *command.split()],
            cwd=run.cwd,
            env={"PATH": os.environ["PATH"]},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        env_file.unlink(missing_ok=True)
        settings.write_text(kept)
    assert done.returncode == 0, done.stderr


def test_the_settings_of_a_run_are_kept_for_its_owner_alone(run: Run) -> None:
    file = run.cwd / "var" / "run" / "settings.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = json.loads(file.read_text())
    assert kept | {name: str(port) for name, port in run.ports.items()} == kept
    assert "PATH" not in kept


def test_other_users_cannot_read_the_data_of_a_run(run: Run) -> None:
    assert stat.S_IMODE((run.cwd / "var").stat().st_mode) == 0o700


def test_everything_together_stays_under_a_gigabyte(run: Run) -> None:
    assert sum(run.memory().values()) < MEMORY


@pytest.mark.parametrize("script", ["booking_service_server", "websocket_server", "redis-server"])
def test_a_killed_program_is_restarted_and_the_page_recovers(run: Run, script: str) -> None:
    victim = wait_until(lambda: run.child(script), 10)
    victim.kill()
    wait_until(lambda: run.child(script) not in (None, victim), 10, f"{script} is back")
    wait_until(lambda: gateway_is_ready(run.page), 10, "the page is ready again")


def test_a_second_run_in_the_same_folder_is_refused(run: Run) -> None:
    second = Run(run.cwd, log="second.log")
    assert refusal(second).endswith("another `make run` is at work in this folder: stop it first")


def test_a_stop_ends_everything_in_order_and_in_time(run: Run) -> None:
    children = run.children()
    assert children
    began = time.monotonic()
    assert run.terminate(STOP_SECONDS) == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert [child for child in children if child.is_running()] == []
    assert all(is_free(port) for port in run.ports.values())
    stopping = [line.split()[1] for line in run.log.splitlines() if line.endswith(" stopping")]
    assert stopping.index("gateway") < stopping.index("booking")


def test_a_second_start_serves_the_page_within_ten_seconds(run: Run) -> None:
    began = time.monotonic()
    run.launch()
    wait_until(lambda: gateway_is_ready(run.page), allowed(SECOND_START_SECONDS))
    assert time.monotonic() - began < allowed(SECOND_START_SECONDS)


def test_a_killed_supervisor_leaves_no_process_not_even_one_that_has_just_begun(run: Run) -> None:
    wait_until(lambda: run.log.count("ready: open") == 2, FIRST_START_SECONDS)
    victim = wait_until(lambda: run.child("booking_service_server"), 10)
    victim.kill()
    wait_until(lambda: run.child("booking_service_server") not in (None, victim), 10)
    children = run.children()
    run.kill()
    wait_until(lambda: not any(child.is_running() for child in children), allowed(STOP_SECONDS))


@pytest.mark.nightly
def test_without_the_jars_it_runs_without_kafka_and_says_so_once(tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    run = Run(folder, HOME=str(tmp_path), **nowhere)
    try:
        run.start(FIRST_START_SECONDS)
        lines = [line for line in run.log.splitlines() if " WARNING Kafka is off: " in line]
        assert len(lines) == 1
        assert "nothing is lost; the next `make run` tries again" in lines[0]
        assert run.child("notification_consumer") is None
    finally:
        run.terminate(STOP_SECONDS + 5)


@pytest.mark.parametrize(
    "variable",
    [
        "HTTP_PORT",
        *(
            pytest.param(variable, marks=pytest.mark.nightly)
            for variable in ("BOOKING_PORT", "REDIS_PORT", "SMTP_PORT", "KAFKA_PORT")
        ),
    ],
)
def test_a_busy_port_is_named_with_the_variable_that_moves_it(
    tmp_path: Path, variable: str
) -> None:
    run = Run(clone(tmp_path / "clone"))
    with socket.create_server((LOOPBACK, run.ports[variable])):
        line = refusal(run)
    assert f"port {run.ports[variable]} for " in line
    assert line.endswith(f"is taken: set {variable} to another one")
    assert not any(answers(port) for port in run.ports.values())


def test_a_wrong_setting_from_the_env_file_is_named_and_nothing_starts(tmp_path: Path) -> None:
    folder = clone(tmp_path / "clone")
    (folder / ".env").write_text("HOLD_SECONDS=abc\n", encoding="utf-8")
    assert "HOLD_SECONDS=abc is refused" in refusal(Run(folder))


def refusal(run: Run) -> str:
    """The one line of a run that ends at once, with a status that is not 0."""
    with pytest.raises(NotStarted):
        run.start()
    assert run.wait() == 1
    said = run.log.splitlines()[-1]
    assert " ERROR " in said
    return said
