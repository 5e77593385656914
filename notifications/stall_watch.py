"""Notices a partition that has messages to read and is not read."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

P = TypeVar("P")

_LOOKS = 3  # within the patience


class StallWatch(Generic[P]):
    """Only time spent on polling counts: while a batch is worked on, or a partition rests, nothing is to be read."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._polled = 0.0  # seconds so far
        self._looked = (
            -patience
        )  # when that was the last time: the first poll is followed by a look
        self._behind: dict[P, tuple[int, float]] = {}  # position, and since when it has not moved

    def polled(self, seconds: float, read: Iterable[P]) -> bool:
        """A poll took so long and read something from these. True where it is time to look."""
        self._polled += seconds
        for partition in read:
            self._behind.pop(partition, None)
        return self._polled - self._looked >= self._patience / _LOOKS

    def stalled(self, places: Mapping[P, tuple[int, int]]) -> list[P]:
        """Of these partitions, each with its position and its end: those behind whose position has not moved."""
        self._looked = self._polled
        behind = {p: position for p, (position, end) in places.items() if position < end}
        known = self._behind
        self._behind = {
            p: known[p] if p in known and known[p][0] == position else (position, self._polled)
            for p, position in behind.items()
        }
        return [
            p for p, (_, since) in self._behind.items() if self._polled - since >= self._patience
        ]
