"""Waiting for what others depend on: an outage delays everything and loses nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from cinema.retry import Backoff, brief

log = logging.getLogger(__name__)
T = TypeVar("T")

LONGEST_PAUSE = 10.0  # seconds between two tries


class DependencyDown(Exception):
    """Something is away, or refuses everybody. To try again is the only thing that helps."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name


class TemporaryFailure(Exception):
    """This one thing did not work out, and may do so later. The text says why."""


class Interrupted(Exception):
    """The service winds down, and what was waiting gives up."""


class Patience:
    """Tries calls again for as long as what they depend on is down, until `winding_down` is set.

    Each outage is logged once when it begins and once when it ends, however many calls wait for its end.
    """

    def __init__(self, winding_down: asyncio.Event, first_pause: float = 0.2) -> None:
        self._winding_down = winding_down
        self._first_pause = first_pause
        self._down: set[str] = set()

    async def until_up(self, call: Callable[[], Awaitable[T]]) -> T:
        """The call's result; DependencyDown leads to another try.

        Even then it tries once, so that what it has begun is brought to its end. Raises Interrupted where it
        would have to wait, and whatever else the call raises.
        """
        backoff = Backoff(self._first_pause, LONGEST_PAUSE)
        waited_for: set[str] = set()
        while True:
            try:
                result = await call()
            except DependencyDown as down:
                waited_for.add(down.name)
                self._note_down(down)
                await self.pause(backoff.delay())
            else:
                self._note_up(waited_for)
                return result

    def check(self) -> None:
        """Raises Interrupted if the service winds down: nothing new is begun."""
        if self._winding_down.is_set():
            raise Interrupted

    async def pause(self, seconds: float) -> None:
        """Raises Interrupted as soon as the service winds down."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._winding_down.wait()
        self.check()

    def _note_down(self, down: DependencyDown) -> None:
        if down.name not in self._down:
            self._down.add(down.name)
            log.warning("%s is down (%s): waiting for it", down.name, brief(down))

    def _note_up(self, names: set[str]) -> None:
        for name in names & self._down:
            self._down.discard(name)
            log.info("%s is back", name)
