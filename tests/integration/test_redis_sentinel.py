"""Connections to Sentinel's master."""

import pytest

from cinema.redis_connection import connect, connect_blocking, disconnect, script_at
from cinema.settings import RedisSettings
from tests.support.redis_sentinel import LocalSentinel

pytestmark = pytest.mark.nightly


async def test_a_sentinel_that_hangs_does_not_hide_the_others(
    redis_sentinel: LocalSentinel,
) -> None:
    redis_sentinel.sentinels[0].pause()
    settings = RedisSettings(redis_url=redis_sentinel.url)
    commands, blocking = connect(settings), connect_blocking(settings)
    try:
        assert await commands.set("key", "1")
        assert await script_at(commands, "return redis.call('INCR', KEYS[1])")(["key"]) == 2
        assert await blocking.get("key") == "2"
    finally:
        await disconnect(commands)
        await disconnect(blocking)
