"""How fast something outside moves on that can only be looked at now and then."""

from time import perf_counter


class Progress:
    """From the first move that is seen to the goal: what comes before it (a lease, a rebalance)
    is not counted."""

    def __init__(self, now: int, more: int) -> None:
        self._count = now
        self._goal = now + more
        self._first: tuple[int, float] | None = None
        self._end: float | None = None

    @property
    def done(self) -> bool:
        return self._end is not None

    def note(self, count: int) -> None:
        if self._first is None and count != self._count:
            self._first = count, perf_counter()
        if self._end is None and count >= self._goal:
            self._end = perf_counter()

    @property
    def rate(self) -> float:
        """A second. Raises ValueError where it was done at the first look: there were too few."""
        if self._first is None or self._end is None or self._first[0] >= self._goal:
            raise ValueError("done within one look")
        count, begin = self._first
        return (self._goal - count) / (self._end - begin)
