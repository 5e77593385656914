"""How the booking server starts, refuses to start, takes up a new programme, and stops."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import grpc
import pytest
from redis import Redis

import cinema_pb2 as pb
from deploy.ports import LOOPBACK
from tests.support.backends import RedisServer
from tests.support.booking_desk import CALL_SECONDS, new_session, open_desk, programme
from tests.support.services import Booking, is_serving
from tests.support.waiting import wait_until
from tests.support.watching import watching

HOLD_BYTES = 300  # of arguments
DRAIN_SECONDS = 5


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def refusal_of(tmp_path: Path, **settings: str) -> tuple[int, list[str]]:
    """Exit status and log of a server that does not start."""
    booking = Booking(tmp_path, {"LOG_LEVEL": "INFO", **settings})
    booking.launch()
    try:
        return booking.wait(), booking.log.splitlines()
    finally:
        booking.kill()


# -------------------------------------------------------------------------------- refusing to start


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("HOLD_SECONDS", "abc", "in seconds, more than 0 and at most 86400"),
        ("HOLD_SECONDS", "0", "in seconds, more than 0 and at most 86400"),
        ("MAX_SEATS_PER_BUYER", "seis", "a whole number from 1 to 100"),
        ("BOOKING_PORT", "70000", "a port from 1 to 65535"),
        ("REDIS_URL", "localhost", "redis://host:port/db"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it_and_what_it_takes(
    tmp_path: Path, name: str, value: str, takes: str
) -> None:
    status, log = refusal_of(tmp_path, **{name: value})
    assert status == 2
    (line,) = log
    assert line.startswith(f"booking: {name}={value} is refused: it takes ")
    assert takes in line


def test_a_port_that_is_taken_is_one_line_that_names_the_variable(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        status, log = refusal_of(tmp_path, BOOKING_PORT=str(port))
    assert status == 1
    (line,) = log
    assert f"cannot start: 127.0.0.1:{port} is taken" in line
    assert "BOOKING_PORT" in line


def test_a_broken_programme_is_one_line_that_names_its_faulty_line(tmp_path: Path) -> None:
    text = programme([new_session()])
    faulty = text.replace("comum = 3200", "comum = -1")
    line_number = faulty[: faulty.index("comum = -1")].count("\n") + 1
    (tmp_path / "programacao.toml").write_text(faulty)
    status, log = refusal_of(tmp_path, PROGRAMME_FILE=str(tmp_path / "programacao.toml"))
    assert status == 1
    (line,) = log
    assert "cannot start: PROGRAMME_FILE: programacao.toml, linha" in line
    assert f"linha {line_number}: precos.comum: não pode ser negativo" in line


def test_a_programme_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    status, log = refusal_of(tmp_path, PROGRAMME_FILE=str(tmp_path / "none.toml"))
    assert (status, len(log)) == (1, 1)
    assert "none.toml: não pode ser lido" in log[0]


# ---------------------------------------------------------------------- a programme, and the next


def test_a_new_programme_is_taken_up_without_a_restart_and_a_bad_one_is_not(
    stack: ExitStack, tmp_path: Path
) -> None:
    desk = open_desk(stack, tmp_path)
    file, known, added = tmp_path / "programacao.toml", desk.sessions[0], new_session()
    desk.customer(known).hold("A05")

    def sessions() -> set[str]:
        answer = desk.stub.ListarSessoes(pb.Vazio(), timeout=CALL_SECONDS)
        return {session.sessao_id for session in answer.sessoes}

    file.write_text(programme([known, added]))
    wait_until(lambda: sessions() == {known, added}, 10)
    assert desk.customer(added).hold("A05").sucesso
    assert desk.states(known) == {"A05": "BLOQUEADO_TEMP"}
    file.write_text(programme([known, known]))
    wait_until(lambda: "the new programme is refused" in desk.booking.log, 10)
    assert sessions() == {known, added}
    assert "linha" in desk.booking.log


def test_a_session_that_has_begun_is_closed_for_everything_but_giving_back_and_says_so(
    stack: ExitStack, tmp_path: Path
) -> None:
    desk = open_desk(stack, tmp_path)
    session = desk.new_session()
    ana = desk.customer(session)
    ana.hold("A05")
    (tmp_path / "programacao.toml").write_text(
        programme([session], "2001-01-01T20:00:00", alterada="Começou.")
    )
    wait_until(lambda: desk.map(session).sessao.encerrada, 10)
    for refused in (ana.hold("A06"), ana.best(2), ana.extend(), ana.confirm("A05")):
        assert refused.motivo == "sessao_encerrada"
        assert refused.mensagem == "As vendas desta sessão estão encerradas."
    assert ana.release("A05").sucesso


# ---------------------------------------------------------------------------- starting and stopping


def test_a_server_starts_before_redis_and_serves_once_redis_is_there(
    stack: ExitStack, tmp_path: Path
) -> None:
    redis = stack.enter_context(RedisServer(tmp_path / "redis"))
    redis.terminate()
    booking = Booking(tmp_path, {"REDIS_URL": redis.url})
    stack.callback(booking.kill)
    booking.launch()
    wait_until(lambda: "not fit to sell" in booking.log, 10)
    assert not is_serving(booking.address)
    redis.start()
    wait_until(lambda: is_serving(booking.address), 20)


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as crowd:
        yield crowd


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_call_under_way_is_finished_before_the_server_ends(
    stack: ExitStack, tmp_path: Path, crowd: ThreadPoolExecutor, number: signal.Signals
) -> None:
    desk = open_desk(stack, tmp_path)
    ana = desk.customer()
    with desk.redis() as redis:
        redis.client_pause(60_000, all=False)
        answer = crowd.submit(ana.hold, "A05")
        wait_until(lambda: holds_under_way(redis), 5)
        os.kill(desk.booking.pid, number)
        wait_until(lambda: not is_serving(desk.booking.address), 5)
        redis.client_unpause()
    assert answer.result().sucesso
    assert desk.booking.wait(DRAIN_SECONDS) == 0
    assert "Traceback" not in desk.booking.log


def test_a_call_that_does_not_end_keeps_the_server_for_the_time_of_its_drain_only(
    stack: ExitStack, tmp_path: Path, crowd: ThreadPoolExecutor
) -> None:
    desk = open_desk(stack, tmp_path, REDIS_TIMEOUT_SECONDS="60", DRAIN_SECONDS="0.5")
    with desk.redis() as redis:
        redis.client_pause(60_000, all=False)
        answer = crowd.submit(desk.customer().hold, "A05")
        wait_until(lambda: holds_under_way(redis), 5)
        assert desk.booking.terminate(DRAIN_SECONDS) == 0
        redis.client_unpause()
    assert isinstance(answer.exception(), grpc.RpcError)


async def test_open_watches_end_and_do_not_keep_the_server_from_stopping(
    stack: ExitStack, tmp_path: Path
) -> None:
    desk = open_desk(stack, tmp_path, DRAIN_SECONDS="60")
    session = desk.new_session()
    async with AsyncExitStack() as streams:
        watchers = [
            await streams.enter_async_context(watching(desk.booking.address, session))
            for _ in range(5)
        ]
        status = await asyncio.to_thread(desk.booking.terminate, DRAIN_SECONDS)
        ends = [await watcher.wait_for_end() for watcher in watchers]
    assert status == 0
    assert ends == [grpc.StatusCode.UNAVAILABLE] * 5
    assert "Traceback" not in desk.booking.log


def holds_under_way(redis: Redis) -> int:
    """Scripts with as many arguments as a hold has: booking's own, once a second, have hardly
    any."""
    scripts = [one for one in redis.client_list() if one["cmd"].startswith("evalsha")]
    return sum(int(one["argv-mem"]) > HOLD_BYTES for one in scripts)
