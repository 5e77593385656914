"""The lease and the outboxes in a real Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from cinema.keys import PARTITIONS, partition_keys
from cinema.notification import MESSAGE_FIELD, Status, outbox_message
from cinema.redis_connection import REDIS_ERRORS, RedisClient, connect, connect_blocking
from cinema.settings import RedisSettings
from notifications import outbox as outbox_module
from notifications.lease import Lease
from notifications.outbox import Entry, Outbox, open_outbox
from tests.support.backends import RedisServer
from tests.support.redis_cluster import LocalCluster
from tests.support.redis_replica import Replica
from tests.support.waiting import eventually

KEY = "{p00}:test-lease"
SECONDS = 0.5


@asynccontextmanager
async def connected(**settings: object) -> AsyncIterator[tuple[RedisClient, Outbox]]:
    options = RedisSettings.model_validate(settings)
    redis, blocking = connect(options), connect_blocking(options)
    outbox = open_outbox(redis, blocking)
    try:
        yield redis, outbox
    finally:
        await outbox.close()
        await redis.aclose()
        await blocking.aclose()


@dataclass
class Floor:
    """Where workers work: `most` of them at the same time, so far."""

    working: int = 0
    most: int = 0

    def enter(self) -> None:
        self.working += 1
        self.most = max(self.most, self.working)

    def leave(self) -> None:
        self.working -= 1


class Worker:
    """Works on its floor while it has the lease."""

    def __init__(self, redis: RedisClient, floor: Floor | None = None) -> None:
        self.lease = Lease(redis, KEY, SECONDS)
        self.floor = floor or Floor()
        self.works = False
        self.stops = 0

    async def run(self) -> None:
        while True:
            await self.lease.while_owned(self._work)

    async def _work(self) -> None:
        self.floor.enter()
        self.works = True
        try:
            await asyncio.Event().wait()
        finally:
            self.floor.leave()
            self.works = False
            self.stops += 1


async def test_one_works_at_a_time_and_the_next_follows_at_once_when_it_stops(
    empty_redis_url: str,
) -> None:
    async with connected(redis_url=empty_redis_url) as (redis, _):
        floor = Floor()
        workers = [Worker(redis, floor) for _ in range(3)]
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        for _ in range(3):
            await eventually(lambda: any(worker.works for worker in workers))
            at_work = next(number for number, worker in enumerate(workers) if worker.works)
            tasks[at_work].cancel()
            await asyncio.wait([tasks[at_work]])
        assert floor.most == 1
        assert await redis.exists(KEY) == 0


async def test_the_lease_of_a_holder_that_died_ends_by_itself(empty_redis_url: str) -> None:
    async with connected(redis_url=empty_redis_url) as (redis, _):
        dead = Lease(redis, KEY, SECONDS)
        assert await dead.acquire()
        assert await redis.ttl(KEY) == -1  # only seat locks carry a time to live
        worker = Worker(redis)
        task = asyncio.create_task(worker.run())
        assert not worker.works
        await eventually(lambda: worker.works, timeout=4 * SECONDS)
        task.cancel()
        await asyncio.wait([task])


async def test_an_owner_that_loses_the_lease_stops_working(empty_redis_url: str) -> None:
    async with connected(redis_url=empty_redis_url) as (redis, _):
        worker = Worker(redis)
        task = asyncio.create_task(worker.run())
        await eventually(lambda: worker.works)
        before = worker.stops
        async with redis.pipeline() as somebody_else:
            somebody_else.hset(KEY, "holder", "somebody else")
            somebody_else.pexpire(KEY, int(1_000 * SECONDS))
            await somebody_else.execute()
        await eventually(lambda: worker.stops > before)
        await eventually(
            lambda: worker.works, timeout=4 * SECONDS
        )  # the other one never came again
        task.cancel()
        await asyncio.wait([task])


async def test_an_owner_that_cannot_reach_redis_stops_before_the_lease_ends(
    redis_server: RedisServer,
) -> None:
    async with connected(redis_url=redis_server.url, redis_timeout_seconds=0.2) as (redis, _):
        worker = Worker(redis)
        task = asyncio.create_task(worker.run())
        await eventually(lambda: worker.works)
        redis_server.pause()
        await eventually(lambda: not worker.works, timeout=4 * SECONDS)
        redis_server.resume()
        await asyncio.wait([task], timeout=5)
        if task.done() and not task.cancelled():
            assert isinstance(task.exception(), REDIS_ERRORS)
        task.cancel()
        await asyncio.wait([task])


async def put(redis: RedisClient, partition: int, number: int) -> None:
    message = outbox_message(f"{partition}-{number}", "S001", ["F07"], "buyer", Status.CONFIRMED)
    await redis.xadd(partition_keys(partition).outbox, {MESSAGE_FIELD: message})


async def collected(outbox: Outbox, number: int) -> dict[int, list[str]]:
    """The orders that came, a list for each partition, after everything was read and removed."""
    seen: dict[int, list[str]] = {}
    async with asyncio.timeout(30):
        while sum(map(len, seen.values())) < number:
            entries = await read(outbox)
            for partition, of_one in groupby(entries, key=lambda entry: entry.partition):
                taken = list(of_one)
                seen.setdefault(partition, []).extend(e.notification().order_id for e in taken)
                await outbox.remove(taken)
    return seen


async def read(outbox: Outbox) -> list[Entry]:
    """Some entries.

    A cluster on a busy machine may lose a master meanwhile, as the relay may see.
    """
    async with asyncio.timeout(20):
        while True:
            with suppress(*REDIS_ERRORS):
                if entries := await outbox.read(range(PARTITIONS)):
                    return entries


async def outbox_keeps_order_and_brings_back_the_dead(redis: RedisClient, outbox: Outbox) -> None:
    for number in range(100):
        for partition in (0, 31, 63):
            await put(redis, partition, number)
    seen = await collected(outbox, 300)
    assert seen == {p: [f"{p}-{n}" for n in range(100)] for p in (0, 31, 63)}

    await put(redis, 31, 1)
    (entry,) = await read(outbox)
    await outbox.bury(entry, "dead")
    keys = partition_keys(31)
    assert await redis.xlen(keys.outbox) == 0
    assert await redis.xlen(keys.dead_letters) == 1
    assert await outbox.replay_dead_letters() == 1
    assert await redis.xlen(keys.dead_letters) == 0
    assert await collected(outbox, 1) == {31: ["31-1"]}
    assert await outbox.replay_dead_letters() == 0

    for number in range(3):
        await put(redis, 31, number)
    for entry in await read(outbox):
        await outbox.bury(entry, "dead")
    assert await outbox.replay_dead_letters() == 3
    assert await collected(outbox, 3) == {31: ["31-0", "31-1", "31-2"]}


@pytest.fixture(autouse=True)
def few_letters_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "_LETTERS_A_READ", 2)


async def test_an_outbox_on_one_node(empty_redis_url: str) -> None:
    async with connected(redis_url=empty_redis_url) as (redis, outbox):
        await outbox_keeps_order_and_brings_back_the_dead(redis, outbox)


@pytest.mark.parametrize(("more", "of_a_hot_one"), [(4_096, 150), (60, 64 + 30)])
async def test_hot_sessions_are_read_in_one_go_up_to_a_bound(
    empty_redis_url: str, monkeypatch: pytest.MonkeyPatch, more: int, of_a_hot_one: int
) -> None:
    monkeypatch.setattr(outbox_module, "_MORE", more)
    async with connected(redis_url=empty_redis_url) as (redis, outbox):
        for partition, number in ((7, 150), (9, 150), (12, 3)):
            for place in range(number):
                await put(redis, partition, place)
        entries = await outbox.read(range(PARTITIONS))
    read_at_once = {
        partition: [entry.notification().order_id for entry in of_one]
        for partition, of_one in groupby(entries, key=lambda entry: entry.partition)
    }
    expected = {7: of_a_hot_one, 9: of_a_hot_one, 12: 3}
    assert read_at_once == {p: [f"{p}-{n}" for n in range(m)] for p, m in expected.items()}


async def is_awaited(redis: RedisClient) -> bool:
    """Whether a client waits in a blocking read."""
    clients: Any = await redis.info("clients")
    return int(clients["blocked_clients"]) > 0


async def test_an_entry_is_there_as_soon_as_it_is_written(empty_redis_url: str) -> None:
    async with connected(redis_url=empty_redis_url) as (redis, outbox):
        reading = asyncio.create_task(collected(outbox, 1))
        await eventually(partial(is_awaited, redis))
        await put(redis, 5, 1)
        await asyncio.wait_for(reading, 0.5)


async def test_an_order_leaves_redis_once_a_replica_has_it(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "primary") as primary:
        async with connected(redis_url=primary.url) as (redis, outbox):
            await redis.config_set("repl-diskless-sync-delay", 0)
            await put(redis, 5, 1)
            assert await collected(outbox, 1) == {5: ["5-1"]}, "without a replica at once"
            with Replica(tmp_path / "replica", primary.port) as replica:
                replica.pause()
                await put(redis, 5, 2)
                await put(redis, 9, 3)
                assert await outbox.read(range(PARTITIONS)) == []
                assert await outbox.read(range(PARTITIONS)) == []
                replica.resume()
                assert await collected(outbox, 2) == {5: ["5-2"], 9: ["9-3"]}


async def test_a_primary_that_became_a_replica_is_away_until_the_next_one_is_found(
    tmp_path: Path,
) -> None:
    with RedisServer(tmp_path / "primary") as primary:
        async with connected(redis_url=primary.url) as (redis, _):
            await redis.config_set("repl-diskless-sync-delay", 0)
            await put(redis, 5, 1)
            with Replica(tmp_path / "replica", primary.port) as demoted:
                async with connected(redis_url=demoted.url) as (_, outbox):
                    with pytest.raises(REDIS_ERRORS, match="replica"):
                        await outbox.read(range(PARTITIONS))


@pytest.mark.parametrize("options", ["", "?protocol=3", "?legacy_responses=false"])
async def test_an_outbox_on_a_cluster(redis_cluster: LocalCluster, options: str) -> None:
    url = f"{redis_cluster.urls[0]}{options}"
    async with connected(redis_url=url, redis_cluster=True) as (redis, outbox):
        await outbox_keeps_order_and_brings_back_the_dead(redis, outbox)
        lease = Lease(redis, KEY, SECONDS)
        assert await lease.acquire()
