"""Requests that name many things, a few at a time, so that sales go on in between."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

from booking.requests import InvalidRequest

T = TypeVar("T")
R = TypeVar("R")

_MOST = 500
_GROUP = 32  # about 2 ms of the event loop, in which nothing is sold


def groups(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Raises InvalidRequest for too many."""
    if len(things) > _MOST:
        raise InvalidRequest(f"de uma vez, no máximo {_MOST}.")
    return (things[start : start + _GROUP] for start in range(0, len(things), _GROUP))


async def for_each(things: Sequence[T], call: Callable[[T], Awaitable[R]]) -> list[R]:
    """The results, in order. If calls fail, raises the first failure once its group has ended."""
    results: list[R] = []
    for group in groups(things):
        for result in await asyncio.gather(*map(call, group), return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
            results.append(result)
    return results
