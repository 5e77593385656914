"""A real Redis whose wall clock passes only when the test says so."""

from pathlib import Path

from tests.support.backends import RedisServer
from tests.support.preloaded_clock import PreloadedClock

NOON_MS = 1_800_000_000_000  # some moment


class ClockedRedis(RedisServer):
    """Its TIME and its expiries follow `now`, in ms.

    Raises BackendMissing where there is no C compiler.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._clock = PreloadedClock(folder)
        self.now = NOON_MS
        self.env = self._clock.env

    @property
    def now(self) -> int:
        return self._now

    @now.setter
    def now(self, milliseconds: int) -> None:
        self._now = milliseconds
        self._clock.stand_at(milliseconds)
