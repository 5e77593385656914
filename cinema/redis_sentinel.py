"""Connections to the master that Sentinels name: each new connection asks them.

A connection breaks when its master dies, and Sentinel closes those of a master that it demotes.
"""

import asyncio
from typing import Any

from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import TimeoutError as RedisTimeoutError

from cinema.redis_url import Options, SentinelUrl


def master_pool(
    url: SentinelUrl, patience: float, kind: type[ConnectionPool], options: Options
) -> ConnectionPool:
    """A pool of this kind. All Sentinels together take less than `patience` seconds to answer."""
    found = Sentinel([])  # type: ignore[no-untyped-call]
    found.sentinels = [
        _Peer(
            patience / (len(url.sentinels) + 1),
            host=host,
            port=port,
            socket_timeout=None,
            retry=Retry(NoBackoff(), 0),
            **url.sentinel,
        )
        for host, port in url.sentinels
    ]
    pool: Any = _BlockingMasterPool if kind is BlockingConnectionPool else _MasterPool
    master: ConnectionPool = pool(url.service, found, **{**options, **url.server})
    return master


class _MasterPool(SentinelConnectionPool):
    async def aclose(self) -> None:
        await super().aclose()
        await self.sentinel_manager.aclose()


class _BlockingMasterPool(_MasterPool, BlockingConnectionPool):
    """Waits for a connection where all are in use."""


class _Peer(Redis):
    """One Sentinel. One that hangs counts as away after `patience` seconds: the next is asked."""

    def __init__(self, patience: float, **options: Any) -> None:
        super().__init__(**options)
        self._patience = patience

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        try:
            async with asyncio.timeout(self._patience):
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except TimeoutError:
            raise RedisTimeoutError("the Sentinel has not answered in time") from None
