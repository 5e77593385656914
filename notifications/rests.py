"""Partitions that rest because a notification in them could not be handled yet."""

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from cinema.retry import Backoff

P = TypeVar("P")

_FIRST = 0.2
_LONGEST = 10.0


class Rests(Generic[P]):
    """Each rest of a partition is longer than the one before, up to ten seconds, until `reset`."""

    def __init__(self) -> None:
        self._until: dict[P, float] = {}
        self._backoffs: dict[P, Backoff] = defaultdict(lambda: Backoff(_FIRST, _LONGEST))

    def begin(self, partition: P) -> None:
        self._until[partition] = time.monotonic() + self._backoffs[partition].delay()

    def reset(self, partition: P) -> None:
        self._backoffs.pop(partition, None)

    def awake(self, partitions: Iterable[P]) -> list[P]:
        now = time.monotonic()
        return [partition for partition in partitions if self._until.get(partition, 0) <= now]

    def seconds_to_next(self) -> float:
        """Until the first rest ends."""
        return max(0.0, min(self._until.values(), default=0) - time.monotonic())
