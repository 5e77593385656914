"""How many sessions one caller of booking may watch."""

from contextlib import ExitStack

import pytest

from booking.watch_limit import TooManyWatchers, WatchLimit


def opened(limit: WatchLimit, caller: str, streams: ExitStack) -> int:
    """How many streams the caller gets who asks for a hundred."""
    for number in range(100):
        try:
            streams.enter_context(limit.stream_of(caller))
        except TooManyWatchers:
            return number
    return 100


def test_each_caller_has_a_limit_of_its_own() -> None:
    limit = WatchLimit(10)
    with ExitStack() as streams:
        assert opened(limit, "one", streams) == 10
        assert opened(limit, "another", streams) == 10


def test_a_stream_that_has_ended_makes_room() -> None:
    limit = WatchLimit(1)
    for _ in range(3):
        with limit.stream_of("one"), pytest.raises(TooManyWatchers), limit.stream_of("one"):
            pass


def test_a_crowd_of_callers_shares_and_a_newcomer_always_has_one() -> None:
    limit = WatchLimit(10)
    with ExitStack() as streams:
        counts = [opened(limit, f"caller {number}", streams) for number in range(200)]
    assert counts[:8] == [10] * 8
    assert counts[15] == 5
    assert counts[-1] == 1
    assert sum(counts) < 500
