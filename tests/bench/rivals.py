"""Ours and the naive design, whole and side by side: Redis, booking and gateway each, and
sessions to use up."""

from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.bench import big_room, yardsticks
from tests.bench.buyers import Counter, counter
from tests.bench.meter import Call
from tests.bench.sockets import Page
from tests.bench.stage import ONE_ADDRESS, box_office, folder
from tests.support.backends import RedisServer
from tests.support.processes import LocalProcess


@dataclass(frozen=True)
class Rival:
    """`counter` leads to booking, `url` to the gateway."""

    counter: Counter
    url: str
    processes: Mapping[str, LocalProcess]


@dataclass(frozen=True)
class Rivals:
    """Both sell the same sessions, each for itself; `seats` are those of each session."""

    ours: Rival
    naive: Rival
    sessions: Iterator[str]
    seats: Sequence[str]


@asynccontextmanager
async def rivals(sessions: int, *, small: bool = False) -> AsyncIterator[Rivals]:
    """So many sessions, of 3,000 seats or of 200."""
    names = big_room.numbered(sessions)
    programme = big_room.programme((), names) if small else big_room.programme(names)
    async with AsyncExitStack() as stack:
        place = stack.enter_context(folder())
        office = stack.enter_context(box_office(programme, **ONE_ADDRESS))
        gateway = stack.enter_context(office.gateway())
        redis = stack.enter_context(RedisServer(place / "redis"))
        booking = stack.enter_context(yardsticks.naive_booking(place, redis.url))
        naive = stack.enter_context(yardsticks.naive_gateway(place, booking))
        at = await stack.enter_async_context(counter(office.booking.address))
        naive_at = await stack.enter_async_context(counter(booking.address))
        ours = {"gateway": gateway, "booking": office.booking, "redis": office.redis}
        theirs = {"gateway": naive, "booking": booking, "redis": redis}
        yield Rivals(
            Rival(at, gateway.url, ours),
            Rival(naive_at, naive.url, theirs),
            iter(names),
            await at.seats(names[0]),
        )


Replies = list[tuple[Page, bytes]]


def asked_by_next(waiting: deque[Page], message: bytes, replies: Replies) -> Call:
    """The page that has waited longest asks; its reply is added."""

    async def call() -> None:
        page = waiting.popleft()
        replies.append((page, await page.ask(message)))
        waiting.append(page)

    return call


def is_granted(reply: bytes) -> bool:
    return b'"ok"' in reply
