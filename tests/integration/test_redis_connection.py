"""A connection to Redis gives up in time, and lets go of who is told to stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from cinema.redis_connection import REDIS_ERRORS, RedisClient, connect
from cinema.settings import RedisSettings
from tests.backends import RedisServer

PATIENCE = 0.3


@pytest.fixture
async def impatient(redis_server: RedisServer) -> AsyncIterator[RedisClient]:
    settings = RedisSettings(
        redis_url=redis_server.url, redis_timeout_seconds=PATIENCE, redis_connections=4
    )
    async with connect(settings) as client:
        yield client


async def piped_ping(client: RedisClient) -> None:
    pipeline = client.pipeline(transaction=False)
    pipeline.ping()
    await pipeline.execute()


async def test_a_task_that_is_cancelled_in_the_middle_of_a_command_ends(redis_url: str) -> None:
    """redis-py's own socket_timeout swallows every fourth cancellation before Python 3.12."""

    async def work_for_ever(client: RedisClient) -> None:
        while True:
            await client.echo("x")
            await piped_ping(client)

    for steps in range(200):
        async with connect(RedisSettings(redis_url=redis_url)) as client:
            task = asyncio.create_task(work_for_ever(client))
            for _ in range(steps % 40):
                await asyncio.sleep(0)
            task.cancel()
            _, left = await asyncio.wait([task], timeout=5)
            assert not left


@pytest.mark.parametrize("how", ["a command", "a pipeline"])
async def test_a_redis_that_hangs_is_given_up_in_time(
    impatient: RedisClient, redis_server: RedisServer, how: str
) -> None:
    await impatient.ping()
    redis_server.pause()
    async with asyncio.timeout(PATIENCE * 5):
        with pytest.raises(TimeoutError):
            await (impatient.ping() if how == "a command" else piped_ping(impatient))
    redis_server.resume()
    assert await impatient.echo("well again") == "well again"


async def test_a_crowd_shares_few_connections(impatient: RedisClient) -> None:
    answers = await asyncio.gather(*(impatient.echo(str(number)) for number in range(100)))
    assert answers == [str(number) for number in range(100)]
    assert int((await impatient.info("clients"))["connected_clients"]) <= 4 + 1


async def test_a_redis_that_was_restarted_is_found_again_without_an_error(
    impatient: RedisClient, redis_server: RedisServer
) -> None:
    await asyncio.gather(*(impatient.ping() for _ in range(4)))
    redis_server.restart()
    assert await impatient.echo("well again") == "well again"


async def test_a_redis_that_is_not_there_is_known_as_redis_being_away() -> None:
    nobody = RedisSettings(redis_url="redis://127.0.0.1:1/0")
    async with aclosing(connect(nobody)) as client:
        with pytest.raises(REDIS_ERRORS):
            await client.ping()
