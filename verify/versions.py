"""A session's versions: each event has the next one, and the counter has the last."""

from collections.abc import Sequence

from cinema.keys import partition_keys, session_keys
from cinema.redis_connection import RedisClient
from verify.findings import Check, Fault, Look
from verify.reading import ask, entries


class VersionCheck:
    """A unit is the number of a partition: its stream has the events of all of its sessions."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def look(self, units: Sequence[str]) -> Look:
        look = Look()
        for unit in units:
            await _Stream(self._redis, unit, look).compare()
        return look


class _Stream:
    def __init__(self, redis: RedisClient, unit: str, look: Look) -> None:
        self._redis = redis
        self._unit = unit
        self._look = look
        self._key = partition_keys(int(unit)).events
        self._read_to = ""
        self._last: dict[str, int] = {}  # version, by session

    async def compare(self) -> None:
        """The counters are read between two readings of the stream: neither may be behind."""
        await self._read_on()
        before = dict(self._last)
        counters = await ask(self._redis, [("get", session_keys(one).version) for one in before])
        await self._read_on()
        for session, counter in zip(before, counters, strict=True):
            # A session that was removed has no counter.
            if counter and not before[session] <= int(counter) <= self._last[session]:
                key = session_keys(session).version
                found = f"{key} is {counter}, and its last event in {self._key} {before[session]}"
                self._fault(session, found)

    async def _read_on(self) -> None:
        async for entry_id, fields in entries(self._redis, self._key, self._read_to):
            self._read_to = entry_id
            self._look.checked[Check.VERSIONS] += 1
            session, version = fields.get("session", ""), fields.get("version", "")
            if not session or not version.isdecimal():
                self._fault(entry_id, f"entry {entry_id} of {self._key} is no event")
                continue
            before = self._last.get(session)
            # A session that was removed, and comes again, begins with 1.
            if before is not None and int(version) not in (before + 1, 1):
                found = f"{self._key} has version {version} of {session} after {before}"
                self._fault(f"{session} {version}", found)
            self._last[session] = int(version)

    def _fault(self, about: str, sentence: str) -> None:
        self._look.faults.add(Fault(Check.VERSIONS, self._unit, about, sentence))
