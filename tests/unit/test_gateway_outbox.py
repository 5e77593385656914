"""What waits for one browser: bounded, newest first, nothing lost that counts."""

import pytest

from gateway.endings import GONE, RESTART, TOO_SLOW
from gateway.outbox import MOST_OVERFLOWS, MOST_REPLIES, MOST_UPDATES, Outbox


class FakeView:
    """A session whose snapshot is a word, and where the buyer holds what the test says."""

    def __init__(self) -> None:
        self.snapshot: str | None = "snapshot"
        self.own_seats = "own"

    def snapshot_frame(self) -> str | None:
        return self.snapshot

    def own_seats_frame(self, tag: str) -> str:
        assert tag == "ana"
        return self.own_seats


@pytest.fixture
def view() -> FakeView:
    return FakeView()


@pytest.fixture
async def outbox(view: FakeView) -> Outbox:
    return Outbox(view, "ana")


async def test_the_snapshot_comes_first_and_then_the_buyers_own_seats(outbox: Outbox) -> None:
    outbox.put_audience("audience")
    outbox.put_situation("situation")
    outbox.put_reply("reply")
    sent = [await outbox.next() for _ in range(5)]
    assert sent == ["snapshot", "reply", "own", "situation", "audience"]


async def test_replies_do_not_wait_for_a_snapshot_that_nobody_has(
    outbox: Outbox, view: FakeView
) -> None:
    view.snapshot = None
    outbox.put_reply("reply")
    assert await outbox.next() == "reply"
    view.snapshot = "snapshot"
    outbox.resync()
    assert await outbox.next() == "snapshot"


async def test_updates_before_the_snapshot_are_in_the_snapshot(outbox: Outbox) -> None:
    outbox.put_update("older")
    assert await outbox.next() == "snapshot"
    outbox.put_update("newer")
    assert [await outbox.next(), await outbox.next()] == ["newer", "own"]


async def test_a_browser_that_lags_gets_a_snapshot_instead_of_the_backlog(outbox: Outbox) -> None:
    await outbox.next()
    for number in range(MOST_UPDATES + 10):
        outbox.put_update(f"update {number}")
    outbox.put_reply("reply")
    assert [await outbox.next(), await outbox.next()] == ["snapshot", "reply"]
    outbox.put_update("after")
    assert await outbox.next() == "after"


async def test_a_browser_that_lags_again_and_again_is_cut_off(outbox: Outbox) -> None:
    for _ in range(MOST_OVERFLOWS):
        assert await outbox.next() == "snapshot"
        for number in range(MOST_UPDATES + 1):
            outbox.put_update(f"update {number}")
    assert await outbox.next() is TOO_SLOW


async def test_a_browser_that_catches_up_in_between_may_lag_for_ever(outbox: Outbox) -> None:
    for _ in range(MOST_OVERFLOWS * 2):
        assert [await outbox.next(), await outbox.next()] == ["snapshot", "own"]
        waiting = outbox.next()
        waiting.send(None)  # nothing left: it waits
        waiting.close()
        for number in range(MOST_UPDATES + 1):
            outbox.put_update(f"update {number}")


async def test_a_browser_that_asks_and_does_not_read_is_cut_off(outbox: Outbox) -> None:
    for _ in range(MOST_REPLIES + 1):
        outbox.put_reply("reply")
    assert await outbox.next() is TOO_SLOW


async def test_own_seats_are_told_as_they_are_when_they_are_sent(
    outbox: Outbox, view: FakeView
) -> None:
    assert [await outbox.next(), await outbox.next()] == ["snapshot", "own"]
    outbox.own_seats_changed()
    outbox.own_seats_changed()
    view.own_seats = "newest"
    outbox.put_audience("1")
    assert [await outbox.next(), await outbox.next()] == ["newest", "1"]


async def test_only_the_newest_count_of_watchers_is_told(outbox: Outbox) -> None:
    assert [await outbox.next(), await outbox.next()] == ["snapshot", "own"]
    for count in range(100):
        outbox.put_audience(str(count))
    outbox.put_reply("reply")
    assert [await outbox.next(), await outbox.next()] == ["reply", "99"]


async def test_an_ending_cuts_in_but_a_restart_waits_for_what_is_due(outbox: Outbox) -> None:
    outbox.end_after_all(RESTART)
    assert [await outbox.next() for _ in range(3)] == ["snapshot", "own", RESTART]
    outbox.put_reply("reply")
    outbox.end(GONE)
    outbox.end(TOO_SLOW)
    assert await outbox.next() is GONE
