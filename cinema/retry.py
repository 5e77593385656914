"""Trying again, with back-off."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import NoReturn

log = logging.getLogger(__name__)


class Backoff:
    """Delays in seconds that double up to a maximum, with jitter, so that a crowd does not return at once."""

    def __init__(self, first: float = 0.1, maximum: float = 5.0) -> None:
        self._first = first
        self._maximum = maximum
        self._next = first

    def delay(self) -> float:
        ceiling = self._next
        self._next = min(self._next * 2, self._maximum)
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret

    def reset(self) -> None:
        self._next = self._first


async def keep_running(
    what: str,
    run: Callable[[Backoff], Awaitable[None]],
    errors: tuple[type[Exception], ...],
    backoff: Backoff | None = None,
) -> NoReturn:
    """Runs `run` for ever, again after each of `errors`; `run` resets the back-off once it has got somewhere.

    Anything else that `run` raises is a bug and passes through.
    """
    backoff = backoff or Backoff()
    while True:
        try:
            await run(backoff)
        except errors as error:
            delay = backoff.delay()
            log.warning("%s failed (%s), again in %.1f s", what, brief(error), delay)
            await asyncio.sleep(delay)


def brief(error: BaseException) -> str:
    """An error in one line, by its own words or else by its name."""
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
