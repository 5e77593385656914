"""`uvicorn websocket_server:app`, the original's own way to start the gateway."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from cinema import service
from deploy import ROOT
from gateway.assets import Assets
from gateway.lifespan import lifespan
from tests.fakes.booking import FakeBooking
from tests.support.ports import free_port
from tests.support.services import Gateway, UvicornGateway
from tests.support.waiting import eventually

COMMAND = [sys.executable, "-m", "uvicorn", "websocket_server:app"]


@pytest.fixture
def settings(fake_booking: FakeBooking) -> dict[str, str]:
    return {"BOOKING_ADDRESS": fake_booking.address, "COALESCE_MS": "0", "DRAIN_SECONDS": "2"}


@pytest.fixture
async def gateway(tmp_path: Path, settings: dict[str, str]) -> AsyncIterator[UvicornGateway]:
    process = UvicornGateway(tmp_path, settings)
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.kill)


async def test_uvicorns_own_command_serves_the_page_and_its_socket(gateway: UvicornGateway) -> None:
    async with httpx2.AsyncClient(base_url=gateway.url) as http:
        assert (await http.get("/sessao/S001")).status_code == 200
    async with connect(socket_url(gateway)) as page:
        assert json.loads(await page.recv())["evento"] == "estado_inicial"
        await page.send('{"acao":"bloquear","assento":"F07","id":"1"}')
        async with asyncio.timeout(10):
            while '"id":"1"' not in (frame := str(await page.recv())):
                pass
        assert json.loads(frame)["status"] == "ok"


async def test_one_line_says_what_the_plain_command_lacks(gateway: UvicornGateway) -> None:
    (line,) = [line for line in gateway.log.splitlines() if "python websocket_server.py" in line]
    assert " gateway " in line
    for lacking in ("frame", "compression", "time limits", "--host", "--port", "drain"):
        assert lacking in line


async def test_a_plain_gateway_stops_and_asks_its_pages_to_reconnect(
    gateway: UvicornGateway,
) -> None:
    async with connect(socket_url(gateway)) as page:
        await page.recv()
        stopping = asyncio.create_task(asyncio.to_thread(gateway.terminate))
        assert await close_code(page) == 1012
    await stopping
    assert "Traceback" not in gateway.log


async def test_the_link_of_an_order_does_not_get_into_the_log(gateway: UvicornGateway) -> None:
    async with httpx2.AsyncClient(base_url=gateway.url) as http:
        await http.get("/pedido/p00-secret")
        await http.get("/health/live")
    assert "p00-secret" not in gateway.log


async def test_a_trusted_proxy_speaks_for_its_callers_and_nobody_else_does(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    """What a proxy says counts by the gateway's own setting, however the gateway was started."""
    limits = {"TRUSTED_PROXIES": "127.0.0.1", "MAX_MESSAGES_PER_SECOND_PER_ADDRESS": "0.5"}
    with await asyncio.to_thread(
        UvicornGateway(tmp_path, settings | limits, "--no-proxy-headers").start
    ) as gateway:
        async with httpx2.AsyncClient(base_url=gateway.url) as http:
            for caller in ("203.0.113.1", "203.0.113.2"):
                headers = {"X-Forwarded-For": caller}
                answers = [await http.get("/api/sessoes", headers=headers) for _ in range(2)]
                assert [answer.status_code for answer in answers] == [200, 429]


async def test_a_changed_file_is_taken_up_with_reload(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    file = tmp_path / "watched" / "changed.py"
    file.parent.mkdir()
    file.touch()
    gateway = UvicornGateway(tmp_path, settings, "--reload", "--reload-dir", str(file.parent))
    with await asyncio.to_thread(gateway.start):
        async with connect(socket_url(gateway)) as page:
            await page.recv()
            os.utime(file, times=(2e9, 2e9))  # uvicorn looks for a later time of change
            assert await close_code(page) == 1012
        await eventually(lambda: gateway.log.count("Application startup complete") == 2)
        await asyncio.to_thread(gateway.start)
        assert "Traceback" not in gateway.log


@pytest.mark.parametrize("reload", [False, True])
def test_small_answers_do_not_wait_for_an_acknowledgement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, reload: bool
) -> None:
    """With --reload uvicorn binds the socket itself, in a way that asyncio's own loop would take
    for no TCP."""
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    config = uvicorn.Config("websocket_server:app", port=free_port(), log_config=None)

    async def no_delay() -> int:
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([config.bind_socket()] if reload else None))
        await eventually(lambda: server.started)
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{config.port}") as http:
            await http.get("/health/live")
            (connection,) = server.server_state.connections
            accepted = connection.transport.get_extra_info("socket")
            is_set: int = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        server.should_exit = True
        await serving
        return is_set

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        assert runner.run(no_delay())


async def test_a_background_task_that_dies_stops_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(_: Assets) -> None:
        raise RuntimeError("no more")

    monkeypatch.setattr(Assets, "keep_fresh", dies)
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    last_resorts: list[float] = []
    monkeypatch.setattr(service, "end_within", last_resorts.append)
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    with pytest.raises(ExceptionGroup):
        async with lifespan(FastAPI()):
            await asyncio.Event().wait()
    await asyncio.wait_for(asked.wait(), 5)
    assert last_resorts  # should something hang


def test_a_wrong_setting_ends_the_plain_command_with_one_line_that_names_it(tmp_path: Path) -> None:
    status, said = run({"COALESCE_MS": "soon", "SECRETS_DIR": str(tmp_path)})
    assert status != 0
    assert [line for line in said.splitlines() if "COALESCE_MS=soon is refused" in line]
    assert "Traceback" not in said
    assert said.count("COALESCE_MS") == 1


def test_a_refused_secret_ends_the_plain_command_with_one_line_that_names_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "cookie").write_text("short")
    (tmp_path / "cookie").chmod(0o600)
    status, said = run({"SECRETS_DIR": str(tmp_path)})
    assert status != 0
    assert said.count(str(tmp_path / "cookie")) == 1
    assert "Traceback" not in said


def test_importing_the_gateway_reads_no_setting_and_no_secret(tmp_path: Path) -> None:
    code = "import sys, websocket_server as w; sys.exit(type(w.app).__name__ != 'FastAPI')"
    status, said = run({"COALESCE_MS": "soon", "SECRETS_DIR": str(tmp_path / "s")}, "-c", code)
    assert (status, said) == (0, "")
    assert not (tmp_path / "s").exists()


async def close_code(page: ClientConnection) -> int:
    """The code that the gateway closes the socket with."""
    async with asyncio.timeout(10):
        await page.wait_closed()
    return page.close_code or 1006


def run(settings: dict[str, str], *arguments: str) -> tuple[int, str]:
    plain = (*COMMAND[1:], "--port", str(free_port()))
    done = subprocess.run(
        [sys.executable, *(arguments or plain)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.returncode, done.stderr


def socket_url(gateway: Gateway) -> str:
    return f"{gateway.url.replace('http', 'ws')}/ws/reserva?sessao=S001"
