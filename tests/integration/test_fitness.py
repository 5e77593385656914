"""What booking's look at Redis lets its other connections do."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError

from booking.dataset import Dataset
from booking.dataset_files import DatasetFiles
from booking.fitness import Fitness, FitnessWatch
from cinema.redis_connection import connect
from cinema.settings import RedisSettings
from tests.support.backends import RedisServer
from tests.support.hall import patient_client


class Loading(Dataset):
    """Of a server that says who it is, but not yet what it has."""

    async def check(self, *, replicated: bool) -> str:
        raise BusyLoadingError("Redis is loading the dataset in memory", status_code="LOADING")


@pytest.mark.parametrize(("kind", "problem"), [(Dataset, ""), (Loading, "LOADING")])
async def test_a_server_is_used_once_its_data_was_looked_at_and_not_before(
    empty_redis_url: str, tmp_path: Path, kind: type[Dataset], problem: str
) -> None:
    looking = patient_client(empty_redis_url)
    watch = FitnessWatch(looking, kind(looking, DatasetFiles(tmp_path, empty_redis_url), {}))
    used = connect(RedisSettings(redis_url=empty_redis_url), watch.admit)
    published: asyncio.Queue[Fitness] = asyncio.Queue()
    running = asyncio.create_task(watch.run(published.put))
    try:
        for _ in range(2):
            fitness = await published.get()
            assert problem in fitness.problem
        if problem:
            with pytest.raises(RedisConnectionError, match="has restarted since"):
                await used.get("key")
        else:
            assert await used.get("key") is None
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await used.aclose()
        await looking.aclose()


async def test_a_call_to_a_server_that_has_just_started_waits_for_its_check(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis") as server:
        looking = patient_client(server.url)
        watch = FitnessWatch(looking, Dataset(looking, DatasetFiles(tmp_path, server.url), {}))
        used = connect(RedisSettings(redis_url=server.url), watch.admit)
        published: asyncio.Queue[Fitness] = asyncio.Queue()
        running = asyncio.create_task(watch.run(published.put))
        try:
            assert await used.incr("calls") == 1
            await asyncio.to_thread(server.restart)
            assert await used.incr("calls") == 2
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await used.aclose()
            await looking.aclose()
