"""Frees holds whose deadline has passed. The due sets are the authority; no notification is
needed."""

import asyncio
import itertools
import logging
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cinema.keys import PARTITIONS, parse_due_member, partition_keys, partition_of
from cinema.redis_connection import RedisClient, nodes_of
from cinema.redis_scripts import packed
from cinema.retry import Backoff
from seat_state_service import SeatStateService

log = logging.getLogger(__name__)

PERIOD_SECONDS = 0.25
_SWEEPS = 4  # each fourth sweep is of all partitions, the others of those with deadlines soon
_HORIZON_MS = 2_000  # of a whole sweep; the next one may come late
_DUE_A_SWEEP = 500


# By partition: members of its due set, each with its deadline.
Members = Mapping[int, Sequence[tuple[str, float]]]


class Sweeper:
    """Checks every partition once a second, and four times a second those with a deadline before
    that."""

    def __init__(self, redis: RedisClient, seats: SeatStateService) -> None:
        self._redis = redis
        self._seats = seats
        self._soon: Collection[int] = ()  # partitions

    async def run(self, backoff: Backoff) -> None:
        """Sweeps until Redis fails."""
        for turn in itertools.cycle(range(_SWEEPS)):
            freed = await self.sweep_soon() if turn else await self.sweep()
            backoff.reset()
            if freed:
                log.info("freed %d seats whose hold had ended", freed)
            # After so many a partition may have more that are due: they do not wait.
            await asyncio.sleep(0 if freed >= _DUE_A_SWEEP else PERIOD_SECONDS)

    async def sweep(self, session_id: str = "") -> int:
        """Frees due seats, of one session or of all. Returns how many; safe at any time.

        Does nothing while sales are paused: an older copy of the data must not change.
        """
        if self._seats.is_paused:
            return 0
        now = await self._now()
        partitions = [partition_of(session_id)] if session_id else range(PARTITIONS)
        due = await self._members(partitions, "-inf", now + _HORIZON_MS)
        if not session_id:
            self._soon = due.keys()
        freed = await self._expire(due, now, session_id)
        await self._shorten(partitions, now + self._seats.rules.ceiling_ms, session_id)
        return freed

    async def sweep_soon(self) -> int:
        """Frees due seats in the partitions in which the last whole sweep saw deadlines ahead."""
        if not self._soon or self._seats.is_paused:
            return 0
        now = await self._now()
        return await self._expire(await self._members(self._soon, "-inf", now), now)

    async def _expire(self, due: Members, now: int, session_id: str = "") -> int:
        freed = 0
        for session, seats in _by_session(due, now, session_id).items():
            freed += await self._seats.expire(session, seats)
        return freed

    async def _shorten(self, partitions: Collection[int], latest: int, session_id: str) -> None:
        """Shortens holds that are due after `latest`: Redis' clock was ahead when they were
        made."""
        late = await self._members(partitions, f"({latest}", "+inf")
        shortened = 0
        for session, seats in _by_session(late, math.inf, session_id).items():
            shortened += await self._seats.shorten(session, seats)
        if shortened:
            log.warning(
                "Redis' clock was set back, or HOLD_MAX_SECONDS lowered: "
                "%d holds would have lasted too long and now end with HOLD_SECONDS",
                shortened,
            )

    async def _members(
        self, partitions: Collection[int], earliest: str, latest: int | str
    ) -> Members:
        """The first members of these partitions' due sets between two times, with their times."""
        ask = nodes_of(self._redis).send
        which = (earliest, latest, "WITHSCORES", "LIMIT", 0, _DUE_A_SWEEP)
        keys = [partition_keys(partition).due for partition in partitions]
        found = await asyncio.gather(
            *(ask(packed("ZRANGEBYSCORE", key, *which), key) for key in keys)
        )
        return {
            one: _with_times(members)
            for one, members in zip(partitions, found, strict=True)
            if members
        }

    async def _now(self) -> int:
        seconds, microseconds = await self._redis.time()
        return int(seconds) * 1000 + int(microseconds) // 1000


def _with_times(reply: list[Any]) -> list[tuple[str, float]]:
    """RESP3 has pairs, RESP2 alternates member and score."""
    pairs = reply if isinstance(reply[0], list) else zip(reply[::2], reply[1::2], strict=True)
    return [(member, float(score)) for member, score in pairs]


def _by_session(members: Members, latest: float, session_id: str) -> dict[str, list[str]]:
    """The members' seats up to `latest`, of one session or of all."""
    sessions: defaultdict[str, list[str]] = defaultdict(list)
    for member, at in itertools.chain.from_iterable(members.values()):
        session, seat = parse_due_member(member)
        if at <= latest and session_id in ("", session):
            sessions[session].append(seat)
    return sessions
