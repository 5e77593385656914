"""Trying again, with back-off."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn

log = logging.getLogger(__name__)

REMIND_SECONDS = 60.0
# Marks a warning of something that is away and waited for: while the process starts it is no more than an INFO
# (`cinema.service.configure_logging`), since its neighbours may be starting, too.
WAITS = {"waits": True}


class News:
    """Whether a reason is worth a line in the log: another one than before, or the same one a minute later."""

    def __init__(self) -> None:
        self._said, self._said_at = "", float("-inf")

    def is_new(self, reason: str) -> bool:
        now = time.monotonic()
        if reason == self._said and now - self._said_at <= REMIND_SECONDS:
            return False
        self._said, self._said_at = reason, now
        return True


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
    """Runs `run` without end, again after each of `errors`; `run` resets the back-off once it has got somewhere.

    The same error is a line in the log at most once a minute. Anything else that `run` raises is a bug and passes
    through.
    """
    backoff = backoff or Backoff()
    news = News()
    while True:
        try:
            await run(backoff)
        except errors as error:
            reason = brief(error)
            if news.is_new(reason):
                log.warning(
                    "%s failed (%s): trying again until it works", what, reason, extra=WAITS
                )
            await asyncio.sleep(backoff.delay())


def brief(error: BaseException) -> str:
    """An error in one line, by its own words or else by its name."""
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
