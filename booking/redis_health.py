"""Whether Redis can be trusted with a sale: it answers, is durable, and has room."""

import re
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from cinema.redis_connection import REDIS_ERRORS, RedisClient
from cinema.retry import brief

# A sale needs these to survive a power cut and a full memory.
_REQUIRED = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
# Percent of maxmemory. The rest after the second serves buyers who already hold seats.
_NEARLY_FULL, _FULL = 90, 95
_REFUSALS = {
    "MISCONF": "it could not save its data: see its log and its disk",
    "OOM": "its memory is full: raise maxmemory",
    "NOREPLICAS": "fewer replicas are in step than min-replicas-to-write asks for",
    "READONLY": "it is a replica: REDIS_URL must name a master",
    "LOADING": "it is still reading its data",
    "CLUSTERDOWN": "a part of the cluster is away",
    "NOPERM": "its ACL does not let REDIS_URL's user do what booking does",
    "NOAUTH": "REDIS_URL needs a user or a password",
    "WRONGPASS": "REDIS_URL has a wrong user or password",
}
_CODE = re.compile(rf"\b({'|'.join(_REFUSALS)})\b")


@dataclass(frozen=True)
class RedisHealth:
    """`problem` is empty if Redis answers, is durable and has room; `warning` names a problem that
    is coming."""

    problem: str = ""
    warning: str = ""
    replicas_to_wait_for: int = 0
    replicated: bool = False  # it has a replica, which may succeed it
    # one a start of a server; none where Redis does not answer
    run_ids: frozenset[str] = frozenset()


async def examine(redis: RedisClient) -> RedisHealth:
    """Every master of a cluster must be healthy; names the first that is not."""
    try:
        if isinstance(redis, Redis):
            return await _examine_node(redis)
        await redis.initialize()
        found = [await _examine_node(redis, target_nodes=node) for node in redis.get_primaries()]
    except REDIS_ERRORS as error:
        return RedisHealth(explain(error))
    return RedisHealth(
        next((health.problem for health in found if health.problem), ""),
        next((health.warning for health in found if health.warning), ""),
        min(health.replicas_to_wait_for for health in found),
        any(health.replicated for health in found),
        frozenset().union(*(health.run_ids for health in found)),
    )


def explain(error: BaseException) -> str:
    """An error of Redis in an operator's words: one line, the same as long as the cause is."""
    code = getattr(error, "status_code", "")
    if code not in _REFUSALS:
        code = _first_code(str(error))
    if code in _REFUSALS:
        return f"Redis refuses writes: {code}, {_REFUSALS[code]}"
    if isinstance(error, ResponseError):
        return f"Redis refuses writes: {brief(error)}"
    return f"Redis does not answer: {brief(error)}"


def _first_code(text: str) -> str:
    """Redis 6.2 wraps a script's error in its own words, under the code ERR."""
    found = _CODE.search(text)
    return found[1] if found else ""


async def _examine_node(redis: RedisClient, **node: Any) -> RedisHealth:
    info = await redis.info(**node)
    configuration = await _configuration_problem(redis, info, **node)
    percent = _percent_full(info)
    can_wait = _version(info) >= (7, 2) and _has_replica(info)
    return RedisHealth(
        _write_problem(info) or configuration or _memory_problem(percent),
        f"Redis has used {_NEARLY_FULL}% of its maxmemory" if percent >= _NEARLY_FULL else "",
        replicas_to_wait_for=1 if can_wait else 0,
        replicated=int(info["connected_slaves"]) > 0,
        run_ids=frozenset({str(info["run_id"])}),
    )


def _has_replica(info: dict[str, Any]) -> bool:
    """Whether a replica has caught up: one that loads its first copy confirms nothing."""
    replicas = (info.get(f"slave{number}") for number in range(int(info["connected_slaves"])))
    return any(isinstance(one, dict) and one.get("state") == "online" for one in replicas)


def _write_problem(info: dict[str, Any]) -> str:
    if info.get("role") != "master":
        return "Redis is a replica, which takes no writes"
    if info.get("aof_last_write_status", "ok") != "ok":
        return "Redis could not write its append-only file"
    return ""


def _percent_full(info: dict[str, Any]) -> float:
    """As Redis compares it with maxmemory: without the buffers of replicas and of the append-only
    file."""
    most = int(info.get("maxmemory", 0))
    used = int(info.get("used_memory", 0)) - int(info.get("mem_not_counted_for_evict", 0))
    return 100 * used / most if most else 0


def _memory_problem(percent: float) -> str:
    if percent < _FULL:
        return ""
    return f"Redis refuses writes soon: it has used {_FULL}% of its maxmemory, raise it"


async def _configuration_problem(redis: RedisClient, info: dict[str, Any], **node: Any) -> str:
    try:
        # One by one: before Redis 7.0 CONFIG GET takes a single name.
        found = {name: (await redis.config_get(name, **node)).get(name) for name in _REQUIRED}
    except ResponseError:
        # A managed server may forbid CONFIG; INFO has the most important part.
        return "" if info.get("aof_enabled") else "Redis is not durable: appendonly is not yes"
    wrong = [
        f"{name} is {found[name]}, not {value}"
        for name, value in _REQUIRED.items()
        if found[name] != value
    ]
    return f"Redis is not durable: {', '.join(wrong)}" if wrong else ""


def _version(info: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(part) for part in str(info["redis_version"]).split(".")[:2])
