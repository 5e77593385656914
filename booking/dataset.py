"""Whether Redis still has the dataset that was sold from: not an empty one, another one, or an
older copy.

A dataset has an identity, `<schema version>:<id>`, one key in each partition, and a copy of it in a
file beside the secrets. The scripts that hold and sell compare it themselves. The same folder
remembers how far the data had got: the last event of each partition, and a beat that every booking
server writes every second. A Redis that is behind those marks has lost something.

A replica that succeeds its master may lack the master's last writes. That is logged, and sales go
on.
"""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from redis.asyncio import Redis

from booking.dataset_files import DatasetFileFault, DatasetFiles, Marks
from cinema.dataset_schema import SCHEMA, later_schema, schema_of
from cinema.keys import PARTITIONS, partition_keys
from cinema.lua_scripts import script_text
from cinema.redis_connection import RedisClient
from cinema.streams import parse_entry_id

log = logging.getLogger(__name__)

OLDER = "older:"  # prefix: an older copy of the dataset with this identity
TOLERATED_MS = 10_000
_BEGINNING_SECONDS = 1.0  # to write 64 keys on a busy machine
ADOPT = "booking_service_server.py --adopt-dataset"
# Each way of running passes booking's settings to the command in another way.
ADOPTING = (
    f"(make run) .venv/bin/python -m deploy.command {ADOPT}, (compose) docker compose exec "
    f"booking python {ADOPT}, "
    f"(else, with booking's settings) python {ADOPT}"
)
_ADVICE = f"nothing is sold. Bring the lost data back, or go on with what is there: {ADOPTING}"
_KEYS = [partition_keys(partition) for partition in range(PARTITIONS)]


@dataclass(frozen=True)
class Found:
    """The data in Redis now: each partition's identity (empty: none), and how far it has got."""

    identities: Sequence[str]
    marks: Marks

    @property
    def is_new(self) -> bool:
        return not any(self.identities)

    @property
    def identity(self) -> str:
        """The identity that all partitions have, else empty."""
        first, *others = set(self.identities)
        return "" if others else first


class Dataset:
    """The dataset of one Redis, as one booking server knows it.

    `newest` has the ids of the last events that this process has read or written, by stream. Its
    owner fills it.
    """

    def __init__(self, redis: RedisClient, files: DatasetFiles, newest: dict[str, str]) -> None:
        self.expected: str | None = None  # the scripts compare it; None: nothing may be sold
        self.changes = (
            0  # how often data was lost or replaced: every watcher then needs a new snapshot
        )
        self.warning = ""
        self._redis = redis
        self._files = files
        self._newest = newest
        self._kept = ""
        self._found = Marks()
        self._begun = False

    async def check(self, *, replicated: bool) -> str:
        """Why nothing may be sold; empty: sales may go on. Raises REDIS_ERRORS if Redis cannot be
        asked."""
        try:
            self._kept = self._files.identity() or await self._first_identity()
            problem = await self._compare(self._kept, replicated) if self._kept else _INCOMPLETE
        except DatasetFileFault as fault:
            problem = str(fault)
        self._expect(None if problem else self._kept)
        return problem

    def _expect(self, identity: str | None) -> None:
        if self.expected and identity != self.expected:
            self.changes += 1
        self.expected = identity

    async def _first_identity(self) -> str:
        """For a Redis that no file knows: a new identity, or the one that it has. Empty while it
        has only a part of one."""
        if self._kept:  # the file was deleted under a server that runs
            self._files.keep_identity(self._kept)
            return self._kept
        found = await self._look_twice()
        # Only a server that saw Redis empty writes missing identities: elsewhere they may be lost.
        self._begun = self._begun or found.is_new
        if self._begun:
            await write_identity(self._redis, new_identity(), only_missing=True)
            found = await find_dataset(self._redis)
        if found.identity and not schema_problem(found.identity):
            self._files.keep_identity(found.identity)
            whose = "new" if self._begun else "as Redis has it: this machine had not seen it before"
            log.info("dataset %s, %s", found.identity, whose)
            self._begun = False
        return found.identity

    async def _look_twice(self) -> Found:
        """Looks twice at an incomplete identity: another server may be writing it."""
        found = await find_dataset(self._redis)
        if self._begun or found.is_new or found.identity:
            return found
        await asyncio.sleep(_BEGINNING_SECONDS)
        return await find_dataset(self._redis)

    async def _compare(self, kept: str, replicated: bool) -> str:
        # Read the marks first: events that happen during the question must not seem to be missing.
        known = self._files.marks(kept).raised(self._newest)
        known = replace(known, replicated=known.replicated or replicated)
        found = await find_dataset(self._redis)
        problem = loss(kept, known, found)
        lost_ms, behind = how_far_behind(known, found.marks)
        if problem:
            if found.identity == kept:
                log.warning(
                    "Redis lacks the last %.0f s, and changes of seats in %d partitions",
                    lost_ms / 1000,
                    behind,
                )
            await self._mark_as_lost(known, found)
        elif behind:
            log.warning("a replica has taken over without the changes of the last seconds")
            self._newest.clear()
            self.changes += 1
        self._found = Marks(found.marks.events, found.marks.beats, replicated)
        return problem

    async def _mark_as_lost(self, known: Marks, found: Found) -> None:
        """Marks an older copy, which has the identity of its original: calls under way, and servers
        that have seen less, would take it for the dataset."""
        # The marks go into the file, where an operator can lower them.
        self._keep_marks(self._kept, known)
        self._newest.clear()
        self._expect(None)
        if found.identity == self._kept and not schema_problem(self._kept):
            await write_identity(self._redis, OLDER + self._kept, only_missing=False)

    async def beat(self) -> None:
        """Writes the beat to a whole dataset, and remembers how far it has got. Raises REDIS_ERRORS
        if Redis refuses it."""
        beats = await beat(self._redis)
        self._keep_marks(self._kept, replace(self._found, beats=beats))

    def _keep_marks(self, identity: str, marks: Marks) -> None:
        """Without marks a restarted server notices less, which is no reason to stop."""
        try:
            self._files.keep_marks(identity, marks)
        except DatasetFileFault as fault:
            self.warning = str(fault)
        else:
            self.warning = ""


# ----------------------------------------------------------------------------------- what was lost

_CAME_BACK_OLDER = f"Redis came back older than it was: {_ADVICE}"
_INCOMPLETE = f"Redis has only a part of a dataset: {_ADVICE}"


def loss(kept: str, known: Marks, found: Found) -> str:
    """Why nothing may be sold from `found`, where `kept` was sold from; empty: it may."""
    if found.identity.startswith(OLDER):
        return _CAME_BACK_OLDER
    if found.identity == kept:
        return schema_problem(kept) or _age_problem(known, found.marks)
    if found.is_new:
        return f"Redis has lost dataset {kept}, it was flushed or came back empty: {_ADVICE}"
    if found.identity:
        return f"Redis has dataset {found.identity} instead of {kept}: {_ADVICE}"
    lost = sum(identity != kept for identity in found.identities)
    return f"Redis has lost dataset {kept} in {lost} of {PARTITIONS} partitions: {_ADVICE}"


def schema_problem(identity: str) -> str:
    if problem := later_schema(identity):
        return problem
    is_ours = schema_of(identity) > 0
    return "" if is_ours else f"{identity!r} is no dataset of a booking server: {_ADVICE}"


def _age_problem(known: Marks, found: Marks) -> str:
    lost_ms, behind = how_far_behind(known, found)
    if lost_ms > TOLERATED_MS or (behind and not known.replicated):
        return _CAME_BACK_OLDER
    return ""


def how_far_behind(known: Marks, found: Marks) -> tuple[int, int]:
    """By how many ms the beats are behind, and in how many partitions events are missing."""
    beats = [beat - found.beats.get(key, 0) for key, beat in known.beats.items()]
    behind = sum(
        parse_entry_id(found.events.get(stream, "0-0")) < parse_entry_id(event)
        for stream, event in known.events.items()
    )
    return max([0, *beats]), behind


# ---------------------------------------------------------------------------------------- in Redis


def new_identity() -> str:
    return f"{SCHEMA}:{secrets.token_urlsafe(12)}"


async def find_dataset(redis: RedisClient) -> Found:
    """Runs every second, so one node gets a single command for all identities and beats."""
    names = [name for keys in _KEYS for name in (keys.dataset, keys.beat)]
    pipeline = redis.pipeline(transaction=False)
    if isinstance(redis, Redis):
        pipeline.mget(names)
    else:
        for name in names:
            pipeline.get(name)
    for keys in _KEYS:
        pipeline.xrevrange(keys.events, count=1)
    replies: list[Any] = await pipeline.execute()
    values, events = replies[: -len(_KEYS)], replies[-len(_KEYS) :]
    if isinstance(redis, Redis):
        (values,) = values
    identities, beats = values[::2], values[1::2]
    marks = Marks(
        {keys.events: last[0][0] for keys, last in zip(_KEYS, events, strict=True) if last},
        {keys.beat: int(ms) for keys, ms in zip(_KEYS, beats, strict=True) if ms},
    )
    return Found([identity or "" for identity in identities], marks)


async def write_identity(redis: RedisClient, identity: str, *, only_missing: bool) -> None:
    """Into every partition. With `only_missing`: the identity of the first partition, which one of
    several servers wrote."""
    first, *others = _KEYS
    await redis.set(first.dataset, identity, nx=only_missing)
    identity = str(await redis.get(first.dataset))
    pipeline = redis.pipeline(transaction=False)
    for keys in others:
        pipeline.set(keys.dataset, identity, nx=only_missing)
    await pipeline.execute()


async def beat(redis: RedisClient) -> dict[str, int]:
    """One write on each master. Returns the beats, by key."""
    if isinstance(redis, Redis):
        keys = [_KEYS[0].beat]
    else:
        # One beat a node is enough: a node's partitions share its disk and its replica.
        by_node = {str(redis.get_node_from_key(one.beat)): one.beat for one in reversed(_KEYS)}
        keys = list(by_node.values())
    script = redis.register_script(script_text("beat"))
    return {key: int(await script(keys=[key])) for key in keys}
