"""Reads of bounded size: none keeps a server busy for long."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from cinema.redis_connection import RedisClient, ScanPlace, scan_keys
from cinema.streams import Entry

T = TypeVar("T")

_COMMANDS_AT_ONCE = 200
_ENTRIES_A_PAGE = 500
_KEYS_A_PAGE = 500
_OURS = "{p[0-9][0-9]}:*"

Command = tuple[Any, ...]  # such as ("hget", key, field)


async def ask(
    redis: RedisClient, commands: Iterable[Command], at_once: int = _COMMANDS_AT_ONCE
) -> list[Any]:
    """The reply to each, in order."""
    replies: list[Any] = []
    for some in in_batches(commands, at_once):
        pipeline = redis.pipeline(transaction=False)
        for name, *arguments in some:
            getattr(pipeline, name)(*arguments)
        replies += await pipeline.execute()
    return replies


async def key_pages(redis: RedisClient) -> AsyncIterator[list[str]]:
    """All keys of the system, on all nodes. A key that moves in memory meanwhile comes twice."""
    place: ScanPlace | None = ScanPlace()
    while place:
        keys, place = await scan_keys(redis, place, _OURS, _KEYS_A_PAGE)
        yield keys


async def entries(redis: RedisClient, stream: str, after: str = "") -> AsyncIterator[Entry]:
    """A stream's entries behind one, or all, up to its present end."""
    more = True
    while more:
        page: Any = await redis.xrange(stream, f"({after}" if after else "-", count=_ENTRIES_A_PAGE)
        more = len(page) == _ENTRIES_A_PAGE
        for entry_id, fields in page:
            yield str(entry_id), fields
            after = str(entry_id)


async def member_pages(redis: RedisClient, sorted_set: str) -> AsyncIterator[list[str]]:
    """All members of a sorted set."""
    cursor: Any = None
    while cursor != 0:
        cursor, pairs = await redis.zscan(sorted_set, cursor or 0, count=_ENTRIES_A_PAGE)
        yield [str(member) for member, _ in pairs]


def in_batches(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
