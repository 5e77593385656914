"""All keys of a Redis as readable JSON, and back."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).with_name("data.json")
Values = dict[str, Any]

_TIMES = re.compile(r"\b1[0-9]{12}\b")  # Unix ms of this century's beginning
_SHIFTED = re.compile(r":(due|holds|cooldowns|released)$|:assento:")


def recorded() -> Values:
    found: Values = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def dump(redis: Any) -> Values:
    """By key its type, its value, and when it expires in Unix ms, if it does."""
    return {key: _dumped(redis, key) for key in sorted(redis.scan_iter(count=1_000))}


def _dumped(redis: Any, key: str) -> Values:
    kind = redis.type(key)
    left = redis.pttl(key)
    ends = {"expires_at": _now(redis) + left} if left >= 0 else {}
    return {"type": kind, "value": _READ[kind](redis, key)} | ends


_READ: Mapping[str, Callable[[Any, str], Any]] = {
    "string": lambda redis, key: redis.get(key),
    "hash": lambda redis, key: redis.hgetall(key),
    "zset": lambda redis, key: redis.zrange(key, 0, -1, withscores=True),
    "stream": lambda redis, key: redis.xrange(key),
}


def load(redis: Any, keys: Values, recorded_at: int) -> None:
    """As if it were recorded now: what ends, ends as long after as it did then."""
    later = _now(redis) - recorded_at
    for key, found in keys.items():
        value = found["value"]
        if _SHIFTED.search(key):
            value = json.loads(_TIMES.sub(lambda m: str(int(m[0]) + later), json.dumps(value)))
        for command in _written(key, found["type"], value):
            redis.execute_command(*command)
        if ends := found.get("expires_at"):
            redis.pexpireat(key, ends + later)


def _written(key: str, kind: str, value: Any) -> Iterator[tuple[Any, ...]]:
    if kind == "string":
        yield "SET", key, value
    elif kind == "hash":
        yield "HSET", key, *(part for pair in value.items() for part in pair)
    elif kind == "zset":
        yield "ZADD", key, *(part for member, score in value for part in (score, member))
    else:
        for entry_id, fields in value:
            yield "XADD", key, entry_id, *(part for pair in fields.items() for part in pair)


def _now(redis: Any) -> int:
    seconds, microseconds = redis.time()
    return int(seconds * 1000 + microseconds // 1000)
