"""Whether Redis can be trusted with a sale: that it answers, and that it is durable."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from cinema.redis_connection import REDIS_ERRORS, RedisClient
from cinema.retry import brief

log = logging.getLogger(__name__)

PERIOD_SECONDS = 1.0
# What a sale needs in order to survive a power cut, and a full memory.
_REQUIRED = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


@dataclass(frozen=True)
class RedisHealth:
    """`problem` is empty where Redis answers and is durable."""

    problem: str = ""
    replicas_to_wait_for: int = 0


async def watch_health(redis: RedisClient, tell: Callable[[RedisHealth], Awaitable[None]]) -> None:
    """Looks every second, tells every time, and logs what changed."""
    before: RedisHealth | None = None
    while True:
        health = await look(redis)
        if health != before:
            _log_change(health)
        before = health
        await tell(health)
        await asyncio.sleep(PERIOD_SECONDS)


async def look(redis: RedisClient) -> RedisHealth:
    """Every master of a cluster must be well; the first that is not is named."""
    try:
        if isinstance(redis, Redis):
            return await _look_at(redis)
        await redis.initialize()
        found = [await _look_at(redis, target_nodes=node) for node in redis.get_primaries()]
    except REDIS_ERRORS as error:
        return RedisHealth(f"Redis does not answer: {brief(error)}")
    problem = next((health.problem for health in found if health.problem), "")
    return RedisHealth(problem, min(health.replicas_to_wait_for for health in found))


async def _look_at(redis: RedisClient, **node: Any) -> RedisHealth:
    info = await redis.info(**node)
    problem = _write_problem(info) or await _configuration_problem(redis, info, **node)
    can_wait = _version(info) >= (7, 2) and _has_replica(info)
    return RedisHealth(problem, replicas_to_wait_for=1 if can_wait else 0)


def _has_replica(info: dict[str, Any]) -> bool:
    """One that has caught up: while it loads its first copy of the data, there is nothing to wait for."""
    replicas = (info.get(f"slave{number}") for number in range(int(info["connected_slaves"])))
    return any(isinstance(one, dict) and one.get("state") == "online" for one in replicas)


def _write_problem(info: dict[str, Any]) -> str:
    if info.get("role") != "master":
        return "Redis is a replica, which takes no writes"
    if info.get("aof_last_write_status", "ok") != "ok":
        return "Redis could not write its append-only file"
    return ""


async def _configuration_problem(redis: RedisClient, info: dict[str, Any], **node: Any) -> str:
    try:
        # One by one: before Redis 7.0 CONFIG GET takes a single name.
        found = {name: (await redis.config_get(name, **node)).get(name) for name in _REQUIRED}
    except ResponseError:
        # A managed server may keep its configuration to itself; INFO tells the most important part.
        return "" if info.get("aof_enabled") else "Redis is not durable: appendonly is not yes"
    wrong = [
        f"{name} is {found[name]}, not {value}"
        for name, value in _REQUIRED.items()
        if found[name] != value
    ]
    return f"Redis is not durable: {', '.join(wrong)}" if wrong else ""


def _version(info: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(part) for part in str(info["redis_version"]).split(".")[:2])


def _log_change(health: RedisHealth) -> None:
    if health.problem:
        log.error("not fit to sell: %s", health.problem)
    else:
        log.info(
            "Redis answers and is durable (replicas to wait for: %d)", health.replicas_to_wait_for
        )
