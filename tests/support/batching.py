"""Batches from both ends: the gateway's client on a channel of its own, and a bare stream to a
booking server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest

import cinema_pb2 as pb
from cinema.booking_channel import OPTIONS
from cinema_pb2_grpc import ReservaStub
from gateway import batches
from gateway.booking_client import BookingClient
from gateway.seat_requests import Buyer
from tests.support.waiting import eventually

SECONDS = 20  # the deadline for a stream's answers


@asynccontextmanager
async def gateways_client(*addresses: str, deadline: float = 10) -> AsyncIterator[BookingClient]:
    """Its streams are open, where the servers support them."""
    target = f"ipv4:{','.join(addresses)}"
    async with grpc.aio.insecure_channel(target, options=OPTIONS) as channel:
        client = BookingClient(channel, deadline)
        running = asyncio.create_task(client.run())
        try:
            yield client
        finally:
            running.cancel()
            await asyncio.wait([running])


async def streams_of(client: BookingClient, count: int, servers: int = 1) -> None:
    """Waits until it has `count` streams open, to `servers` servers."""
    await eventually(
        lambda: (
            len(client._batches._streams) == count
            and len({stream.server for stream in client._batches._streams}) == servers
        )
    )


def under_way(client: BookingClient) -> int:
    """How many requests are sent and not yet answered."""
    return sum(len(stream._under_way) for stream in client._batches._streams)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams move to other servers after 50 ms instead of seconds."""
    monkeypatch.setattr(batches, "SHORT_LIFETIME_SECONDS", 0.05)


class Stream:
    """A bare stream of batches."""

    def __init__(self, call: Any) -> None:
        self.call = call

    async def send(self, *requests: pb.PedidoEmLote, give_up: Sequence[int] = ()) -> None:
        await self.call.write(pb.LotePedidos(pedidos=requests, desistencias=give_up))

    async def read(self) -> pb.LoteRespostas:
        async with asyncio.timeout(SECONDS):
            answers: pb.LoteRespostas = await self.call.read()
        return answers

    async def answers(self, count: int) -> dict[int, pb.RespostaEmLote]:
        """Reads until `count` answers are there; by number."""
        found: dict[int, pb.RespostaEmLote] = {}
        while len(found) < count:
            found |= {answer.numero: answer for answer in (await self.read()).respostas}
        return found

    async def ask(self, *requests: pb.PedidoEmLote) -> dict[int, pb.RespostaEmLote]:
        """Sends one message and reads all of its answers."""
        await self.send(*requests)
        return await self.answers(len(requests))


@asynccontextmanager
async def bare_stream(address: str) -> AsyncIterator[Stream]:
    async with grpc.aio.insecure_channel(address) as channel:
        call = ReservaStub(channel).Lotes()
        try:
            yield Stream(call)
        finally:
            call.cancel()


def hold(number: int, buyer: Buyer, *seats: str, left_ms: int = 0) -> pb.PedidoEmLote:
    wanted = pb.ReservaRequest(
        assento=pb.AssentoID(sessao_id=buyer.session_id), usuario_id=buyer.id, assentos=seats
    )
    return pb.PedidoEmLote(numero=number, prazo_ms=left_ms, reservar=wanted)
