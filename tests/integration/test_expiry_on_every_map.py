"""A hold ends on every map by itself, once, with the listener and without it.

Two gateways, two booking servers.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import grpc
import pytest
from websockets.asyncio.client import ClientConnection, connect

import cinema_pb2 as pb
import cinema_pb2_grpc
from tests.support.backends import RedisServer
from tests.support.infra import started
from tests.support.mailbox import Mailbox
from tests.support.system import System

SESSION = "S001"
PATIENCE = 10


@pytest.fixture(scope="module")
def quick_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Holds end after a second, and nobody has to wait before the next; no Kafka."""
    folder = tmp_path_factory.mktemp("quick")
    with (
        started(lambda: RedisServer(folder / "redis")) as redis,
        Mailbox() as mailbox,
        System(
            folder, redis, None, mailbox, HOLD_SECONDS="1", HOLD_COOLDOWN_SECONDS="0"
        ) as running,
    ):
        yield running


@pytest.mark.parametrize("with_listener", [True, False], ids=["listener", "no listener"])
async def test_a_hold_ends_on_every_map_once(quick_system: System, with_listener: bool) -> None:
    if with_listener:
        await asyncio.to_thread(quick_system.listener.start)
    else:
        quick_system.listener.kill()
    async with _maps(quick_system) as maps, _booking(quick_system) as booking:
        await booking.ReservarAssento(_request("F07", "ana"), timeout=5)
        for socket in maps:
            freed = await _until(socket, "assento_liberado", "F07")
            assert freed["motivo"] == "timeout"
        # Later sweeps and notices do not free F07 a second time.
        await booking.VarrerSessao(pb.VarreduraRequest(sessao_id=SESSION), timeout=5)
        await booking.ReservarAssento(_request("F08", "bia"), timeout=5)
        for socket in maps:
            seen = await _changes_until(socket, "assento_bloqueado", "F08")
            assert not [change for change in seen if change["assento"] == "F07"]


def _request(seat: str, buyer: str) -> pb.ReservaRequest:
    name = pb.AssentoID(sessao_id=SESSION, assento_num=seat)
    return pb.ReservaRequest(assento=name, usuario_id=buyer)


@asynccontextmanager
async def _maps(system: System) -> AsyncIterator[list[ClientConnection]]:
    """One open map at each gateway, after its first frame."""
    async with AsyncExitStack() as stack:
        maps = []
        for gateway in system.gateways:
            uri = f"{gateway.url.replace('http', 'ws', 1)}/ws/reserva?sessao={SESSION}"
            socket = await stack.enter_async_context(connect(uri))
            assert json.loads(await socket.recv())["evento"] == "estado_inicial"
            maps.append(socket)
        yield maps


@asynccontextmanager
async def _booking(system: System) -> AsyncIterator["cinema_pb2_grpc.ReservaAsyncStub"]:
    async with grpc.aio.insecure_channel(system.bookings[1].address) as channel:
        yield cinema_pb2_grpc.ReservaStub(channel)


async def _until(socket: ClientConnection, event: str, seat: str) -> dict[str, Any]:
    return (await _changes_until(socket, event, seat))[-1]


async def _changes_until(socket: ClientConnection, event: str, seat: str) -> list[dict[str, Any]]:
    """Every change up to this one."""
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE):
        while True:
            frame = json.loads(await socket.recv())
            for change in frame.get("mudancas", []):
                seen.append(change)
                if (change["evento"], change["assento"]) == (event, seat):
                    return seen
