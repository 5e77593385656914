"""Frees holds that are due. The due sets are the authority: no notification is needed for this."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable

from cinema.keys import PARTITIONS, parse_due_member, partition_keys, partition_of
from cinema.redis_connection import RedisClient
from cinema.retry import Backoff
from seat_state_service import SeatStateService

log = logging.getLogger(__name__)

PERIOD_SECONDS = 0.25
_DUE_A_LOOK = 500


class Sweeper:
    def __init__(self, redis: RedisClient, seats: SeatStateService) -> None:
        self._redis = redis
        self._seats = seats

    async def run(self, backoff: Backoff) -> None:
        """Sweeps everything every quarter of a second, until Redis fails."""
        while True:
            freed = await self.sweep()
            backoff.reset()
            if freed:
                log.info("seats freed whose hold had ended: %d", freed)
            await asyncio.sleep(PERIOD_SECONDS)

    async def sweep(self, session_id: str = "") -> int:
        """Frees what is due, in one session or in all. How many seats that were; safe at any time.

        Nothing while sales are paused: an older copy of the data must not go on as if it were the data.
        """
        if self._seats.dataset is None:
            return 0
        seconds, microseconds = await self._redis.time()
        now = seconds * 1000 + microseconds // 1000
        freed = 0
        for session, seats in (await self._due(session_id, "-inf", now)).items():
            freed += await self._seats.expire(session, seats)
        await self._shorten(session_id, now + self._seats.rules.ceiling_ms)
        return freed

    async def _shorten(self, session_id: str, latest: int) -> None:
        """No hold is due after `latest`, unless Redis' clock was ahead when it was made."""
        shortened = 0
        for session, seats in (await self._due(session_id, f"({latest}", "+inf")).items():
            shortened += await self._seats.shorten(session, seats)
        if shortened:
            log.warning(
                "Redis' clock was set back, or HOLD_MAX_SECONDS lowered: %d holds would have lasted too long"
                " and now end with HOLD_SECONDS",
                shortened,
            )

    async def _due(self, session_id: str, earliest: str, latest: int | str) -> dict[str, list[str]]:
        """The seats that are due between two times, by session."""
        partitions: Iterable[int] = [partition_of(session_id)] if session_id else range(PARTITIONS)
        pipeline = self._redis.pipeline(transaction=False)
        for partition in partitions:
            due = partition_keys(partition).due
            pipeline.zrangebyscore(due, earliest, latest, start=0, num=_DUE_A_LOOK)
        sessions: defaultdict[str, list[str]] = defaultdict(list)
        for members in await pipeline.execute():
            for member in members:
                session, seat = parse_due_member(member)
                if not session_id or session == session_id:
                    sessions[session].append(seat)
        return sessions
