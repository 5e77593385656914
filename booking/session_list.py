"""The programme with the number of free seats, counted again only in partitions with new events.

Each request asks Redis for the last event of every partition, so the list is never older than the
request. The counts are read after that, and stored with the event's id: a change in between has a
later event, and is counted next time.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

import cinema_pb2 as pb
from booking.programme import Programme, Session
from booking.programme.file import ProgrammeFile
from booking.replies import session_message
from booking.ticket_changes import seats_of
from cinema.keys import partition_keys, partition_of, session_keys
from cinema.lua_scripts import script_text
from cinema.redis_connection import RedisClient, nodes_of, script_at
from cinema.redis_scripts import packed
from cinema.shared_reads import SharedReads

_LONGEST_MS = 60_000  # keys deleted by hand make no event


class SessionList:
    def __init__(self, redis: RedisClient, programme: ProgrammeFile) -> None:
        self._redis = redis
        self._programme = programme
        self._count_taken = script_at(redis, script_text("count_taken"))
        self._listing: _Listing | None = None
        self._reads = SharedReads[None, pb.SessoesResponse]()

    async def get(self) -> pb.SessoesResponse:
        """The shared message: send it, do not change it."""
        return await self._reads.read(None, self._refresh)

    async def _refresh(self) -> pb.SessoesResponse:
        programme, now = self._programme.current, now_ms()
        if self._listing is None or not self._listing.is_current(programme, now):
            self._listing = _Listing(programme, now)
        listing = self._listing
        newest = await self._last_events(listing.partitions)
        changed = [one for one, event in newest.items() if event != listing.events.get(one)]
        counts = await asyncio.gather(*(self._count(listing.partitions[one]) for one in changed))
        for partition, taken in zip(changed, counts, strict=True):
            listing.recount(partition, newest[partition], taken)
            await asyncio.sleep(0)  # a thousand sessions take milliseconds
        return listing.answer()

    async def _last_events(self, partitions: Iterable[int]) -> dict[int, str]:
        """The id of each partition's last event; empty if it has none."""
        ask = nodes_of(self._redis).send
        streams = [partition_keys(partition).events for partition in partitions]
        last = await asyncio.gather(
            *(ask(packed("XREVRANGE", key, "+", "-", "COUNT", 1), key) for key in streams)
        )
        return {
            one: found[0][0] if found else "" for one, found in zip(partitions, last, strict=True)
        }

    async def _count(self, sessions: Sequence[Session]) -> list[int]:
        """How many seats of each session are not free, without seats that its changed room no
        longer has."""
        plain = [session for session in sessions if not session.change]
        keys = [session_keys(session.id) for session in plain]
        hashes = [key for one in keys for key in (one.holds, one.sold)]
        numbers = iter(await self._count_taken(keys=hashes) if hashes else [])
        return [
            await self._count_by_name(session) if session.change else next(numbers)
            for session in sessions
        ]

    async def _count_by_name(self, session: Session) -> int:
        keys = session_keys(session.id)
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hkeys(keys.holds)
        pipeline.hkeys(keys.sold)
        return sum(seats_of(session, seats) for seats in await pipeline.execute())


class _Listing:
    """The sessions of one programme in their order, with the counts of their seats."""

    def __init__(self, programme: Programme, now_ms: int) -> None:
        self._programme = programme
        self._now_ms = now_ms
        sessions = [one for one in programme.by_start() if not one.cancelled]
        times = (one.closes_at_ms or one.starts_at_ms for one in sessions)
        # Until a session begins: that closes it, or moves a daily one to the next day.
        self._good_until = min((at for at in times if at > now_ms), default=now_ms + _LONGEST_MS)
        self._good_until = min(self._good_until, now_ms + _LONGEST_MS)
        self._order = [session.id for session in sessions]
        self._taken: dict[str, int] = {}
        self._messages: dict[str, pb.Sessao] = {}
        self._answer: pb.SessoesResponse | None = None
        self.events: dict[int, str] = {}  # by partition: the last event before its count
        self.partitions: defaultdict[int, list[Session]] = defaultdict(list)
        for session in sessions:
            self.partitions[partition_of(session.id)].append(session)

    def is_current(self, programme: Programme, now_ms: int) -> bool:
        return programme is self._programme and self._now_ms <= now_ms < self._good_until

    def recount(self, partition: int, event: str, taken: Iterable[int]) -> None:
        self.events[partition] = event
        for session, count in zip(self.partitions[partition], taken, strict=True):
            if self._taken.get(session.id) != count:
                self._taken[session.id] = count
                self._messages[session.id] = session_message(session, count, self._now_ms)
                self._answer = None

    def answer(self) -> pb.SessoesResponse:
        if self._answer is None:
            messages = [self._messages[session_id] for session_id in self._order]
            self._answer = pb.SessoesResponse(sessoes=messages, cinema=self._programme.cinema)
        return self._answer


def now_ms() -> int:
    return time.time_ns() // 1_000_000
