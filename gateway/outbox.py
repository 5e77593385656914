"""What one browser is still to be sent: bounded, however slow the browser is.

Most of what a browser is told is a state, of which only the newest counts: the seat map, its own seats,
whether sales are live, how many watch. Those are marked as due and encoded when their turn comes. Only updates
and replies queue, and both queues are bounded: where updates overflow, a snapshot takes their place.
"""

import asyncio
from collections import deque
from typing import Protocol

from gateway.endings import TOO_SLOW, Ending

MOST_UPDATES = 64
MOST_REPLIES = 64
MOST_OVERFLOWS = 3  # in a row, without once having caught up


class View(Protocol):
    """What a session looks like now."""

    def snapshot_frame(self) -> str | None:
        """None as long as nothing is known."""

    def own_seats_frame(self, tag: str) -> str:
        """What the buyer holds, which may be nothing."""


class Outbox:
    """Filled by the session's hub and by the connection, emptied by the connection's writer.

    Nothing here waits but `next`, so that no browser delays whoever fills it.
    """

    def __init__(self, view: View, tag: str) -> None:
        self.tag = tag
        self._view = view
        self._snapshot_due = True
        self._own_seats_due = False
        self._updates: deque[str] = deque()
        self._replies: deque[str] = deque()
        self._situation: str | None = None
        self._audience: str | None = None
        self._ending: Ending | None = None
        self._ending_after_all: Ending | None = None
        self._overflows = 0
        self._news = asyncio.Event()

    def resync(self) -> None:
        """A snapshot as soon as there is one; what is queued before it need not be sent any more."""
        self._updates.clear()
        self._snapshot_due = True
        self._news.set()

    def put_update(self, frame: str) -> None:
        if self._snapshot_due:
            return  # the snapshot will tell
        if len(self._updates) < MOST_UPDATES:
            self._updates.append(frame)
            self._news.set()
            return
        self._overflows += 1
        if self._overflows < MOST_OVERFLOWS:
            self.resync()
        else:
            self.end(TOO_SLOW)

    def put_reply(self, frame: str) -> None:
        if len(self._replies) == MOST_REPLIES:
            self.end(TOO_SLOW)
            return
        self._replies.append(frame)
        self._news.set()

    def put_situation(self, frame: str) -> None:
        self._situation = frame
        self._news.set()

    def put_audience(self, frame: str) -> None:
        self._audience = frame
        self._news.set()

    def own_seats_changed(self) -> None:
        self._own_seats_due = True
        self._news.set()

    def end(self, ending: Ending) -> None:
        """Nothing is sent any more but what the ending says. The first ending counts."""
        self._ending = self._ending or ending
        self._news.set()

    def end_after_all(self, ending: Ending) -> None:
        """Ends once everything that is due has been sent."""
        self._ending_after_all = ending
        self._news.set()

    async def next(self) -> str | Ending:
        """The frame to send now, or how the connection ends. Waits while there is nothing to say."""
        while True:
            if self._ending is not None:
                return self._ending
            frame = self._take()
            if frame is not None:
                return frame
            if self._ending_after_all is not None:
                return self._ending_after_all
            self._overflows = 0
            self._news.clear()
            await self._news.wait()

    def _take(self) -> str | None:
        return (
            self._take_snapshot()
            or _pop(self._replies)
            or _pop(self._updates)
            or self._take_own_seats()
            or self._take_notice()
        )

    def _take_snapshot(self) -> str | None:
        frame = self._view.snapshot_frame() if self._snapshot_due else None
        if frame is not None:
            self._snapshot_due = False
            self._own_seats_due = True
        return frame

    def _take_own_seats(self) -> str | None:
        """After every snapshot, too: a page learns that it holds nothing instead of guessing so."""
        if not self._own_seats_due:
            return None
        self._own_seats_due = False
        return self._view.own_seats_frame(self.tag)

    def _take_notice(self) -> str | None:
        situation, self._situation = self._situation, None
        if situation is not None:
            return situation
        audience, self._audience = self._audience, None
        return audience


def _pop(queue: deque[str]) -> str | None:
    return queue.popleft() if queue else None
