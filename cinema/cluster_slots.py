"""A cluster that serves only a part of its slots would take only a part of the sessions."""

import asyncio
from contextlib import aclosing
from typing import Any

from redis.asyncio import Redis

from cinema.redis_connection import REDIS_ERRORS
from cinema.service import CannotStart
from cinema.settings import RedisSettings

_SLOTS = 16_384


async def refuse_missing_slots(settings: RedisSettings) -> None:
    """Raises CannotStart if no node has a range of slots, not even one that is away.

    Reads only. A cluster that does not answer is no reason: the service waits for it.
    """
    if not settings.redis_cluster:
        return
    async with aclosing(Redis.from_url(settings.redis_url, socket_timeout=None)) as node:
        try:
            async with asyncio.timeout(settings.redis_timeout_seconds):
                slots: Any = node.execute_command("CLUSTER SLOTS")  # type: ignore[no-untyped-call]
                served = await slots
        except REDIS_ERRORS:
            return
    # By redis-py's version of the protocol a list, or a mapping: each begins with the two numbers.
    if missing := _missing(sorted((first, last) for first, last, *_ in served)):
        raise CannotStart(
            f"the cluster of REDIS_URL is incomplete: no node has the slots {missing}. "
            "Assign them, as `redis-cli --cluster fix` does"
        )


def _missing(served: list[tuple[int, int]]) -> str:
    """Such as "0-99, 16383"."""
    gaps, first = [], 0
    for begin, end in [*served, (_SLOTS, _SLOTS)]:
        if first < begin:
            gaps.append(f"{first}-{begin - 1}" if first < begin - 1 else str(first))
        first = end + 1
    return ", ".join(gaps)
