"""When and how what has happened in a session reaches all who watch it (docs/adr/0031).

A change goes out at once where nothing has gone out for COALESCE_MS. While a fan-out is under way, and for so long
after it, changes gather and then travel together: the larger the crowd and the busier the process, the more of them.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import islice

from gateway.send_queue import SendQueue

# Pages in one turn of the loop, a millisecond or two: whoever buys waits for one turn, and not for the whole crowd.
PAGES_A_TURN = 200


@dataclass(slots=True)
class News:
    """What every page is told in one fan-out.

    `gaining` and `losing`: the tags of buyers whose own seats the update changes. Those who gain one, by a hold or by a
    sale, hear so before it, or their pages would show their own seats as somebody else's for a moment.
    """

    resync: bool = False
    situation: bytes | None = None
    audience: bytes | None = None
    update: bytes | None = None
    gaining: set[str] = field(default_factory=set)
    losing: set[str] = field(default_factory=set)

    def tell(self, page: SendQueue) -> None:
        if self.resync:
            page.resync()
        if page.tag in self.gaining:
            page.own_seats_changed()
        if self.update is not None:
            page.put_update(self.update)
        if page.tag in self.losing:
            page.own_seats_changed()
        if self.situation is not None:
            page.put_situation(self.situation)
        if self.audience is not None:
            page.put_audience(self.audience)


class FanOut:
    """One session's. `turns` is shared by all sessions: one crowd is told at a time, and each in its turn."""

    def __init__(self, turns: asyncio.Lock, rest: float) -> None:
        self._turns = turns
        self._rest = rest  # seconds
        self._due = asyncio.Event()
        self._is_interrupted = False

    def start(self) -> None:
        """There is news."""
        self._due.set()

    def interrupt(self) -> None:
        """There is news that makes void what is being told."""
        self._is_interrupted = True
        self._due.set()

    async def run(self, pages: Collection[SendQueue], gather: Callable[[], News]) -> None:
        """Tells all pages what `gather` says, for ever, as soon and as often as it may."""
        while True:
            await self._due.wait()
            self._due.clear()
            self._is_interrupted = False
            await self._tell_all(list(pages), gather())
            await asyncio.sleep(self._rest)

    async def _tell_all(self, pages: list[SendQueue], news: News) -> None:
        """A page that comes meanwhile has a snapshot that is newer than the news."""
        remaining = iter(pages)
        while not self._is_interrupted and (some := list(islice(remaining, PAGES_A_TURN))):
            async with self._turns:
                for page in some:
                    news.tell(page)
                await asyncio.sleep(0)  # what was written goes out with the end of the turn
