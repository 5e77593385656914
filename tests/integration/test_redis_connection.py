"""Calls to Redis end in time, and can be cancelled."""

import asyncio
from contextlib import aclosing

import pytest

from cinema.redis_connection import REDIS_ERRORS, RedisClient, connect
from cinema.settings import RedisSettings
from tests.support.backends import RedisServer
from tests.support.hall import PATIENCE_SECONDS, patient_client


def client_of(redis_server: RedisServer, patience: float = PATIENCE_SECONDS) -> RedisClient:
    return connect(
        RedisSettings(
            redis_url=redis_server.url, redis_timeout_seconds=patience, redis_connections=4
        )
    )


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
        async with patient_client(redis_url) as client:
            task = asyncio.create_task(work_for_ever(client))
            for _ in range(steps % 40):
                await asyncio.sleep(0)
            task.cancel()
            _, left = await asyncio.wait([task], timeout=5)
            assert not left


@pytest.mark.parametrize("how", ["a command", "a pipeline"])
async def test_a_redis_that_hangs_is_given_up_in_time(redis_server: RedisServer, how: str) -> None:
    async with client_of(redis_server, patience=0.3) as client:
        redis_server.pause()
        async with asyncio.timeout(5):
            with pytest.raises(TimeoutError):
                await (client.ping() if how == "a command" else piped_ping(client))


async def test_after_a_command_was_given_up_the_next_one_gets_its_own_answer(
    redis_server: RedisServer,
) -> None:
    async with client_of(redis_server) as client:
        await client.ping()
        redis_server.pause()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.echo("given up")
        redis_server.resume()
        assert await client.echo("well again") == "well again"


async def test_a_crowd_shares_few_connections(redis_server: RedisServer) -> None:
    async with client_of(redis_server) as client:
        answers = await asyncio.gather(*(client.echo(str(number)) for number in range(100)))
        assert answers == [str(number) for number in range(100)]
        assert int((await client.info("clients"))["connected_clients"]) <= 4


async def test_a_redis_that_was_restarted_is_found_again_without_an_error(
    redis_server: RedisServer,
) -> None:
    async with client_of(redis_server) as client:
        await asyncio.gather(*(client.ping() for _ in range(4)))
        redis_server.restart()
        assert await client.echo("well again") == "well again"


async def test_a_redis_that_is_not_there_is_known_as_redis_being_away() -> None:
    nobody = RedisSettings(redis_url="redis://127.0.0.1:1/0")
    async with aclosing(connect(nobody)) as client:
        with pytest.raises(REDIS_ERRORS):
            await client.ping()
