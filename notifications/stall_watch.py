"""Detects partitions that have messages which polls do not return."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

P = TypeVar("P")

_CHECKS = 3  # within `patience`


class StallWatch(Generic[P]):
    """Only time in polls counts: none is read while a batch is handled or a partition rests."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._polled = 0.0  # seconds in polls
        self._checked = -patience  # in seconds of polling; a check follows the first poll
        self._behind: dict[P, tuple[int, float]] = {}  # its position, and since when

    def polled(self, seconds: float, read: Iterable[P]) -> bool:
        """Counts a poll that took so long and returned records of `read`.

        True if a check is due.
        """
        self._polled += seconds
        for partition in read:
            self._behind.pop(partition, None)
        return self._polled - self._checked >= self._patience / _CHECKS

    def stalled(self, places: Mapping[P, tuple[int, int]]) -> list[P]:
        """Given partitions with position and end: those that are behind and have not moved."""
        self._checked = self._polled
        behind = {p: position for p, (position, end) in places.items() if position < end}
        known = self._behind
        self._behind = {
            p: known[p] if p in known and known[p][0] == position else (position, self._polled)
            for p, position in behind.items()
        }
        return [
            p for p, (_, since) in self._behind.items() if self._polled - since >= self._patience
        ]
