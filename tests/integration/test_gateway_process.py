"""The gateway as a process: start, stop, and refused starts."""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cinema_pb2 import ReservaRequest
from deploy import ROOT
from tests.fakes.booking import FakeBooking
from tests.fakes.messages import SEATS, held
from tests.support.gateway_in_process import cramped_socket
from tests.support.ports import free_port
from tests.support.services import Gateway
from tests.support.waiting import allowed, eventually


@pytest.fixture
async def gateway(tmp_path: Path, fake_booking: FakeBooking) -> AsyncIterator[Gateway]:
    settings = {"COALESCE_MS": "0", "DRAIN_SECONDS": "2"}
    process = Gateway(tmp_path, {"BOOKING_ADDRESS": fake_booking.address, **settings})
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.kill)


async def test_a_stopping_gateway_answers_pending_requests_and_closes_with_1012(
    gateway: Gateway, fake_booking: FakeBooking
) -> None:
    async with connect(_socket_url(gateway)) as page:
        await page.recv()
        fake_booking.answers.clear()
        await page.send('{"acao":"bloquear","assento":"F07","id":"1"}')
        await eventually(lambda: fake_booking.asked(ReservaRequest))
        stopping = asyncio.create_task(asyncio.to_thread(gateway.terminate))
        await eventually(lambda: _is_draining(gateway))
        with pytest.raises(InvalidStatus):
            await connect(_socket_url(gateway))
        fake_booking.answers.set()
        assert (await _reply(page))["status"] == "ok"
        with pytest.raises(ConnectionClosed) as ending:
            await asyncio.wait_for(_reply(page), 5)
        assert ending.value.rcvd is not None
        assert ending.value.rcvd.code == 1012
    assert await stopping == 0


async def test_a_gateway_keeps_its_ready_file_while_booking_can_sell(
    gateway: Gateway, fake_booking: FakeBooking
) -> None:
    await eventually(gateway.ready_file.exists)
    await fake_booking.set_serving(serving=False)
    await eventually(lambda: not gateway.ready_file.exists())
    assert len([line for line in gateway.log.splitlines() if "not ready: " in line]) == 1
    await fake_booking.set_serving(serving=True)
    await eventually(gateway.ready_file.exists)
    await asyncio.to_thread(gateway.terminate)
    assert not gateway.ready_file.exists()


async def test_a_gateway_stops_in_time_whatever_hangs(
    gateway: Gateway, fake_booking: FakeBooking
) -> None:
    async with connect(_socket_url(gateway)) as page:
        await page.recv()
        fake_booking.answers.clear()
        await page.send('{"acao":"bloquear","assento":"F07","id":"1"}')
        await eventually(lambda: fake_booking.asked(ReservaRequest))
        begun = time.monotonic()
        assert await asyncio.to_thread(gateway.terminate) == 0
    assert time.monotonic() - begun < allowed(5)
    assert "Traceback" not in gateway.log


async def test_a_sleeping_browser_does_not_delay_the_stop(
    gateway: Gateway, fake_booking: FakeBooking
) -> None:
    peer = await cramped_socket(gateway.port)
    async with (
        connect(_socket_url(gateway), sock=peer, max_queue=1, close_timeout=0.1),
        connect(_socket_url(gateway), max_queue=None) as watcher,
    ):
        await watcher.recv()
        for _ in range(100):  # far more than the sleeper's kernel and ours take
            fake_booking.change(*(held(seat, "crowd") for seat in SEATS))
            await _update(watcher)
        assert await asyncio.to_thread(gateway.terminate) == 0
    assert "Traceback" not in gateway.log


async def test_a_busy_port_is_one_line_that_names_its_settings(
    gateway: Gateway, tmp_path: Path, fake_booking: FakeBooking
) -> None:
    settings = {"HTTP_PORT": str(gateway.port), "SECRETS_DIR": str(tmp_path / "secrets")}
    status, said = await asyncio.to_thread(_run, settings)
    assert status == 1
    assert len(said.splitlines()) == 1
    assert str(gateway.port) in said
    assert "HTTP_PORT" in said


async def test_a_wrong_setting_is_one_line_that_names_it(tmp_path: Path) -> None:
    status, said = await asyncio.to_thread(_run, {"COALESCE_MS": "soon"})
    assert status == 2
    assert len(said.splitlines()) == 1
    assert "COALESCE_MS" in said


def test_a_gateway_whose_background_task_fails_ends_soon_whatever_hangs(tmp_path: Path) -> None:
    """With a thread that never ends, and a server that ignores its cancellation."""
    code = """
import asyncio, threading
import websocket_server
from cinema import service
from gateway.settings import GatewaySettings
from gateway.assets import Assets

async def dies(self):
    threading.Thread(target=threading.Event().wait).start()
    raise RuntimeError("no more")

async def hangs(self, sockets):
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

Assets.keep_fresh = dies
websocket_server.Server.serve = hangs
service.EXIT_SECONDS = 0.2
service.main("gateway", GatewaySettings, websocket_server.serve)
"""
    folders = {"SECRETS_DIR": str(tmp_path / "secrets"), "HTTP_PORT": str(free_port())}
    status, said = _run(folders | {"DRAIN_SECONDS": "0.2"}, "-c", code)
    assert status == 1
    assert "still not ended" in said


def _run(settings: dict[str, str], *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *(arguments or [str(ROOT / "websocket_server.py")])],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.returncode, done.stderr


def _socket_url(gateway: Gateway) -> str:
    return f"{gateway.url.replace('http', 'ws')}/ws/reserva?sessao=S001"


async def _is_draining(gateway: Gateway) -> bool:
    return await asyncio.to_thread(_ready_status, gateway) == 503


def _ready_status(gateway: Gateway) -> int:
    try:
        with urllib.request.urlopen(f"{gateway.url}/health/ready", timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


async def _reply(page: ClientConnection) -> dict[str, str]:
    return await _first_with(page, "status")


async def _update(page: ClientConnection) -> dict[str, str]:
    return await _first_with(page, "mudancas")


async def _first_with(page: ClientConnection, field: str) -> dict[str, str]:
    while True:
        frame: dict[str, str] = json.loads(await page.recv())
        if field in frame:
            return frame
