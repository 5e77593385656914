"""Connections to Redis (one node, Sentinel's master, a cluster), for commands or blocking reads.

A deadline of the calling task bounds each command. redis-py's `socket_timeout` is not used: before
Python 3.12 it sends with `asyncio.wait_for`, which can swallow a cancellation, and then a service
that should stop goes on (seen in every fourth cancellation in the middle of a command).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, cast

from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.cluster import ClusterPipeline, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import RedisClusterException, RedisError

from cinema.redis_scripts import ClusterNodes, OneNode, Script
from cinema.redis_sentinel import master_pool
from cinema.redis_url import sentinel_url
from cinema.settings import RedisSettings

RedisClient = Redis | RedisCluster
Greeting = Callable[[AbstractConnection], Awaitable[None]]
# Waits until a server may be used, given its run_id. Raises redis-py's ConnectionError where it may
# not.
Admission = Callable[[str], Awaitable[None]]
# What a call raises when Redis is away or too slow. All commands are safe to repeat.
REDIS_ERRORS: tuple[type[Exception], ...] = (
    *(RedisError, OSError, TimeoutError),
    RedisClusterException,  # no RedisError; raised if no node of a cluster answers
)


def connect(settings: RedisSettings, admit: Admission | None = None) -> RedisClient:
    """For commands: each ends within `redis_timeout_seconds`. Connects at the first command.

    `admit` decides by its run_id, which is new at each start of a Redis server, whether a server
    may be used.
    """
    greet = _greeting(admit) if admit else None
    return (_connect_cluster if settings.redis_cluster else _connect_node)(settings, greet)


def _options(settings: RedisSettings) -> dict[str, Any]:
    return {
        "decode_responses": True,
        "socket_timeout": None,
        "socket_connect_timeout": settings.redis_timeout_seconds,
    }


def _connect_cluster(settings: RedisSettings, greet: Greeting | None) -> RedisClient:
    patience = settings.redis_timeout_seconds
    found = _BoundedCluster.from_url(settings.redis_url, **_options(settings))
    cluster = cast(_BoundedCluster, found)
    cluster.patience = patience
    cluster.nodes = ClusterNodes(cluster, patience, settings.redis_connections)
    if greet:
        cluster.connection_kwargs["redis_connect_func"] = greet
    return cluster


def _connect_node(settings: RedisSettings, greet: Greeting | None) -> RedisClient:
    patience = settings.redis_timeout_seconds
    pool = new_pool(
        settings,
        BlockingConnectionPool,
        max_connections=settings.redis_connections,
        timeout=patience,
        # One retry, for a connection that a restarted server has closed.
        retry=Retry(ExponentialBackoff(cap=0.1, base=0.01), 1),
        redis_connect_func=greet,
        **_options(settings),
    )
    client = cast(_BoundedRedis, _BoundedRedis.from_pool(pool))
    client.patience = patience
    client.nodes = OneNode(client, patience, settings.redis_connections)
    return client


def script_at(redis: RedisClient, text: str) -> Script:
    """A script on the hot path, over the script connections of a client that `connect` made."""
    return Script(nodes_of(redis), text)


def nodes_of(redis: RedisClient) -> OneNode | ClusterNodes:
    """The connections for scripts and other commands on the hot path."""
    if not isinstance(redis, _BoundedRedis | _BoundedCluster):
        raise TypeError("a client for blocking reads has no script connections")
    return redis.nodes


@asynccontextmanager
async def connected(settings: RedisSettings) -> AsyncIterator[RedisClient]:
    """A client for commands, which is disconnected at the end."""
    redis = connect(settings)
    try:
        yield redis
    finally:
        await disconnect(redis)


async def disconnect(redis: RedisClient) -> None:
    """Closes all connections.

    A cluster's `aclose` keeps those for scripts: redis-py calls it when nodes change.
    """
    if isinstance(redis, _BoundedCluster):
        await redis.nodes.aclose()
    await redis.aclose()


def _greeting(admit: Admission) -> Greeting:
    async def greet(connection: AbstractConnection) -> None:
        await connection.on_connect()
        await connection.send_command("INFO", "server")
        info = str(await connection.read_response())
        run_id = info.partition("run_id:")[2].partition("\r\n")[0]
        await admit(run_id)

    return greet


def connect_blocking(settings: RedisSettings) -> RedisClient:
    """For blocking reads: no socket timeout and no retries. Callers set their own deadline."""
    if settings.redis_cluster:
        return _Cluster.from_url(
            settings.redis_url, decode_responses=True, socket_timeout=None, max_connections=256
        )
    return Redis.from_pool(
        new_pool(settings, ConnectionPool, retry=Retry(NoBackoff(), 0), **_options(settings))
    )


def new_pool(settings: RedisSettings, kind: type[ConnectionPool], **options: Any) -> ConnectionPool:
    """Connections to the server of REDIS_URL, which may be Sentinel's master."""
    if sentinel := sentinel_url(settings.redis_url):
        return master_pool(sentinel, settings.redis_timeout_seconds, kind, options)
    return kind.from_url(settings.redis_url, **options)


class _BoundedRedis(Redis):
    """Cancels a command after `patience` seconds: raises TimeoutError, closes the connection."""

    patience: float
    nodes: OneNode

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await self.nodes.aclose()
        await super().aclose(close_connection_pool)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        async with asyncio.timeout(self.patience):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        pipeline = _BoundedPipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )
        pipeline.patience = self.patience
        return pipeline


class _BoundedPipeline(Pipeline):
    patience: float

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        async with asyncio.timeout(self.patience):
            return await super().execute(raise_on_error)


class _Cluster(RedisCluster):
    """Discovers its nodes before the first command.

    redis-py 8.1 sends earlier commands to any node, and closes all connections, with all commands
    under way, after the fifth redirection.
    """

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        await self.initialize()
        return await super().execute_command(*args, **options)


class _BoundedCluster(_Cluster):
    """Cancels a command or a pipeline as _BoundedRedis does."""

    patience: float
    nodes: ClusterNodes

    async def __aexit__(self, *fault: Any) -> None:
        await self.nodes.aclose()
        await super().__aexit__(*fault)  # type: ignore[no-untyped-call]

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        async with asyncio.timeout(self.patience):
            return await super().execute_command(*args, **options)

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> ClusterPipeline:
        pipeline = _BoundedClusterPipeline(self, transaction)  # type: ignore[abstract]
        pipeline.patience = self.patience
        return pipeline


class _BoundedClusterPipeline(ClusterPipeline):
    patience: float

    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> Any:
        async with asyncio.timeout(self.patience):
            return await super().execute(raise_on_error, allow_redirections)


@asynccontextmanager
async def own_node(redis: RedisClient, key: str) -> AsyncIterator[Redis]:
    """The node that has `key`.

    A pipeline there uses one connection from its first command to its last.
    """
    if isinstance(redis, Redis):
        yield redis
        return
    await redis.initialize()
    node = redis.get_node_from_key(key)
    if node is None:
        raise RedisError(f"no node of the cluster serves {key}")
    pool = ConnectionPool(node.connection_class, max_connections=1, **node.connection_kwargs)
    async with Redis.from_pool(pool) as client:
        yield client


class ScanPlace(NamedTuple):
    """A position in a scan over all nodes. ScanPlace() is the start."""

    node: int = 0
    cursor: int = 0


async def scan_keys(
    redis: RedisClient, place: ScanPlace, pattern: str, count: int
) -> tuple[list[str], ScanPlace | None]:
    """One SCAN of about `count` keys: those that match, and the next place; None at the end.

    A key that exists throughout the scan is returned at least once.
    """
    if isinstance(redis, Redis):
        cursor, found = await redis.scan(place.cursor, match=pattern, count=count)
        keys = cast("list[str]", found)
        return keys, ScanPlace(0, cursor) if cursor else None
    await redis.initialize()
    nodes = sorted(redis.get_primaries(), key=lambda node: node.name)
    if place.node >= len(nodes):
        return [], None
    scan: Any = redis.scan  # a cluster's client returns a cursor by node
    cursors, keys = await scan(
        place.cursor, match=pattern, count=count, target_nodes=nodes[place.node]
    )
    (cursor,) = cursors.values()
    after = ScanPlace(place.node, cursor) if cursor else ScanPlace(place.node + 1)
    return keys, after if after.node < len(nodes) else None
