"""One session: its seat map, fed by one stream from booking, and the pages that watch it."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from cinema.retry import Backoff, keep_running
from cinema_pb2 import Atualizacao, EventoSessao, MapaSessao
from gateway import frames
from gateway.booking_client import BookingClient
from gateway.booking_faults import BookingDown, Malformed, NotFound
from gateway.endings import UNKNOWN_SESSION
from gateway.fan_out import Broadcast, FanOut
from gateway.seat_map import ContinuityLost, Seat, SeatMap
from gateway.send_queue import SendQueue

# A rolling restart of booking takes less: only a longer outage is shown.
GRACE_SECONDS = 0.5
SNAPSHOT_FRAME_SECONDS = 0.05  # how long an encoded snapshot is reused
AUDIENCE_SECONDS = 1.0
AUDIENCE_FRAMES_A_SECOND = 500


class Hub:
    """Sends every change to all pages, encoded once; gateway.fan_out decides when.

    Keeps the last known seat map while booking is away. Never waits for a page.
    """

    def __init__(self, session_id: str, booking: BookingClient, fan_out: FanOut) -> None:
        self.session_id = session_id
        self._booking = booking
        self._fan_out = fan_out
        self._loop = asyncio.get_running_loop()
        self._queues: dict[SendQueue, None] = {}  # one a page; an ordered set
        self._seat_map: SeatMap | None = None
        self._pending: list[Seat] = []
        self._sent_version = 0  # every page has at least this version, or is due a snapshot
        self._sent_half_price = 0
        self._is_live = True
        self._resync_due = False
        self._situation_due = False
        self._audience_due = False
        self._snapshot_frame: tuple[float, bytes] | None = None
        self._grace_timer = _Timer(self._show_outage)
        self._audience_timer = _Timer(self._announce_audience)

    # ---------------------------------------------------------------------------------------- pages

    def add(self, queue: SendQueue) -> None:
        self._queues[queue] = None
        queue.pump()
        if not self._is_live:
            queue.put_situation(frames.situation(False))
        self._audience_timer.start(self._audience_delay())

    def remove(self, queue: SendQueue) -> None:
        self._queues.pop(queue, None)
        self._audience_timer.start(self._audience_delay())

    @property
    def is_empty(self) -> bool:
        return not self._queues

    def snapshot_frame(self) -> bytes | None:
        """Encoded once for all pages that need it at about the same time.

        None before booking's first snapshot.
        """
        if self._seat_map is None:
            return None
        now = self._loop.time()
        if self._snapshot_frame is None or now - self._snapshot_frame[0] > SNAPSHOT_FRAME_SECONDS:
            frame = frames.initial_state(self.session_id, self._seat_map, now)
            self._snapshot_frame = (now, frame)
        return self._snapshot_frame[1]

    def own_seats_frame(self, tag: str) -> bytes:
        """What the buyer with this tag holds and has bought."""
        seats = self._seat_map.owned_by(tag) if self._seat_map else []
        return frames.own_seats(seats, self._loop.time())

    # --------------------------------------------------------------------------------------- stream

    async def follow(self) -> None:
        """Feeds the pages, through every restart of booking.

        Returns only where booking does not know the session.
        """
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._fan_out.run(self._queues, self._broadcast))
                await self._follow()
                sending.cancel()
        finally:
            for timer in (self._grace_timer, self._audience_timer):
                timer.cancel()

    async def _follow(self) -> None:
        try:
            await keep_running(
                f"the stream of {self.session_id}",
                self._follow_once,
                (BookingDown, ContinuityLost),
                Backoff(first=0.1, maximum=1.0),
            )
        except (Malformed, NotFound):
            for queue in list(self._queues):
                queue.end(UNKNOWN_SESSION)

    async def _follow_once(self, backoff: Backoff) -> None:
        if self._is_live:
            self._grace_timer.start(GRACE_SECONDS)
        async with aclosing(self._booking.follow(self.session_id)) as events:
            async for event in events:
                self._apply(event)
                backoff.reset()

    def _apply(self, event: EventoSessao) -> None:
        match event.WhichOneof("evento"):
            case "instantaneo":
                self._replace_map(event.instantaneo)
            case "lote":
                for update in event.lote.atualizacoes:
                    self._apply_update(update)
            case "atualizacao":
                self._apply_update(event.atualizacao)

    def _replace_map(self, snapshot: MapaSessao) -> None:
        self._seat_map = SeatMap(snapshot, self._loop.time())
        self._sent_version = snapshot.versao
        self._sent_half_price = snapshot.meias_vendidas
        self._snapshot_frame = None
        self._pending.clear()
        self._grace_timer.cancel()
        self._set_live(not snapshot.vendas_pausadas)
        self._resync_due = True
        self._fan_out.interrupt()

    def _apply_update(self, update: Atualizacao) -> None:
        if self._seat_map is None:
            raise ContinuityLost("an update came before the first snapshot")
        self._pending += self._seat_map.apply(update, self._loop.time())
        self._snapshot_frame = None
        self._fan_out.start()

    # ------------------------------------------------------------------------------------ broadcast

    def _broadcast(self) -> Broadcast:
        """Collects everything that has become due since the last broadcast."""
        broadcast = Broadcast(
            resync=self._resync_due,
            situation=frames.situation(self._is_live) if self._situation_due else None,
            audience=frames.audience(self._buyers()) if self._audience_due else None,
        )
        self._resync_due = self._situation_due = self._audience_due = False
        if self._seat_map is not None and self._seat_map.version != self._sent_version:
            changes, self._pending = self._pending, []
            broadcast.update = self._update_frame(self._seat_map, changes)
            broadcast.gaining = {seat.tag for seat in changes if not seat.is_free and seat.tag}
            broadcast.losing = {seat.tag for seat in changes if seat.tag} - broadcast.gaining
        return broadcast

    def _update_frame(self, seat_map: SeatMap, changes: list[Seat]) -> bytes:
        since, self._sent_version = self._sent_version, seat_map.version
        sent, self._sent_half_price = self._sent_half_price, seat_map.half_price_sold
        half_price = None if sent == self._sent_half_price else self._sent_half_price
        return frames.update(since, self._sent_version, changes, self._loop.time(), half_price)

    def _show_outage(self) -> None:
        self._set_live(False)

    def _set_live(self, live: bool) -> None:
        if live != self._is_live:
            self._is_live = live
            self._situation_due = True
            self._fan_out.start()

    def _buyers(self) -> int:
        """How many people watch; several pages of one buyer count once."""
        return len({queue.tag for queue in self._queues})

    def _announce_audience(self) -> None:
        self._audience_due = True
        self._fan_out.start()

    def _audience_delay(self) -> float:
        return max(AUDIENCE_SECONDS, len(self._queues) / AUDIENCE_FRAMES_A_SECOND)


class _Timer:
    """Calls `action` once, some seconds after the first `start`; further starts until then
    change nothing."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._handle: asyncio.TimerHandle | None = None

    def start(self, seconds: float) -> None:
        if self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(seconds, self._fire)

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _fire(self) -> None:
        self._handle = None
        self._action()
