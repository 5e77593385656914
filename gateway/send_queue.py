"""What one browser is still to be sent: nothing, as long as its line takes what there is; bounded, however slow it is.

Most of what a browser is told is a state, of which only the newest counts: the seat map, its own seats,
whether sales are live, how many watch. Those are marked as due and encoded when their turn comes. Only updates
and replies queue, and both queues are bounded: where updates overflow, a snapshot takes their place.
"""

from typing import Protocol

from gateway.endings import TOO_SLOW, Ending

MOST_UPDATES = 64
MOST_REPLIES = 64
MOST_OVERFLOWS = 3  # in a row, without once having caught up


class View(Protocol):
    """What a session looks like now."""

    def snapshot_frame(self) -> bytes | None:
        """None as long as nothing is known."""

    def own_seats_frame(self, tag: str) -> bytes:
        """What the buyer holds and has bought, which may be nothing."""


class Writer(Protocol):
    """Where frames go: what `gateway.line.Line` is to a send queue."""

    is_writable: bool

    def write(self, frame: bytes) -> None:
        """Only while `is_writable`, which may end with it."""

    def close(self, ending: Ending) -> None: ...


class SendQueue:
    """Filled by the session's hub and by the connection. Nothing here waits, so that no browser delays the others.

    While the line is writable nothing is queued, and a frame is written at once; `pump` writes the rest later.
    """

    __slots__ = (
        "_audience",
        "_ending_after_all",
        "_line",
        "_overflows",
        "_own_seats_due",
        "_replies",
        "_situation",
        "_snapshot_due",
        "_updates",
        "_view",
        "tag",
    )

    def __init__(self, view: View, tag: str, line: Writer) -> None:
        self.tag = tag
        self._view = view
        self._line = line
        self._snapshot_due = True
        self._own_seats_due = False
        self._updates: list[bytes] = []
        self._replies: list[bytes] = []
        self._situation: bytes | None = None
        self._audience: bytes | None = None
        self._ending_after_all: Ending | None = None
        self._overflows = 0

    def resync(self) -> None:
        """A snapshot as soon as there is one; what is queued before it need not be sent any more."""
        self._updates.clear()
        self._snapshot_due = True
        self.pump()

    def put_update(self, frame: bytes) -> None:
        if self._snapshot_due:
            return  # the snapshot will tell
        if self._line.is_writable:
            self._line.write(frame)
        elif len(self._updates) < MOST_UPDATES:
            self._updates.append(frame)
        else:
            self._overflow()

    def put_reply(self, frame: bytes) -> None:
        if self._line.is_writable:
            self._line.write(frame)
        elif len(self._replies) < MOST_REPLIES:
            self._replies.append(frame)
        else:
            self.end(TOO_SLOW)

    def put_situation(self, frame: bytes) -> None:
        self._situation = frame
        self.pump()

    def put_audience(self, frame: bytes) -> None:
        self._audience = frame
        self.pump()

    def own_seats_changed(self) -> None:
        self._own_seats_due = True
        self.pump()

    def end(self, ending: Ending) -> None:
        """Nothing is sent any more but what the ending says. The first ending counts."""
        self._line.close(ending)

    def end_after_all(self, ending: Ending) -> None:
        """Ends once everything that is due has been sent."""
        self._ending_after_all = ending
        self.pump()

    def pump(self) -> None:
        """Writes what is due, as far as the line takes it."""
        while self._line.is_writable:
            frame = self._take()
            if frame is None:
                self._overflows = 0
                if self._ending_after_all is not None:
                    self.end(self._ending_after_all)
                return
            self._line.write(frame)

    def _overflow(self) -> None:
        self._overflows += 1
        if self._overflows < MOST_OVERFLOWS:
            self.resync()
        else:
            self.end(TOO_SLOW)

    def _take(self) -> bytes | None:
        return (
            self._take_snapshot()
            or _pop(self._replies)
            or _pop(self._updates)
            or self._take_own_seats()
            or self._take_notice()
        )

    def _take_snapshot(self) -> bytes | None:
        frame = self._view.snapshot_frame() if self._snapshot_due else None
        if frame is not None:
            self._snapshot_due = False
            self._own_seats_due = True
        return frame

    def _take_own_seats(self) -> bytes | None:
        """After every snapshot, too: a page learns that it has nothing instead of guessing so."""
        if not self._own_seats_due:
            return None
        self._own_seats_due = False
        return self._view.own_seats_frame(self.tag)

    def _take_notice(self) -> bytes | None:
        situation, self._situation = self._situation, None
        if situation is not None:
            return situation
        audience, self._audience = self._audience, None
        return audience


def _pop(queue: list[bytes]) -> bytes | None:
    return queue.pop(0) if queue else None
