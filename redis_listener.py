"""Redis' `expired` events, passed on to the gateway, so that a freed seat shows at once.

The events are hints: Redis sends each once, to whoever listens just then. So the promise is this:
what expires while we are subscribed is told to the gateway, singly or by a sweep of everything that
begins after it, and every (re)connection to Redis is followed by such a sweep. Several listeners
may run at once, since a sweep that finds nothing due changes nothing.

The subscriptions are our own, not those of `redis.asyncio.keyspace_notifications`: these reconnect
without saying so, and a reconnection that nobody hears of is a sweep that nobody asks for. On a
cluster they also read the masters in turn, and look for new ones only after an error.
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

from cinema.expiry_notice import shared_secret
from cinema.keys import parse_lock_key
from cinema.logs import OutageLog
from cinema.redis_connection import REDIS_ERRORS
from cinema.retry import Backoff, keep_running
from cinema.service import ReadyFile, main, run_until_stopped, stop_signal
from listener.gateway_notifier import WORKERS, GatewayClient, GatewayNotifier
from listener.keyspace_events import ensure_expired_events
from listener.settings import ListenerSettings

log = logging.getLogger(__name__)

# A connection that has been silent for so long is asked whether it is still there.
_PING_SECONDS = 2
# How often a cluster is asked for its masters. Until a new one is heard, booking sweeps alone.
_LOOK_UP_SECONDS = 2


class Readiness:
    """The service is ready while it is subscribed at every node that it has to be."""

    def __init__(self, ready_file: ReadyFile) -> None:
        self._ready_file = ready_file
        self._subscribed: dict[str, bool] = {}

    def note(self, node: str, *, subscribed: bool) -> None:
        self._subscribed[node] = subscribed
        self._tell()

    def forget(self, node: str) -> None:
        self._subscribed.pop(node, None)
        self._tell()

    def _tell(self) -> None:
        nodes = self._subscribed.values()
        self._ready_file.ready = bool(nodes) and all(nodes)


class NodeSubscription:
    """The expired events of one Redis node, for ever."""

    def __init__(
        self,
        options: Mapping[str, Any],
        deadline: float,
        notifier: GatewayNotifier,
        readiness: Readiness,
    ) -> None:
        self._options = options
        self._name = options.get("path") or f"{options['host']}:{options['port']}"
        self._deadline = deadline
        self._notifier = notifier
        self._readiness = readiness
        self._outage = OutageLog(log, every_trouble=True)

    async def run(self) -> None:
        self._readiness.note(self._name, subscribed=False)
        try:
            await keep_running(f"listening to Redis at {self._name}", self._listen, REDIS_ERRORS)
        finally:
            self._readiness.forget(self._name)

    async def _listen(self, backoff: Backoff) -> None:
        """Until the connection breaks. The flags come before the subscription and that before the
        sweep, so that no moment is left uncovered."""
        async with self._connect() as redis, redis.pubsub() as pubsub:
            async with asyncio.timeout(self._deadline):
                await self._ensure_expired_events(redis)
            channel = f"__keyevent@{self._options.get('db', 0)}__:expired"
            async with asyncio.timeout(self._deadline):
                await pubsub.subscribe(channel)
            try:
                while True:
                    self._take(await self._next_message(pubsub), backoff)
            finally:
                self._readiness.note(self._name, subscribed=False)

    def _connect(self) -> Redis:
        """Without retries: redis-py's own would resubscribe behind our back. Without its socket timeout, too:
        cinema/redis_connection.py says why."""
        options = {
            "decode_responses": True,
            "socket_timeout": None,
            "socket_connect_timeout": self._deadline,
            "retry": Retry(NoBackoff(), 0),
            **self._options,
        }
        return Redis.from_pool(ConnectionPool(**options))

    async def _ensure_expired_events(self, redis: Redis) -> None:
        if trouble := await ensure_expired_events(redis):
            self._outage.begin(f"Redis at {self._name}: {trouble}", waits=False)
        else:
            self._outage.end()

    async def _next_message(self, pubsub: PubSub) -> Mapping[str, Any]:
        """The next message, be it the answer to a ping. Raises TimeoutError without an answer."""
        message: Mapping[str, Any] | None
        message = await pubsub.get_message(timeout=_PING_SECONDS)
        if message is None:
            async with asyncio.timeout(self._deadline):
                await pubsub.ping()
            message = await pubsub.get_message(timeout=self._deadline)
        if message is None:
            raise TimeoutError(f"no answer to a ping for {self._deadline:g} s")
        return message

    def _take(self, message: Mapping[str, Any], backoff: Backoff) -> None:
        if message["type"] == "subscribe":
            log.info("subscribed to %s at %s", message["channel"], self._name)
            backoff.reset()
            self._readiness.note(self._name, subscribed=True)
            self._notifier.sweep_everything()
        elif message["type"] == "message" and (lock := parse_lock_key(message["data"])):
            self._notifier.expired(*lock)


Address = tuple[str, int]


class ClusterSubscriptions:
    """One subscription at each master: a node tells of its own keys alone, a replica of none."""

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
            await asyncio.sleep(_LOOK_UP_SECONDS)

    def _change_to(self, masters: set[Address], group: asyncio.TaskGroup) -> None:
        for gone in self._running.keys() - masters:
            self._running.pop(gone).cancel()
        for new in masters - self._running.keys():
            self._running[new] = group.create_task(self._subscription_at(new).run())


def subscriptions(
    settings: ListenerSettings, notifier: GatewayNotifier, ready_file: ReadyFile
) -> NodeSubscription | ClusterSubscriptions:
    deadline = settings.redis_timeout_seconds
    options: dict[str, Any] = {"host": "localhost", "port": 6379, **parse_url(settings.redis_url)}
    readiness = Readiness(ready_file)
    if not settings.redis_cluster:
        return NodeSubscription(options, deadline, notifier, readiness)

    def at(master: Address) -> NodeSubscription:
        # A node that was never told its own address gives none; it is the one that we asked.
        address = {"host": master[0] or options["host"], "port": master[1]}
        return NodeSubscription({**options, **address}, deadline, notifier, readiness)

    cluster = RedisCluster.from_url(
        settings.redis_url, socket_timeout=None, socket_connect_timeout=deadline
    )
    return ClusterSubscriptions(cluster, deadline, at)


async def serve(settings: ListenerSettings) -> None:
    stop = stop_signal()
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
    """Follows no redirects, and no proxy that the environment names for the world outside."""
    return httpx2.AsyncClient(
        trust_env=False,
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=WORKERS + 1),
        headers={"User-Agent": "redis_listener"},
    )


if __name__ == "__main__":
    main("listener", ListenerSettings, serve)
