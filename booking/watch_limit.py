"""How many sessions one caller may watch at a time, so that every caller gets its share."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

# Up to so many callers watch without a share; above that each has its share.
_FULL_SHARES = 8


class TooManyWatchers(Exception):
    """The caller watches as many sessions as it may."""


class WatchLimit:
    """Counts open streams by caller, which is one connection: a gateway has one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = Counter[str]()

    @contextmanager
    def stream_of(self, caller: str) -> Iterator[None]:
        """Counts one until the end of the block. Raises TooManyWatchers."""
        callers = len({*self._open, caller})
        if self._open[caller] >= max(1, min(self._most, self._most * _FULL_SHARES // callers)):
            raise TooManyWatchers
        self._open[caller] += 1
        try:
            yield
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]
