"""Forwards Redis' `expired` events to the gateway, so that a freed seat shows at once.

The events are hints: Redis sends each once, to the connections that are subscribed at that moment.
The guarantee: an expiry during a subscription reaches the gateway, as a notice of its own or
through a sweep of everything that begins after it, and such a sweep follows every subscription.
Several listeners may run at once: a sweep that finds nothing due changes nothing.

The subscriptions are our own. Those of `redis.asyncio.keyspace_notifications` reconnect silently,
so no sweep would follow; on a cluster they read the masters one after another, and look for new
ones only after an error.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

import httpx2
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from cinema.cluster_slots import refuse_missing_slots
from cinema.expiry_notice import shared_secret
from cinema.keys import parse_lock_key
from cinema.logs import OutageLog
from cinema.redis_connection import REDIS_ERRORS, new_pool
from cinema.redis_url import sentinel_url
from cinema.retry import Backoff, keep_running
from cinema.service import ReadyFile, main, run_until_stopped, stop_signal
from listener.gateway_client import GatewayClient
from listener.gateway_notifier import WORKERS, GatewayNotifier
from listener.keyspace_events import ensure_expired_events
from listener.settings import ListenerSettings

log = logging.getLogger(__name__)

_PING_SECONDS = 2  # of silence before a ping
# Between two looks at a cluster's masters. Until we subscribe at a new one, only booking's sweeper
# frees its seats.
_MASTERS_SECONDS = 2


class Readiness:
    """The service is ready while it is subscribed at every node."""

    def __init__(self, ready_file: ReadyFile) -> None:
        self._ready_file = ready_file
        self._subscribed: dict[str, bool] = {}

    def set(self, node: str, *, subscribed: bool) -> None:
        self._subscribed[node] = subscribed
        self._update()

    def forget(self, node: str) -> None:
        self._subscribed.pop(node, None)
        self._update()

    def _update(self) -> None:
        nodes = self._subscribed.values()
        self._ready_file.ready = bool(nodes) and all(nodes)


NewPool = Callable[..., ConnectionPool]  # by redis-py's options


class NodeSubscription:
    """Subscribes to the expired events of one Redis node, again after each failure."""

    def __init__(
        self,
        name: str,
        pool: NewPool,
        deadline: float,
        notifier: GatewayNotifier,
        readiness: Readiness,
    ) -> None:
        self._name = name
        self._pool = pool
        self._deadline = deadline
        self._notifier = notifier
        self._readiness = readiness
        self._outage = OutageLog(log, every_trouble=True)

    async def run(self) -> None:
        self._readiness.set(self._name, subscribed=False)
        try:
            await keep_running(f"listening to Redis at {self._name}", self._listen, REDIS_ERRORS)
        finally:
            self._readiness.forget(self._name)

    async def _listen(self, backoff: Backoff) -> None:
        """Until the connection breaks.

        Flags, subscription, sweep: in this order no expiry is missed.
        """
        async with self._connect() as redis, redis.pubsub() as pubsub:
            async with asyncio.timeout(self._deadline):
                await self._ensure_expired_events(redis)
            database = redis.connection_pool.connection_kwargs.get("db", 0)
            channel = f"__keyevent@{database}__:expired"
            async with asyncio.timeout(self._deadline):
                await pubsub.subscribe(channel)
            try:
                while True:
                    self._handle(await self._next_message(pubsub), backoff)
            finally:
                self._readiness.set(self._name, subscribed=False)

    def _connect(self) -> Redis:
        """No retries: redis-py would resubscribe silently.

        No socket timeout: see cinema/redis_connection.py.
        """
        pool = self._pool(
            decode_responses=True,
            socket_timeout=None,
            socket_connect_timeout=self._deadline,
            retry=Retry(NoBackoff(), 0),
        )
        return Redis.from_pool(pool)

    async def _ensure_expired_events(self, redis: Redis) -> None:
        if trouble := await ensure_expired_events(redis):
            self._outage.begin(f"Redis at {self._name}: {trouble}", waits=False)
        else:
            self._outage.end()

    async def _next_message(self, pubsub: PubSub) -> Mapping[str, Any]:
        """The next message, which may be the answer to a ping.

        Raises TimeoutError without an answer.
        """
        message: Mapping[str, Any] | None
        message = await pubsub.get_message(timeout=_PING_SECONDS)
        if message is None:
            async with asyncio.timeout(self._deadline):
                await pubsub.ping()
            message = await pubsub.get_message(timeout=self._deadline)
        if message is None:
            raise TimeoutError(f"no answer to a ping for {self._deadline:g} s")
        return message

    def _handle(self, message: Mapping[str, Any], backoff: Backoff) -> None:
        if message["type"] == "subscribe":
            log.info("subscribed to %s at %s", message["channel"], self._name)
            backoff.reset()
            self._readiness.set(self._name, subscribed=True)
            self._notifier.sweep_everything()
        elif message["type"] == "message" and (lock := parse_lock_key(message["data"])):
            self._notifier.expired(*lock)


Address = tuple[str, int]


class ClusterSubscriptions:
    """One subscription at each master: masters send events of their own keys, replicas none."""

    def __init__(
        self,
        cluster: RedisCluster,
        deadline: float,
        subscription_at: Callable[[Address], NodeSubscription],
    ) -> None:
        self._cluster = cluster
        self._deadline = deadline
        self._subscription_at = subscription_at
        self._running: dict[Address, asyncio.Task[None]] = {}

    async def run(self) -> None:
        async with aclosing(self._cluster), asyncio.TaskGroup() as group:
            follow = partial(self._follow_masters, group)
            await keep_running("asking the cluster for its masters", follow, REDIS_ERRORS)

    async def _follow_masters(self, group: asyncio.TaskGroup, backoff: Backoff) -> None:
        while True:
            async with asyncio.timeout(self._deadline):
                slots: Any = await self._cluster.cluster_slots()
            self._change_to({owners["primary"] for owners in slots.values()}, group)
            backoff.reset()
            await asyncio.sleep(_MASTERS_SECONDS)

    def _change_to(self, masters: set[Address], group: asyncio.TaskGroup) -> None:
        for gone in self._running.keys() - masters:
            self._running.pop(gone).cancel()
        for new in masters - self._running.keys():
            self._running[new] = group.create_task(self._subscription_at(new).run())


def subscriptions(
    settings: ListenerSettings, notifier: GatewayNotifier, ready_file: ReadyFile
) -> NodeSubscription | ClusterSubscriptions:
    deadline = settings.redis_timeout_seconds
    readiness = Readiness(ready_file)
    if not settings.redis_cluster:
        pool = partial(new_pool, settings, ConnectionPool)
        return NodeSubscription(_name(settings), pool, deadline, notifier, readiness)
    options: dict[str, Any] = {"host": "localhost", **parse_url(settings.redis_url)}

    def at(master: Address) -> NodeSubscription:
        # A node that does not know its own address sends none; it is the one that we asked.
        host, port = master[0] or options["host"], master[1]
        pool = partial(ConnectionPool, **{**options, "host": host, "port": port})
        return NodeSubscription(f"{host}:{port}", pool, deadline, notifier, readiness)

    cluster = RedisCluster.from_url(
        settings.redis_url, socket_timeout=None, socket_connect_timeout=deadline
    )
    return ClusterSubscriptions(cluster, deadline, at)


def _name(settings: ListenerSettings) -> str:
    if sentinel := sentinel_url(settings.redis_url):
        return f"Sentinel's master of {sentinel.service}"
    parts: dict[str, Any] = {"host": "localhost", "port": 6379, **parse_url(settings.redis_url)}
    return str(parts.get("path") or f"{parts['host']}:{parts['port']}")


async def serve(settings: ListenerSettings) -> None:
    stop = stop_signal()
    await refuse_missing_slots(settings)
    secret = shared_secret(settings)
    ready_file = ReadyFile(settings.ready_file)
    async with http_client() as client:
        gateway = GatewayClient(
            client, settings.ws_notify_url, secret, settings.notify_timeout_seconds
        )
        notifier = GatewayNotifier(gateway.post)
        listening = subscriptions(settings, notifier, ready_file)
        await run_until_stopped(stop, listening.run(), notifier.run(), ready_file.keep())


def http_client() -> httpx2.AsyncClient:
    """Follows no redirects, and uses no proxy of the environment, which is for other hosts."""
    return httpx2.AsyncClient(
        trust_env=False,
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=WORKERS + 1),
        headers={"User-Agent": "redis_listener"},
    )


if __name__ == "__main__":
    main("listener", ListenerSettings, serve)
