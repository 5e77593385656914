"""Retries with back-off."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import NoReturn

from cinema.logs import WAITS, RepeatFilter

log = logging.getLogger(__name__)


class Backoff:
    """Delays in seconds that double up to a maximum, with jitter against simultaneous retries."""

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
    """Runs `run` again after each of `errors`, with back-off; `run` resets it once it works.

    Logs the same error at most once a minute. Any other exception of `run` is a bug, and is raised.
    """
    backoff = backoff or Backoff()
    repeats = RepeatFilter()
    while True:
        try:
            await run(backoff)
        except errors as error:
            reason = brief(error)
            if repeats.passes(reason):
                log.warning(
                    "%s failed (%s): trying again until it works", what, reason, extra=WAITS
                )
            await asyncio.sleep(backoff.delay())


def brief(error: BaseException) -> str:
    """An error's text in one line, else its type."""
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
