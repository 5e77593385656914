"""Somebody who has one finger and a screen: sees no more than is in view, and scrolls where the
finger is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Locator

from tests.e2e.page import Buyer, SessionPage
from tests.e2e.tab import with_letters
from tests.support.waiting import wait_until

MOST_SWIPES = 20
SWIPE_STEPS = 8
# Whether a finger in the middle of an element would touch it, and nothing that lies above.
_CAN_BE_TOUCHED = """(node) => {
  const { x, y, width, height } = node.getBoundingClientRect();
  const [left, top] = [x + width / 2, y + height / 2];
  const inside = left > 0 && left < innerWidth && top > 0 && top < innerHeight;
  return inside && node.contains(document.elementFromPoint(left, top));
}"""

# Resolves once an element has had one place and size for so many frames of the screen: a tap on a
# map that still scrolls or zooms only stops it.
_STILL = """async (node, frames) => {
  for (let same = 0, before = ""; same < frames;) {
    await new Promise(requestAnimationFrame);
    const { x, y, width } = node.getBoundingClientRect();
    const now = `${x} ${y} ${width}`;
    same = now === before ? same + 1 : 0;
    before = now;
  }
}"""
_FRAMES = 5


@dataclass(frozen=True)
class Screen:
    """`media` as Playwright's `emulate_media` takes it; `letters` in pixels, as set in the
    browser."""

    name: str
    width: int
    height: int
    letters: int = 16
    media: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.name


@contextmanager
def held_in_hand(browser: Browser, url: str, screen: Screen) -> Iterator[SessionPage]:
    """A page that has yet to be opened. It may have no error of its own."""
    size: Any = {"width": screen.width, "height": screen.height}
    context = browser.new_context(
        viewport=size,
        has_touch=True,
        locale="pt-BR",
        timezone_id="America/Sao_Paulo",
    )
    try:
        page = SessionPage(context.new_page(), url)
        page.page.emulate_media(**dict(screen.media))
        with_letters(page.page, screen.letters)
        yield page
        assert page.problems == []
    finally:
        context.close()


class Thumb:
    def __init__(self, page: SessionPage) -> None:
        self.page = page
        self._session = page.page.context.new_cdp_session(page.page)

    def swipe(self, pixels: float) -> None:
        """Up by so many pixels from the middle of the screen: whatever can be scrolled there is."""
        size = self.page.page.viewport_size
        assert size
        x, y = size["width"] / 2, size["height"] / 2
        self._touch("touchStart", x, y)
        for step in range(1, SWIPE_STEPS + 1):
            self._touch("touchMove", x, y - pixels * step / SWIPE_STEPS)
        self._touch("touchEnd")

    def _touch(self, kind: str, *place: float) -> None:
        points = [dict(zip("xy", place, strict=True))] if place else []
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def reach(self, place: Locator) -> None:
        """Swipes until it can be touched."""
        size = self.page.page.viewport_size
        assert size
        for _ in range(MOST_SWIPES):
            if place.evaluate(_CAN_BE_TOUCHED):
                return
            box = place.bounding_box()
            assert box, f"{place} is not there"
            down = box["y"] + box["height"] / 2 > size["height"] / 2
            self.swipe((1 if down else -1) * size["height"] / 4)
        raise AssertionError(f"{MOST_SWIPES} swipes do not lead to {place}")

    def tap(self, place: Locator) -> None:
        self.reach(place)
        place.evaluate(_STILL, _FRAMES)
        place.tap()

    def choose(self, seat: str) -> None:
        """A seat that is too small comes closer first."""
        before = self._hall_width()
        self.tap(self.page.seat(seat))
        wait_until(
            lambda: self.page.seat_state(seat) != "free" or self._hall_width() > before,
            what=f"the tap on {seat} is answered",
        )
        if self._hall_width() > before:
            self.page.page.locator("[data-part=hall]").evaluate(_STILL, _FRAMES)
            self.tap(self.page.seat(seat))
        self.page.expect_seat(seat, "mine")

    def _hall_width(self) -> float:
        """How close one is."""
        box = self.page.page.locator("[data-part=hall]").bounding_box()
        assert box
        return box["width"]

    def buy(self, *seats: str) -> str:
        """The order's id."""
        for seat in seats:
            self.choose(seat)
        self._open_payment()
        self.page.fill_payment(Buyer())
        self.tap(self.page.pay_button)
        return self.page.paid()

    def _open_payment(self) -> None:
        """A sheet shows the ticket types first."""
        types = self.page.page.locator("[data-action=types]")
        if types.is_visible():
            self.tap(types)
        self.tap(self.page.page.locator("[data-action=pay]"))
        wait_until(self.page.dialog.is_visible, what="the payment's dialog")
