"""Deletes data whose time is over: orders in three steps, then the rest of their session.

Each booking server walks through all orders, a page at a time with a pause after each. Every step
is safe to repeat, so servers need no agreement. An order says itself when its session began, so a
session may leave the programme.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from booking.order import Order
from booking.order_end import OrderEnd
from booking.orders import OrderBook
from booking.programme import Programme, Session
from cinema.keys import ANY_SESSION, PARTITIONS, partition_keys, session_keys, session_of
from cinema.lua_scripts import script_text
from cinema.redis_connection import RedisClient, ScanPlace, scan_keys
from cinema.retry import Backoff

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.25  # after each page
_MOST_SECONDS, _LEAST_SECONDS = 600.0, 1.0  # between two walks
_KEYS_A_PAGE = 100


@dataclass(frozen=True)
class RetentionRules:
    """How long data stays after a session's start, or after an order's cancellation, in ms; 0: for
    good."""

    session_ms: int
    personal_ms: int
    order_ms: int

    @property
    def seconds_between_walks(self) -> float:
        shortest = min(filter(None, (self.session_ms, self.personal_ms, self.order_ms)), default=0)
        wanted = shortest / 1000 if shortest else _MOST_SECONDS
        return min(_MOST_SECONDS, max(_LEAST_SECONDS, wanted))


def counts_from(order: Order, session: Session | None) -> int:
    """The Unix time in ms from which an order's days count.

    `session` is the programme's of today: it may have been postponed.
    """
    if order.cancelled_at:
        return order.cancelled_at
    starts = max(order.screening.starts_at, order.created_at)
    return max(starts, session.closes_at_ms) if session else starts


def is_over(session: Session | None, now_ms: int) -> bool:
    """Whether the session has ended for buyers. A daily session never has."""
    if session is None:
        return True
    ends = session.closes_at_ms + session.film.duration_minutes * 60_000
    return session.closes_at_ms > 0 and ends < now_ms


class Retention:
    """`programme` is the one in force. `may_write` is asked before each page: a damaged dataset is
    left alone."""

    def __init__(
        self,
        redis: RedisClient,
        rules: RetentionRules,
        programme: Callable[[], Programme],
        may_write: Callable[[], bool],
        pause_seconds: float = _PAUSE_SECONDS,
    ) -> None:
        self._redis = redis
        self._rules = rules
        self._programme = programme
        self._may_write = may_write
        self._pause_seconds = pause_seconds
        self._orders = OrderBook(redis)
        self._end = OrderEnd(redis)
        self._remove_session = redis.register_script(script_text("remove_session"))
        self._forget_cooldowns = redis.register_script(script_text("forget_cooldowns"))

    async def run(self, backoff: Backoff) -> None:
        """Walks every ten minutes, or more often if the rules are shorter; until Redis fails."""
        between = self._rules.seconds_between_walks
        while True:
            # Several servers that start together walk at different times.
            await asyncio.sleep(random.uniform(0, between))  # noqa: S311 - a spread, not a secret
            done = await self.walk()
            backoff.reset()
            if done:
                log.info(
                    "retention: %s", ", ".join(f"{what} {n}" for what, n in sorted(done.items()))
                )
            await asyncio.sleep(between / 2)

    async def walk(self) -> Counter[str]:
        """Walks through everything once. Returns how often each step was taken."""
        done = Counter[str]()
        await self._walk_orders(done)
        await self._walk_sessions(done)
        for partition in range(PARTITIONS):
            keys = partition_keys(partition)
            if self._may_write():
                await self._forget_cooldowns(keys=[keys.cooldowns, keys.released])
        return +done  # without zeros

    async def _walk_orders(self, done: Counter[str]) -> None:
        cursor = ""
        while self._may_write():
            now = await self._now()
            orders, cursor = await self._orders.page(cursor)
            for order in orders:
                await self._advance(order, now, done)
            if not cursor:
                return
            await asyncio.sleep(self._pause_seconds)

    async def _advance(self, order: Order, now: int, done: Counter[str]) -> None:
        rules, session = self._rules, self._programme().sessions.get(order.session_id)
        age = now - counts_from(order, session)
        if not order.settled and _is_due(age, rules.session_ms):
            done["settled"] += await self._end.settle(order)
        if not order.erased_at and _is_due(age, rules.personal_ms):
            done["erased"] += await self._end.erase(order)
        if order.erased_at and _is_due(age, rules.order_ms):
            # Count from the erasure, even a late one: the ledger needs that time to follow.
            erased_by = now - (rules.order_ms - rules.personal_ms)
            done["orders removed"] += await self._end.remove(order, erased_by)

    async def _walk_sessions(self, done: Counter[str]) -> None:
        place: ScanPlace | None = ScanPlace()
        while place and self._rules.session_ms and self._may_write():
            now = await self._now()
            keys, place = await scan_keys(self._redis, place, ANY_SESSION, _KEYS_A_PAGE)
            for session_id in map(session_of, keys):
                if is_over(self._programme().sessions.get(session_id), now):
                    done["sessions removed"] += await self._remove(session_id)
            await asyncio.sleep(self._pause_seconds)

    async def _remove(self, session_id: str) -> int:
        keys = session_keys(session_id)
        removed: int = await self._remove_session(
            keys=[
                *(keys.version, keys.holds, keys.sold),
                *(keys.buyers, keys.half_price, keys.order_keys),
            ],
            args=[self._rules.session_ms],
        )
        return removed

    async def _now(self) -> int:
        seconds, microseconds = await self._redis.time()
        return int(seconds) * 1000 + int(microseconds) // 1000


def _is_due(age_ms: int, kept_ms: int) -> bool:
    return 0 < kept_ms <= age_ms
