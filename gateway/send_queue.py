"""Frames that one page has yet to receive: none while its line is writable, and a bounded number
however slow it is.

Most frames describe a state, of which only the newest counts: the seat map, the page's own seats,
whether sales are live, how many people watch. Such a frame is marked as due and encoded when its
turn comes. Only updates and replies queue, and both queues are bounded: when updates overflow, a
snapshot replaces them.
"""

from typing import Protocol

from gateway.endings import TOO_SLOW, Ending

MOST_UPDATES = 64
MOST_REPLIES = 64
MOST_OVERFLOWS = 3  # in a row, without once having caught up


class View(Protocol):
    """A session as it is now."""

    def snapshot_frame(self) -> bytes | None:
        """None before booking's first snapshot."""

    def own_seats_frame(self, tag: str) -> bytes:
        """The seats that the buyer holds and has bought, perhaps none."""


class Writer(Protocol):
    """Where frames go: a gateway.line.Line, or an AsgiLine."""

    is_writable: bool

    def write(self, frame: bytes) -> None:
        """Only while `is_writable`, which this frame may end."""

    def close(self, ending: Ending) -> None: ...


class SendQueue:
    """The session's hub and the connection fill it. Nothing here waits, so no browser delays the
    others.

    While the line is writable nothing is queued and a frame is written at once; `pump` writes the
    rest later. `tag` is the buyer's.
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
        """Sends a snapshot as soon as there is one; it replaces the queued updates."""
        self._updates.clear()
        self._snapshot_due = True
        self.pump()

    def put_update(self, frame: bytes) -> None:
        if self._snapshot_due:
            return  # the snapshot has it
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
        """Drops what is queued and closes the line. Only the first call counts."""
        self._line.close(ending)

    def end_after_all(self, ending: Ending) -> None:
        """Closes the line once everything that is due has been sent."""
        self._ending_after_all = ending
        self.pump()

    def pump(self) -> None:
        """Writes what is due, as far as the line is writable."""
        while self._line.is_writable:
            frame = self._next_frame()
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

    def _next_frame(self) -> bytes | None:
        return (
            self._pop_snapshot()
            or _pop(self._replies)
            or _pop(self._updates)
            or self._pop_own_seats()
            or self._pop_state()
        )

    def _pop_snapshot(self) -> bytes | None:
        frame = self._view.snapshot_frame() if self._snapshot_due else None
        if frame is not None:
            self._snapshot_due = False
            self._own_seats_due = True
        return frame

    def _pop_own_seats(self) -> bytes | None:
        """Due after every snapshot, too: a page must not guess that it holds nothing."""
        if not self._own_seats_due:
            return None
        self._own_seats_due = False
        return self._view.own_seats_frame(self.tag)

    def _pop_state(self) -> bytes | None:
        situation, self._situation = self._situation, None
        if situation is not None:
            return situation
        audience, self._audience = self._audience, None
        return audience


def _pop(queue: list[bytes]) -> bytes | None:
    return queue.pop(0) if queue else None
