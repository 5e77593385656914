"""Reads Redis streams: a blocked XREAD that ends in time, and one shape of its replies."""

import asyncio
from collections.abc import Mapping
from typing import Any

from cinema.redis_connection import RedisClient

Entry = tuple[str, dict[str, str]]  # its id and its fields


async def read_streams(
    redis: RedisClient, positions: Mapping[str, str], count: int, block_ms: int, patience: float
) -> dict[str, list[Entry]]:
    """By stream the first `count` entries after its position; empty if none came within `block_ms`.

    Raises TimeoutError `patience` seconds later: TCP does not notice a peer that vanished without
    closing.
    """
    asked: dict[Any, Any] = dict(positions)
    async with asyncio.timeout(block_ms / 1000 + patience):
        return streams_in(await redis.xread(asked, count=count, block=block_ms))


def streams_in(reply: Any) -> dict[str, list[Entry]]:
    """XREAD's reply, which has three shapes, by REDIS_URL's `protocol` and `legacy_responses`.

    A list of pairs; a mapping whose values are entries; a mapping whose values are lists of batches
    of entries.
    """
    if not isinstance(reply, Mapping):
        return dict(reply or ())
    return {stream: _entries_in(found) for stream, found in reply.items()}


def _entries_in(found: list[Any]) -> list[Entry]:
    """An entry is a tuple, a batch a list."""
    return [entry for one in found for entry in ([one] if isinstance(one, tuple) else one)]


def parse_entry_id(entry_id: str) -> tuple[int, int]:
    """Redis' time in ms at which the entry was added, and its number within that millisecond."""
    at_ms, _, number = entry_id.partition("-")
    return int(at_ms), int(number)
