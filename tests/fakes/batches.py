"""A fake booking with real streams of batches, whose requests take as long as a test wants."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import grpc
import pytest

import cinema_pb2 as pb
from booking.batch_streams import BatchStreams
from booking.faults import Context, GuardedServer
from booking.requests import InvalidRequest
from cinema_pb2_grpc import add_ReservaServicer_to_server
from tests.fakes.booking import FakeBooking

SLOW, FAULTY = "slow", "faulty"  # buyers
PATIENCE = 20.0


class Server(FakeBooking):
    """Streams of batches as booking has them. A slow buyer's hold waits until the test ends it."""

    def __init__(self, patience: float = PATIENCE) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.under_way = 0
        self.streams = BatchStreams({"reservar": self.hold, "liberar": self.hold}, patience)

    async def hold(self, request: pb.ReservaRequest, context: Context) -> pb.ReservaResponse:
        self.requests.append(request)
        self.under_way += 1
        try:
            if request.usuario_id == SLOW:
                await self.go_on.wait()
            if request.usuario_id == FAULTY:
                raise InvalidRequest("no such buyer")
        finally:
            self.under_way -= 1
        return pb.ReservaResponse(sucesso=True, assentos=request.assentos)

    async def Lotes(  # type: ignore[override]  # noqa: N802 - the contract's name
        self, requests: AsyncIterable[pb.LotePedidos], context: Context
    ) -> None:
        await self.streams.serve(requests, context)

    async def start(self) -> None:
        self._server = grpc.aio.server()
        guarded = cast(grpc.aio.Server, GuardedServer(self._server, PATIENCE))
        add_ReservaServicer_to_server(self, guarded)
        self._server.add_insecure_port(self.address)
        await self._server.start()

    async def drain(self, seconds: float) -> None:
        self.streams.close()
        assert self._server is not None
        await self._server.stop(seconds)


@asynccontextmanager
async def running(patience: float = PATIENCE) -> AsyncIterator[Server]:
    server = Server(patience)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as server:
        yield server
