"""One session: its state, fed by one stream from booking, and the browsers that watch it."""

import asyncio
from contextlib import aclosing

from cinema.retry import Backoff, keep_running
from cinema_pb2 import Atualizacao, EventoSessao, MapaSessao
from gateway import frames
from gateway.booking import Booking, BookingDown, Malformed, NotFound
from gateway.endings import UNKNOWN_SESSION
from gateway.outbox import Outbox
from gateway.seat_map import ContinuityLost, Seat, SeatMap
from gateway.timer import Timer

# Booking may be gone for as long as a rolling restart takes before anybody is told.
GRACE_SECONDS = 0.5
SNAPSHOT_FRAME_SECONDS = 0.05  # how long an encoded snapshot serves all who need one
# A crowd is told less often rather than later and later: frames a second, of a core that can send some 20,000.
UPDATES_A_SECOND = 10_000
AUDIENCE_SECONDS = 1.0
AUDIENCE_FRAMES_A_SECOND = 500


class Hub:
    """Passes every change on to all pages, encoded once, `coalesce` seconds after it was heard.

    Where very many watch it is a little later, so that the process keeps up. Keeps the last known state while
    booking is away. Never waits for a page.
    """

    def __init__(self, session_id: str, booking: Booking, coalesce: float) -> None:
        self.session_id = session_id
        self._booking = booking
        self._coalesce = coalesce
        self._loop = asyncio.get_running_loop()
        self._pages: dict[Outbox, None] = {}  # an ordered set
        self._seat_map: SeatMap | None = None
        self._pending: list[Seat] = []
        self._told_version = 0  # what the pages know at least
        self._told_half_price = 0
        self._told_live = True
        self._snapshot_frame: tuple[float, str] | None = None
        self._flush_timer = Timer(self._flush)
        self._grace_timer = Timer(self._tell_booking_gone)
        self._audience_timer = Timer(self._tell_audience)

    # ------------------------------------------------------------------------------------------------------ pages

    def add(self, page: Outbox) -> None:
        self._pages[page] = None
        if not self._told_live:
            page.put_situation(frames.situation(False))
        self._audience_timer.start(self._audience_delay())

    def remove(self, page: Outbox) -> None:
        self._pages.pop(page, None)
        self._audience_timer.start(self._audience_delay())

    @property
    def is_empty(self) -> bool:
        return not self._pages

    def snapshot_frame(self) -> str | None:
        """Encoded once for all who need it at about the same time. None as long as nothing is known."""
        if self._seat_map is None:
            return None
        now = self._loop.time()
        if self._snapshot_frame is None or now - self._snapshot_frame[0] > SNAPSHOT_FRAME_SECONDS:
            frame = frames.initial_state(self.session_id, self._seat_map, now)
            self._snapshot_frame = (now, frame)
        return self._snapshot_frame[1]

    def own_seats_frame(self, tag: str) -> str:
        """What the buyer with this tag holds."""
        seats = self._seat_map.held_by(tag) if self._seat_map else []
        return frames.own_seats(seats, self._loop.time())

    # ----------------------------------------------------------------------------------------------------- stream

    async def follow(self) -> None:
        """Feeds the pages for ever, through every restart of booking. Ends where booking does not know the session."""
        try:
            await keep_running(
                f"the stream of {self.session_id}",
                self._follow_once,
                (BookingDown, ContinuityLost),
                Backoff(first=0.1, maximum=1.0),
            )
        except (Malformed, NotFound):
            for page in list(self._pages):
                page.end(UNKNOWN_SESSION)
        finally:
            for timer in (self._flush_timer, self._grace_timer, self._audience_timer):
                timer.cancel()

    async def _follow_once(self, backoff: Backoff) -> None:
        if self._told_live:
            self._grace_timer.start(GRACE_SECONDS)
        async with aclosing(self._booking.follow(self.session_id)) as events:
            async for event in events:
                self._take(event)
                backoff.reset()

    def _take(self, event: EventoSessao) -> None:
        if event.HasField("instantaneo"):
            self._take_snapshot(event.instantaneo)
        elif event.HasField("atualizacao"):
            self._take_update(event.atualizacao)

    def _take_snapshot(self, snapshot: MapaSessao) -> None:
        self._seat_map = SeatMap(snapshot, self._loop.time())
        self._told_version = snapshot.versao
        self._told_half_price = snapshot.meias_vendidas
        self._snapshot_frame = None
        self._pending.clear()
        self._grace_timer.cancel()
        self._tell_situation(not snapshot.vendas_pausadas)
        for page in self._pages:
            page.resync()

    def _take_update(self, update: Atualizacao) -> None:
        if self._seat_map is None:
            raise ContinuityLost("an update came before the first snapshot")
        self._pending += self._seat_map.apply(update, self._loop.time())
        self._snapshot_frame = None
        if self._seat_map.version != self._told_version:
            self._flush_timer.start(max(self._coalesce, len(self._pages) / UPDATES_A_SECOND))

    def _flush(self) -> None:
        """Tells all pages what has changed."""
        if self._seat_map is None or self._seat_map.version == self._told_version:
            return
        changes, self._pending = self._pending, []
        frame = self._update_frame(self._seat_map, changes)
        concerned = {seat.tag for seat in changes if seat.tag}
        for page in self._pages:
            page.put_update(frame)
            if page.tag in concerned:
                page.own_seats_changed()

    def _update_frame(self, seat_map: SeatMap, changes: list[Seat]) -> str:
        since, self._told_version = self._told_version, seat_map.version
        told, self._told_half_price = self._told_half_price, seat_map.half_price_sold
        half_price = None if told == self._told_half_price else self._told_half_price
        return frames.update(since, self._told_version, changes, self._loop.time(), half_price)

    # ---------------------------------------------------------------------------------------------------- notices

    def _tell_booking_gone(self) -> None:
        self._tell_situation(False)

    def _tell_situation(self, live: bool) -> None:
        if live == self._told_live:
            return
        self._told_live = live
        for page in self._pages:
            page.put_situation(frames.situation(live))

    def _tell_audience(self) -> None:
        frame = frames.audience(len(self._pages))
        for page in self._pages:
            page.put_audience(frame)

    def _audience_delay(self) -> float:
        return max(AUDIENCE_SECONDS, len(self._pages) / AUDIENCE_FRAMES_A_SECOND)
