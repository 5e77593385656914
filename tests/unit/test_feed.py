"""What one watcher gets: every version once, or a sign that continuity was lost."""

from collections.abc import Iterable

import pytest

import cinema_pb2 as pb
from booking.feed import FeedLost, Watcher

KEPT = 1_000


def updates(*versions: int) -> Iterable[pb.Atualizacao]:
    return (pb.Atualizacao(versao=version) for version in versions)


async def versions(watcher: Watcher, after: int) -> list[int]:
    """Versions until continuity is lost."""
    return [version for batch in await batches(watcher, after) for version in batch]


async def batches(watcher: Watcher, after: int) -> list[list[int]]:
    return [[one.versao for one in batch] async for batch in watcher.updates_after(after)]


def watcher_of(*versions: int) -> Watcher:
    watcher = Watcher()
    for update in updates(*versions):
        watcher.put(update)
    return watcher


async def test_updates_that_the_snapshot_has_already_are_dropped() -> None:
    assert await versions(watcher_of(1, 2, 3, 4, 9), after=2) == [3, 4]


async def test_waiting_updates_come_at_once_in_a_bounded_batch() -> None:
    assert await batches(watcher_of(*range(1, 101), 200), after=0) == [
        [*range(1, 65)],
        [*range(65, 101)],
    ]


async def test_a_hole_ends_the_updates_and_the_next_snapshot_goes_on_from_there() -> None:
    watcher = watcher_of(1, 2, 5, 6, 7, 9)
    assert await versions(watcher, after=0) == [1, 2]
    assert await versions(watcher, after=5) == [6, 7]


async def test_a_repeated_version_comes_once() -> None:
    assert await versions(watcher_of(1, 1, 2, 2, 9), after=0) == [1, 2]


async def test_a_watcher_that_fell_too_far_behind_gets_nothing_before_a_new_snapshot() -> None:
    watcher = watcher_of(*range(1, KEPT + 2))
    assert await versions(watcher, after=0) == []
    watcher.put(pb.Atualizacao(versao=KEPT + 2))
    watcher.put(pb.Atualizacao(versao=KEPT + 9))
    assert await versions(watcher, after=KEPT + 1) == [KEPT + 2]


@pytest.mark.parametrize("waiting", [0, 3, KEPT, KEPT + 5])
async def test_an_end_reaches_a_watcher_however_far_behind_he_is(waiting: int) -> None:
    """At the latest after one more snapshot: the end may have taken the place of an update."""
    watcher = watcher_of(*range(1, waiting + 1))
    watcher.end()
    with pytest.raises(FeedLost):
        await versions(watcher, after=0) or await versions(watcher, after=waiting)


async def test_an_update_from_before_the_snapshot_does_not_follow_it() -> None:
    """Redis has come back with older data: the change of the next version is lost with the rest."""
    watcher = Watcher()
    watcher.put(pb.Atualizacao(versao=8), at_ms=1_000)
    watcher.put(pb.Atualizacao(versao=20), at_ms=3_000)
    assert [batch async for batch in watcher.updates_after(7, at_ms=2_000)] == []
