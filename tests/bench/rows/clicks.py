"""Clicks by WebSocket, 64 under way, with nobody else watching and with 1,000 open maps beside:
a hold each."""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from time import perf_counter

from tests.bench import yardsticks
from tests.bench.meter import Call, Cost, cost_of, quantile
from tests.bench.rivals import Replies, Rival, Rivals, asked_by_next, is_granted, rivals
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.sockets import Page, hold_message, pages
from tests.bench.watchers import watching

UNDER_WAY = 64
CLICKS, NAIVE_CLICKS = 2_400, 480
WATCHED_CLICKS, NAIVE_WATCHED_CLICKS = 1_200, 96
WATCHERS = 1_000
ECHOES = 4_000
SESSIONS = 30  # a round takes one of the whole hall


@dataclass(frozen=True)
class Clicked:
    """`delays`: from each click to each open map that shows it, in seconds."""

    cost: Cost
    delays: Sequence[float]


class NotGranted(Exception):
    """A free seat was refused."""


async def click(rival: Rival, both: Rivals, session: str, count: int, watchers: int) -> Clicked:
    """Holds so many free seats. The first ones, which warm everything up, do not count."""
    crowd = watching(rival.url, session, watchers) if watchers else nullcontext()
    with crowd as maps:
        async with pages(rival.url, session, UNDER_WAY) as opened:
            waiting = deque(opened)
            asked: dict[str, float] = {}
            for seats in (both.seats[:UNDER_WAY], both.seats[UNDER_WAY : UNDER_WAY + count]):
                asked.clear()
                cost = await _hold(rival, waiting, seats, asked)
                delays = maps.seen(seats).delays(asked) if maps else []
            return Clicked(cost, delays)


async def _hold(
    rival: Rival, waiting: deque[Page], seats: Sequence[str], asked: dict[str, float]
) -> Cost:
    replies: Replies = []

    def timed(seat: str) -> Call:
        call = asked_by_next(waiting, hold_message(seat), replies)

        async def timed_call() -> None:
            asked[seat] = perf_counter()
            await call()

        return timed_call

    cost = await cost_of([timed(seat) for seat in seats], UNDER_WAY, rival.processes)
    for _, reply in replies:
        if not is_granted(reply):
            raise NotGranted(reply.decode())
    return cost


@asynccontextmanager
async def _alone(scale: Scale) -> AsyncIterator[Round]:
    async with rivals(SESSIONS) as both, yardsticks.echoing() as echo:

        async def one_round() -> Figures:
            session, echo_us = next(both.sessions), await echo.cpu(scale.of(ECHOES))
            ours = await click(both.ours, both, session, scale.of(CLICKS), 0)
            naive = await click(both.naive, both, session, scale.of(NAIVE_CLICKS), 0)
            return _figures(ours.cost, naive.cost, echo_us)

        yield one_round


@asynccontextmanager
async def _watched(scale: Scale) -> AsyncIterator[Round]:
    async with rivals(SESSIONS) as both, yardsticks.echoing() as echo:

        async def one_round() -> Figures:
            session, echo_us = next(both.sessions), await echo.cpu(scale.of(ECHOES))
            clicks, watchers = scale.of(WATCHED_CLICKS), scale.of(WATCHERS)
            ours = await click(both.ours, both, session, clicks, watchers)
            naive_clicks = scale.of(NAIVE_WATCHED_CLICKS, least=UNDER_WAY)
            naive = await click(both.naive, both, session, naive_clicks, watchers)
            return _figures(ours.cost, naive.cost, echo_us) | {
                "seen_p50": quantile(ours.delays, 0.5) * 1_000,
                "seen_p99": quantile(ours.delays, 0.99) * 1_000,
                "delivered": len(ours.delays) / (watchers * clicks),
            }

        yield one_round


def _figures(ours: Cost, naive: Cost, echo_us: float) -> Figures:
    return {
        "rate_naive": ours.rate / naive.rate,
        "cpu": ours.cpu["gateway"] / echo_us,
        "gateway_us": ours.cpu["gateway"],
        "booking_us": ours.cpu["booking"],
        "redis_us": ours.cpu["redis"],
        "naive_us": naive.cpu["gateway"],
        "clicks_a_second": ours.rate,
        "p99_ms": ours.quantile_ms(0.99),
    }


def _row_figures(rate_goal: float, *more: Figure) -> tuple[Figure, ...]:
    return (
        Figure("rate_naive", "rate, of the naive gateway's", rate_goal, better="more"),
        *more,
        Figure("cpu", "CPU of the gateway, in echoes", guarded=True),
        Figure("gateway_us", "CPU of the gateway", unit="µs"),
        Figure("booking_us", "CPU of booking", unit="µs"),
        Figure("redis_us", "CPU of its Redis", unit="µs"),
        Figure("naive_us", "CPU of the naive gateway", unit="µs"),
        Figure("clicks_a_second", "clicks a second", better="more"),
        Figure("p99_ms", "reply, p99", unit="ms"),
    )


CLICKS_ALONE = Row(
    "clicks",
    "Clicks by WebSocket, 64 under way, nobody else watching",
    "64 pages of one session, each of another buyer, click on free seats; each of them sees all "
    "changes. The naive gateway calls booking with a stub that blocks, and sends each change by "
    "a `gather` of `send_text` (`baseline_gateway.py`).",
    _row_figures(8),
    _alone,
)
CLICKS_WATCHED = Row(
    "clicks_watched",
    "Clicks by WebSocket, 64 under way, 1,000 maps watching",
    "The same, while 1,000 more maps of the session are open in a process of their own, which "
    "notes when each of them shows a change.",
    _row_figures(
        50,
        Figure("seen_p50", "a map shows it: p50", unit="ms"),
        Figure("seen_p99", "a map shows it: p99", 100, unit="ms"),
        Figure("delivered", "changes delivered as updates, of all", 1, better="more"),
    ),
    _watched,
    rounds=3,
)
