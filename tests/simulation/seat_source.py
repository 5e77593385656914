"""Booking as a hub sees it: one session's seats, and streams of their changes that break."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import cinema_pb2 as pb
from gateway.booking_faults import BookingDown
from tests.simulation.browser import Moments
from tests.simulation.loop import SimulatedLoop

SEATS = ("A01", "A02", "A03", "B01", "B02", "B03")
TAGS = ("ana", "bia", "caio")
_SHOWN = {pb.StatusReserva.BLOQUEADO_TEMP: "bloqueado", pb.StatusReserva.RESERVADO: "ocupado"}
_TRAVEL_SECONDS = 0.03

Stream = asyncio.Queue[pb.EventoSessao | None]  # None: it breaks


class SeatSource:
    """`moments` keeps every state that was: the half-price sales of a state are its number."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self.version = self.moment = 0
        self.is_down = self.is_paused = False
        self._sent_version = 0
        self.taken: dict[str, pb.EstadoAssento] = {}
        self.moments: Moments = {0: (0, {})}
        self._loop = loop
        self._streams: dict[Stream, None] = {}

    async def follow(self, session_id: str) -> AsyncGenerator[pb.EventoSessao]:
        await self._travel()
        if self.is_down:
            raise BookingDown("booking is away")
        stream: Stream = asyncio.Queue()
        stream.put_nowait(self._snapshot())
        self._streams[stream] = None
        try:
            while (event := await stream.get()) is not None:
                await self._travel()
                yield event
        finally:
            del self._streams[stream]
        raise BookingDown("the stream broke")

    async def _travel(self) -> None:
        await asyncio.sleep(
            self._loop.random.choice((0, self._loop.random.random())) * _TRAVEL_SECONDS
        )

    # ------------------------------------------------------------------------------- what happens

    def change(self, times: int = 1) -> None:
        updates = [self._change() for _ in range(times)]
        self._sent_version = self.version
        if self._loop.random.random() < 0.5:
            self._send(pb.EventoSessao(lote=pb.Lote(atualizacoes=updates)))
        else:
            for update in updates:
                self._send(pb.EventoSessao(atualizacao=update))

    def incidents(self) -> list[Callable[[], None]]:
        return [
            *(self.skip, self.repeat, self.begin_again, self.send_snapshot),
            *(self.pause_or_resume, self.go_down_or_return, self.break_streams),
        ]

    def skip(self) -> None:
        """The streams lose a version: what comes next does not follow."""
        self._change()

    def repeat(self) -> None:
        """The streams get an update of a version that they have had."""
        self._send(pb.EventoSessao(atualizacao=pb.Atualizacao(versao=self._sent_version)))

    def begin_again(self) -> None:
        """Redis came back with older data: the versions fall."""
        self.version = self._loop.random.randint(0, self.version)
        for seat in self._loop.random.sample(SEATS, 3):
            self.taken.pop(seat, None)
        self._is_now()
        self.send_snapshot()

    def send_snapshot(self) -> None:
        self._sent_version = self.version
        self._send(self._snapshot())

    def pause_or_resume(self) -> None:
        self.is_paused = not self.is_paused
        self.send_snapshot()

    def go_down_or_return(self) -> None:
        self.is_down = not self.is_down
        self.break_streams()

    def settle(self) -> None:
        """It is well, and its last change follows what the streams have had, or shows a gap."""
        self.is_down = self.is_paused = False
        self.send_snapshot()
        self.change()

    def own_seats(self, tag: str) -> set[str]:
        return {seat for seat, one in self.taken.items() if one.marca == tag}

    def break_streams(self) -> None:
        self._send(None)

    # -------------------------------------------------------------------------------------- inside

    def _send(self, event: pb.EventoSessao | None) -> None:
        for stream in self._streams:
            stream.put_nowait(event)

    def _change(self) -> pb.Atualizacao:
        self.version += 1
        pick = self._loop.random
        changes = [self._change_of(seat) for seat in pick.sample(SEATS, pick.randint(1, 3))]
        self._is_now()
        return pb.Atualizacao(versao=self.version, mudancas=changes, meias_vendidas=self.moment)

    def _change_of(self, seat: str) -> pb.EstadoAssento:
        """A free seat is held, a held one is sold or freed, a sold one is freed."""
        pick, before = self._loop.random, self.taken.pop(seat, None)
        tag, state = pick.choice(TAGS), pb.StatusReserva.BLOQUEADO_TEMP
        if before:
            tag, state = before.marca, pb.StatusReserva.DISPONIVEL
            if before.estado == pb.StatusReserva.BLOQUEADO_TEMP and pick.random() < 0.5:
                state = pb.StatusReserva.RESERVADO
        change = pb.EstadoAssento(assento=seat, estado=state, restante_ms=60_000, marca=tag)
        if state in _SHOWN:
            self.taken[seat] = change
        return change

    def _is_now(self) -> None:
        self.moment += 1
        shown = {seat: _SHOWN[one.estado] for seat, one in self.taken.items()}
        self.moments[self.moment] = (self.version, shown)

    def _snapshot(self) -> pb.EventoSessao:
        snapshot = pb.MapaSessao(
            versao=self.version,
            meias_vendidas=self.moment,
            assentos=self.taken.values(),
            vendas_pausadas=self.is_paused,
        )
        return pb.EventoSessao(instantaneo=snapshot)
