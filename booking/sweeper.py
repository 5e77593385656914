"""Frees holds that are due. The due sets are the authority: no notification is needed for this."""

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
_LOOKS = 4  # at what is due soon, of which each first one is at everything
_HORIZON_MS = 2_000  # of a look at everything: the next one may come late
_DUE_A_LOOK = 500


# By partition: what its due set has, and when each is due.
Members = Mapping[int, Sequence[tuple[str, float]]]


class Sweeper:
    """Looks at every partition once a second, and every quarter of one at those where something is
    due before that."""

    def __init__(self, redis: RedisClient, seats: SeatStateService) -> None:
        self._redis = redis
        self._seats = seats
        self._soon: Collection[int] = ()  # partitions

    async def run(self, backoff: Backoff) -> None:
        """Sweeps until Redis fails."""
        for look in itertools.cycle(range(_LOOKS)):
            freed = await self.sweep_soon() if look else await self.sweep()
            backoff.reset()
            if freed:
                log.info("seats freed whose hold had ended: %d", freed)
            await asyncio.sleep(PERIOD_SECONDS)

    async def sweep(self, session_id: str = "") -> int:
        """Frees what is due, in one session or in all. How many seats that were; safe at any time.

        Nothing while sales are paused: an older copy of the data must not go on as if it were the
        data.
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
        """Frees what is due by now of the partitions in which the last sweep of all saw deadlines
        ahead."""
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
        """No hold is due after `latest`, unless Redis' clock was ahead when it was made."""
        late = await self._members(partitions, f"({latest}", "+inf")
        shortened = 0
        for session, seats in _by_session(late, math.inf, session_id).items():
            shortened += await self._seats.shorten(session, seats)
        if shortened:
            log.warning(
                "Redis' clock was set back, or HOLD_MAX_SECONDS lowered: %d holds would have lasted too long"
                " and now end with HOLD_SECONDS",
                shortened,
            )

    async def _members(
        self, partitions: Collection[int], earliest: str, latest: int | str
    ) -> Members:
        """Of the due sets of those partitions that have some between two times: the first ones,
        with their times."""
        ask = nodes_of(self._redis).send
        which = (earliest, latest, "WITHSCORES", "LIMIT", 0, _DUE_A_LOOK)
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
    """RESP3 has pairs, RESP2 each member before its score."""
    pairs = reply if isinstance(reply[0], list) else zip(reply[::2], reply[1::2], strict=True)
    return [(member, float(score)) for member, score in pairs]


def _by_session(members: Members, latest: float, session_id: str) -> dict[str, list[str]]:
    """Their seats, up to that time; in all sessions or in that one."""
    sessions: defaultdict[str, list[str]] = defaultdict(list)
    for member, at in itertools.chain.from_iterable(members.values()):
        session, seat = parse_due_member(member)
        if at <= latest and session_id in ("", session):
            sessions[session].append(seat)
    return sessions
