"""One page's send queue: empty while the line is writable, bounded, and without losing state."""

import re

import pytest

from deploy import ROOT
from gateway.endings import RESTART, TOO_SLOW, Ending
from gateway.send_queue import MOST_OVERFLOWS, MOST_REPLIES, MOST_UPDATES, SendQueue


class FakeView:
    """A session with a word as its snapshot; the test sets the buyer's seats."""

    def __init__(self) -> None:
        self.snapshot: bytes | None = b"snapshot"
        self.own_seats = b"own"

    def snapshot_frame(self) -> bytes | None:
        return self.snapshot

    def own_seats_frame(self, tag: str) -> bytes:
        assert tag == "ana"
        return self.own_seats


class FakeLine:
    """Accepts `room` frames, and more each time that the browser reads."""

    def __init__(self) -> None:
        self.room = 0
        self.sent: list[bytes | Ending] = []

    @property
    def is_writable(self) -> bool:
        return self.room > 0 and not any(isinstance(one, Ending) for one in self.sent)

    def write(self, frame: bytes) -> None:
        assert self.is_writable
        self.room -= 1
        self.sent.append(frame)

    def close(self, ending: Ending) -> None:
        self.sent.append(ending)


class Page:
    """A send queue and its browser."""

    def __init__(self, view: FakeView) -> None:
        self.line = FakeLine()
        self.queue = SendQueue(view, "ana", self.line)  # type: ignore[arg-type]

    def read(self, frames: int) -> list[bytes | Ending]:
        """The frames that the browser gets when it reads so many more."""
        self.line.room += frames
        self.queue.pump()
        sent, self.line.sent = self.line.sent, []
        return sent

    def lag(self) -> None:
        """Puts one update more than fits."""
        for number in range(MOST_UPDATES + 1):
            self.queue.put_update(f"update {number}".encode())


@pytest.fixture
def view() -> FakeView:
    return FakeView()


@pytest.fixture
def page(view: FakeView) -> Page:
    return Page(view)


@pytest.fixture
def queue(page: Page) -> SendQueue:
    return page.queue


def test_a_browser_that_reads_gets_each_frame_at_once_and_in_order(
    page: Page, queue: SendQueue
) -> None:
    page.read(100)
    queue.put_update(b"update 1")
    queue.put_reply(b"reply")
    queue.put_update(b"update 2")
    queue.own_seats_changed()
    assert page.line.sent == [b"update 1", b"reply", b"update 2", b"own"]


def test_queued_frames_go_before_newer_ones(page: Page, queue: SendQueue) -> None:
    assert page.read(2) == [b"snapshot", b"own"]
    queue.put_update(b"update 1")
    assert page.read(1) == [b"update 1"]
    queue.put_update(b"update 2")
    queue.put_update(b"update 3")
    assert page.read(1) == [b"update 2"]
    queue.put_update(b"update 4")
    assert page.read(9) == [b"update 3", b"update 4"]


def test_the_snapshot_comes_first_and_then_the_buyers_own_seats(
    page: Page, queue: SendQueue
) -> None:
    queue.put_audience(b"audience")
    queue.put_situation(b"situation")
    queue.put_reply(b"reply")
    assert page.read(9) == [b"snapshot", b"reply", b"own", b"situation", b"audience"]


def test_replies_do_not_wait_for_a_missing_snapshot(
    page: Page, queue: SendQueue, view: FakeView
) -> None:
    view.snapshot = None
    queue.put_reply(b"reply")
    assert page.read(1) == [b"reply"]
    view.snapshot = b"snapshot"
    queue.resync()
    assert page.read(1) == [b"snapshot"]


def test_updates_before_the_snapshot_are_in_the_snapshot(page: Page, queue: SendQueue) -> None:
    queue.put_update(b"older")
    assert page.read(1) == [b"snapshot"]
    queue.put_update(b"newer")
    assert page.read(9) == [b"newer", b"own"]


def test_a_browser_that_lags_gets_a_snapshot_instead_of_the_backlog(
    page: Page, queue: SendQueue
) -> None:
    page.read(1)
    page.lag()
    queue.put_reply(b"reply")
    assert page.read(2) == [b"snapshot", b"reply"]
    queue.put_update(b"after")
    assert page.read(1) == [b"after"]


def test_a_browser_that_overflows_repeatedly_is_closed(page: Page) -> None:
    for _ in range(MOST_OVERFLOWS):
        assert page.read(1) == [b"snapshot"]
        page.lag()
    assert page.read(1) == [TOO_SLOW]


def test_a_browser_that_catches_up_in_between_is_never_closed(page: Page) -> None:
    for _ in range(MOST_OVERFLOWS * 2):
        assert page.read(2) == [b"snapshot", b"own"]
        page.line.room = 1
        page.queue.pump()  # nothing left
        page.line.room = 0
        page.lag()


def test_a_browser_that_asks_and_does_not_read_is_closed(page: Page, queue: SendQueue) -> None:
    for _ in range(MOST_REPLIES + 1):
        queue.put_reply(b"reply")
    assert page.read(1) == [TOO_SLOW]


def test_own_seats_are_encoded_when_they_are_sent(
    page: Page, queue: SendQueue, view: FakeView
) -> None:
    assert page.read(2) == [b"snapshot", b"own"]
    queue.own_seats_changed()
    queue.own_seats_changed()
    view.own_seats = b"newest"
    queue.put_audience(b"1")
    assert page.read(9) == [b"newest", b"1"]


def test_only_the_newest_count_of_watchers_is_sent(page: Page, queue: SendQueue) -> None:
    assert page.read(2) == [b"snapshot", b"own"]
    for count in range(100):
        queue.put_audience(str(count).encode())
    queue.put_reply(b"reply")
    assert page.read(9) == [b"reply", b"99"]


def test_an_ending_is_immediate_but_a_restart_waits_for_what_is_due(
    page: Page, queue: SendQueue
) -> None:
    queue.end_after_all(RESTART)
    assert page.read(1) == [b"snapshot"]
    assert page.read(2) == [b"own", RESTART]


def test_an_ending_drops_the_queue(page: Page, queue: SendQueue) -> None:
    queue.put_reply(b"reply")
    queue.end(TOO_SLOW)
    assert page.read(9) == [TOO_SLOW]


def test_nobody_but_the_writer_closes_a_socket() -> None:
    closing = {
        path.name
        for path in (ROOT / "gateway").glob("*.py")
        if re.search(r"line\.close\(", path.read_text(encoding="utf-8"))
    }
    assert closing == {"send_queue.py", "websocket_route.py"}  # the latter refuses at the handshake
