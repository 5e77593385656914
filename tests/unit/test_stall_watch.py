"""Detects a partition with messages that no poll returns; not one that is slow or empty."""

from notifications.stall_watch import StallWatch

BEHIND = {1: (500, 501)}


def looks(watch: StallWatch[int], seconds: float, *read: int) -> bool:
    return watch.polled(seconds, read)


def test_a_partition_that_does_not_move_although_it_is_behind_is_stalled_after_the_patience() -> (
    None
):
    watch = StallWatch[int](30)
    assert looks(watch, 0.5)
    assert watch.stalled(BEHIND) == []
    assert not looks(watch, 9)
    assert looks(watch, 20)
    assert watch.stalled(BEHIND) == []
    assert looks(watch, 10)
    assert watch.stalled(BEHIND) == [1]


def test_a_partition_that_moves_or_is_read_at_the_same_place_again_is_not_stalled() -> None:
    watch = StallWatch[int](30)
    for position in range(10):
        looks(watch, 20)
        assert watch.stalled({1: (position, 501)}) == []
    for _ in range(10):
        looks(watch, 20, 1)  # read, left for later, and read again
        assert watch.stalled(BEHIND) == []


def test_a_partition_that_rests_or_has_nothing_new_is_not_stalled() -> None:
    watch = StallWatch[int](30)
    for places in (BEHIND, {}, BEHIND, {1: (501, 501)}, BEHIND):
        looks(watch, 25)
        assert watch.stalled(places) == []


def test_the_trouble_of_one_is_seen_while_another_is_read() -> None:
    watch = StallWatch[int](30)
    for moved in range(2):
        looks(watch, 20, 2)
        assert watch.stalled({**BEHIND, 2: (moved, 900)}) == []
    looks(watch, 20, 2)
    assert watch.stalled({**BEHIND, 2: (3, 900)}) == [1]
