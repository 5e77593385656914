"""The masters of a Redis Cluster: redis-py discovers them, and each has a RedisNode."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from hiredis import pack_command
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    SlotNotCoveredError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from cinema.redis_scripts.node import RedisNode
from cinema.redis_scripts.wire import Unanswered

_ASKING: bytes = pack_command(("ASKING",))
_PAUSE_SECONDS = 0.05  # while no node serves a slot, or its keys migrate
_NOT_NOW = (ClusterDownError, SlotNotCoveredError, TryAgainError)

Attempt = Callable[[RedisNode, bool], Awaitable[Any]]  # True: send ASKING first


class ClusterNodes:
    """Follows redirections, and retries what was not executed, within `patience` seconds."""

    def __init__(self, redis: RedisCluster, patience: float, most_wires: int) -> None:
        self._redis = redis
        self._patience = patience
        self._most_wires = most_wires
        self._nodes: dict[str, RedisNode] = {}
        self._failed = ""  # a node that has failed since the last discovery

    async def send(self, packed: bytes, key: str) -> Any:
        async def attempt(node: RedisNode, asking: bool) -> Any:
            return await (node.send(_ASKING + packed, unheard=1) if asking else node.send(packed))

        return await self._try(key, attempt)

    async def send_alone(self, packed: Sequence[bytes], key: str) -> list[Any]:
        async def attempt(node: RedisNode, asking: bool) -> list[Any]:
            if not asking:
                return await node.send_alone(packed)
            return (await node.send_alone([_ASKING, *packed]))[1:]

        replies: list[Any] = await self._try(key, attempt)
        return replies

    async def _try(self, key: str, attempt: Attempt) -> Any:
        name = ""
        try:
            async with asyncio.timeout(self._patience):
                await self._redis.initialize()
                if self._failed:
                    await self._discover()
                asked: AskError | None = None
                while True:
                    try:
                        name = f"{asked.host}:{asked.port}" if asked else self._master_of(key)
                        return await attempt(self._node(name), asked is not None)
                    except (*_NOT_NOW, AskError, RedisConnectionError) as fault:
                        asked = await self._after(fault, name, key)
        except (TimeoutError, RedisTimeoutError, Unanswered):
            self._failed = name
            raise

    async def _after(self, fault: Exception, name: str, key: str) -> AskError | None:
        """The node to ask next: the one of an ASK, or None for the key's master.

        Raises final errors.
        """
        match fault:
            case Unanswered():
                raise fault
            case RedisConnectionError():
                self._failed = name
                await self._discover()
                if self._master_of(key) == name:
                    raise fault
            case MovedError():
                await self._redis.nodes_manager.move_slot(fault)
            case AskError():
                return fault
            case _:
                await asyncio.sleep(_PAUSE_SECONDS)
                await self._discover()
        return None

    async def _discover(self) -> None:
        """Discovers the nodes, asking the failed one last, and drops those that are gone."""
        manager = self._redis.nodes_manager
        await manager.initialize(last_failed_node_name=self._failed or None)
        self._failed = ""
        gone = [name for name in self._nodes if name not in manager.nodes_cache]
        for name in gone:
            await self._nodes.pop(name).aclose()

    def _master_of(self, key: str) -> str:
        master = self._redis.get_node_from_key(key)
        if master is None:
            raise SlotNotCoveredError(f"no node of the cluster serves {key}")
        return str(master.name)

    def _node(self, name: str) -> RedisNode:
        node = self._nodes.get(name)
        if node is None:
            host, _, port = name.rpartition(":")
            known = self._redis.get_default_node()
            options = {**known.connection_kwargs, "host": host, "port": int(port)}
            options["retry"] = Retry(NoBackoff(), 0)
            connection = partial(known.connection_class, **options)
            node = self._nodes[name] = RedisNode(connection, self._patience, self._most_wires)
        return node

    async def aclose(self) -> None:
        for node in self._nodes.values():
            await node.aclose()
