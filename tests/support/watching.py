"""Watches a session over gRPC and checks that no version is missing."""

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager

import grpc

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from tests.support.waiting import eventually

STATES = pb.StatusReserva.Estado.Name


class Gap(AssertionError):
    """A version was left out or came twice."""


class Watcher:
    """Follows one stream; `seats` are those that are not free, by the events so far."""

    def __init__(self) -> None:
        self.version = -1
        self.snapshots = 0
        self.paused = False
        self.seats: dict[str, str] = {}
        self.reasons: list[str] = []  # why seats became free, in order
        self.status: grpc.StatusCode | None = None  # once the stream has ended

    async def follow(self, stream: AsyncIterable[pb.EventoSessao]) -> None:
        try:
            async for event in stream:
                self._take(event)
        except grpc.aio.AioRpcError as ended:
            self.status = ended.code()

    def _take(self, event: pb.EventoSessao) -> None:
        if event.HasField("instantaneo"):
            self.snapshots += 1
            self.version = event.instantaneo.versao
            self.paused = event.instantaneo.vendas_pausadas
            self.seats = {seat.assento: STATES(seat.estado) for seat in event.instantaneo.assentos}
            return
        update = event.atualizacao
        if update.versao != self.version + 1:
            raise Gap(f"version {update.versao} follows {self.version}")
        self.version = update.versao
        for change in update.mudancas:
            self.seats.pop(change.assento, None)
            if change.estado != pb.StatusReserva.DISPONIVEL:
                self.seats[change.assento] = STATES(change.estado)
            elif change.motivo:
                self.reasons.append(change.motivo)

    async def wait_for_version(self, version: int, timeout: float = 10) -> None:
        await eventually(lambda: self.version >= version, timeout, f"version {version}")

    async def wait_for_seats(self, seats: Mapping[str, str], timeout: float = 10) -> None:
        await eventually(lambda: self.seats == seats, timeout, f"seats {seats}")

    async def wait_for_pause(self, *, paused: bool, timeout: float = 10) -> None:
        await eventually(lambda: self.paused == paused, timeout, f"paused: {paused}")

    async def wait_for_end(self, timeout: float = 10) -> grpc.StatusCode:
        status = await eventually(lambda: self.status, timeout, "the stream's end")
        assert status is not None
        return status


@asynccontextmanager
async def watching(address: str, session: str) -> AsyncIterator[Watcher]:
    """A watcher who has had its first snapshot, or whose stream has ended at once."""
    async with grpc.aio.insecure_channel(address) as channel:
        stream = ReservaStub(channel).AcompanharSessao(pb.SessaoRequest(sessao_id=session))
        watcher = Watcher()
        following = asyncio.create_task(watcher.follow(stream))
        try:
            await eventually(lambda: watcher.snapshots or following.done(), what="a snapshot")
            yield watcher
            if following.done():
                following.result()  # raises Gap
        finally:
            stream.cancel()
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
