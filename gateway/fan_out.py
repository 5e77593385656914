"""When and how a session's changes reach every page that watches it (docs/adr/0031).

A change is sent at once if nothing was sent in the last COALESCE_MS. While a fan-out runs, and for
COALESCE_MS after it, changes gather and then travel together: the larger the crowd and the busier
the process, the more of them.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import islice
from typing import NoReturn

from gateway.send_queue import SendQueue

# Queues in one turn of the loop, a millisecond or two: a buyer's click waits for one turn, not for
# the whole crowd.
QUEUES_A_TURN = 200


@dataclass(slots=True)
class Broadcast:
    """What one fan-out sends to every page.

    `gaining` and `losing` are the tags of buyers whose own seats the update changes. A buyer who
    gains a seat gets the list of own seats before the update: else the page would show that seat as
    somebody else's for a moment.
    """

    resync: bool = False
    situation: bytes | None = None
    audience: bytes | None = None
    update: bytes | None = None
    gaining: set[str] = field(default_factory=set)
    losing: set[str] = field(default_factory=set)

    def complete(self, void: "Broadcast") -> None:
        """Adds the states of a broadcast that did not reach every page, unless newer ones are
        here."""
        self.situation = self.situation or void.situation
        self.audience = self.audience or void.audience

    def put_into(self, queue: SendQueue) -> None:
        if self.resync:
            queue.resync()
        if queue.tag in self.gaining:
            queue.own_seats_changed()
        if self.update is not None:
            queue.put_update(self.update)
        if queue.tag in self.losing:
            queue.own_seats_changed()
        if self.situation is not None:
            queue.put_situation(self.situation)
        if self.audience is not None:
            queue.put_audience(self.audience)


class FanOut:
    """One session's.

    All sessions share the lock `turns`: they send in turns of QUEUES_A_TURN, one after the other.
    """

    def __init__(self, turns: asyncio.Lock, rest: float) -> None:
        self._turns = turns
        self._rest = rest  # seconds
        self._due = asyncio.Event()
        self._is_interrupted = False

    def start(self) -> None:
        """Something is due."""
        self._due.set()

    def interrupt(self) -> None:
        """Something is due that makes the broadcast under way void."""
        self._is_interrupted = True
        self._due.set()

    async def run(
        self, queues: Collection[SendQueue], collect: Callable[[], Broadcast]
    ) -> NoReturn:
        """Sends to all queues what `collect` returns, whenever something is due."""
        void = Broadcast()
        while True:
            await self._due.wait()
            self._due.clear()
            self._is_interrupted = False
            broadcast = collect()
            broadcast.complete(void)
            await self._send(broadcast, list(queues))
            void = broadcast if self._is_interrupted else Broadcast()
            await asyncio.sleep(self._rest)

    async def _send(self, broadcast: Broadcast, queues: list[SendQueue]) -> None:
        """A page that comes meanwhile starts with a snapshot that is newer than the broadcast."""
        remaining = iter(queues)
        while some := list(islice(remaining, QUEUES_A_TURN)):
            async with self._turns:
                if self._is_interrupted:
                    return
                for queue in some:
                    broadcast.put_into(queue)
                await asyncio.sleep(0)  # the loop writes to the sockets at the end of its turn
