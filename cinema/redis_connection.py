"""Connections to Redis: one node or a cluster, for commands or for blocking reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException, RedisError

from cinema.settings import RedisSettings

RedisClient = Redis | RedisCluster
# What a call raises when Redis is away or too slow. Everything that is sent is safe to repeat.
REDIS_ERRORS: tuple[type[Exception], ...] = (
    *(RedisError, OSError, TimeoutError),
    RedisClusterException,  # no RedisError, but raised where no node of a cluster answers
)


def connect(settings: RedisSettings) -> RedisClient:
    """For commands: each ends within `redis_timeout_seconds`. Connects at the first command, not here."""
    options = {
        "decode_responses": True,
        "socket_timeout": settings.redis_timeout_seconds,
        "socket_connect_timeout": settings.redis_timeout_seconds,
    }
    if settings.redis_cluster:
        return RedisCluster.from_url(settings.redis_url, **options)
    pool = BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=settings.redis_connections,
        timeout=settings.redis_timeout_seconds,
        # Once more, for a connection that a restarted server has closed. Not after a timeout: a server that hangs
        # should not cost a caller twice the time.
        retry=Retry(ExponentialBackoff(cap=0.1, base=0.01), 1, (RedisConnectionError,)),
        **options,
    )
    return Redis.from_pool(pool)


def connect_blocking(settings: RedisSettings) -> RedisClient:
    """For blocking reads: no socket timeout and no retries; who blocks has a deadline of its own."""
    if settings.redis_cluster:
        return RedisCluster.from_url(
            settings.redis_url, decode_responses=True, socket_timeout=None, max_connections=256
        )
    return Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=None,
        socket_connect_timeout=settings.redis_timeout_seconds,
        retry=Retry(ExponentialBackoff(), 0),
    )


@asynccontextmanager
async def own_connection(redis: RedisClient, key: str) -> AsyncIterator[Redis]:
    """One connection for several commands, to the node where `key` lives."""
    if isinstance(redis, Redis):
        async with redis.client() as connection:
            yield connection
        return
    await redis.initialize()
    node = redis.get_node_from_key(key)
    if node is None:
        raise RedisError(f"no node of the cluster serves {key}")
    async with Redis(
        **{**node.connection_kwargs, "host": node.host, "port": int(node.port)},
        single_connection_client=True,
    ) as connection:
        yield connection
