"""A hall of 3,000 seats: what a change costs, how it is zoomed, and what can be read of it at
every size."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.bench import big_room
from tests.e2e.audience import Audience, audience_of
from tests.e2e.conftest import OpenPage
from tests.e2e.page import SessionPage
from tests.support.system import System, running_system
from tests.support.waiting import wait_until

# Which elements have changed since: seats by name, of the rest how many.
_WATCH = """() => {
  window.changed = { seats: new Set(), others: new Set() };
  new MutationObserver((records) => records.forEach(({ target }) => {
    const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
    const seat = element.closest("[data-seat], [data-item]");
    if (seat) window.changed.seats.add(seat.dataset.seat ?? seat.dataset.item);
    else window.changed.others.add(element);
  })).observe(document.body, {
    subtree: true, childList: true, attributes: true, characterData: true
  });
}"""
_CHANGED = "() => ({ seats: [...window.changed.seats], others: window.changed.others.size })"
# Of the letters on the left that are shown: the text, its height, its middle, and the middle of its
# row.
_LETTERS = """() => {
  const middle = ({ top, bottom }) => (top + bottom) / 2;
  const rows = new Map([...document.querySelectorAll("#grid .row")].map((row) => {
    const seat = row.querySelector("[data-seat]");
    return [seat?.dataset.seat.match(/^[A-Z]+/)[0], middle(row.getBoundingClientRect())];
  }));
  return [...document.querySelector(".letters").children]
    .filter((letter) => letter.textContent && letter.checkVisibility({ visibilityProperty: true }))
    .map((letter) => {
      const text = document.createRange();
      text.selectNodeContents(letter);
      return { name: letter.textContent, size: parseFloat(getComputedStyle(letter).fontSize),
        middle: middle(text.getBoundingClientRect()), row: rows.get(letter.textContent) };
    });
}"""
SMALLEST_PX = 7.5  # of letters
WINDOWS = [
    (360, 740),
    pytest.param(768, 1024, marks=pytest.mark.nightly),
    pytest.param(1440, 900, marks=pytest.mark.nightly),
]
BUTTONS = {
    "closer": "[data-action=closer]",
    "farther": "[data-action=farther]",
    "fit": "[data-action=fit]",
}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, programme=big_room.programme()) as running:
        yield running


@pytest.fixture
def audience(system: System) -> Iterator[Audience]:
    with audience_of(system.bookings[-1].address) as somebody:
        somebody.session = big_room.SESSION
        yield somebody


@pytest.fixture
def page(open_session: OpenPage) -> SessionPage:
    """Every seat is painted: a new map comes in parts."""
    opened = open_session(big_room.SESSION)
    expect(opened.page.locator("#grid [data-state=unknown]")).to_have_count(0)
    return opened


def width(page: SessionPage) -> float:
    """Of the hall as it is seen: how close it is."""
    box = page.page.locator("[data-part=hall]").bounding_box()
    assert box
    return box["width"]


def expect_closer(page: SessionPage, zoom: Callable[[], object]) -> None:
    before = width(page)
    zoom()
    wait_until(lambda: width(page) > 1.2 * before, what="the hall is closer")


def expect_fitted(page: SessionPage, fitted: float, zoom: Callable[[], object]) -> None:
    zoom()
    wait_until(lambda: abs(width(page) - fitted) < 1, what="the hall is fitted to the window")


def test_a_change_touches_its_seat_and_what_counts_seats(
    page: SessionPage, audience: Audience
) -> None:
    page.page.evaluate(_WATCH)
    audience.hold("M30")
    page.expect_seat("M30", "held")
    changed = page.page.evaluate(_CHANGED)
    assert changed["seats"] == ["M30"]
    assert changed["others"] <= 10
    audience.release("M30")
    page.expect_seat("M30", "free")


@pytest.mark.nightly
def test_a_step_of_the_zoom_touches_no_seat(page: SessionPage) -> None:
    page.page.evaluate(_WATCH)
    expect_closer(page, lambda: turn_wheel(page, -200))
    assert page.page.evaluate(_CHANGED)["seats"] == []


@pytest.mark.nightly
def test_it_is_zoomed_by_buttons_wheel_keys_and_fingers(page: SessionPage) -> None:
    tab, fitted = page.page, width(page)
    expect_closer(page, lambda: tab.click(BUTTONS["closer"]))
    expect_fitted(page, fitted, lambda: tab.click(BUTTONS["farther"]))
    expect_closer(page, lambda: turn_wheel(page, -300))
    expect_fitted(page, fitted, lambda: tab.click(BUTTONS["fit"]))
    expect_closer(page, lambda: page.press("A05", "+"))
    expect_closer(page, lambda: page.press("A05", "+"))
    expect_fitted(page, fitted, lambda: page.press("A05", "0"))
    expect_closer(page, lambda: pinch(page, 2))
    expect_fitted(page, fitted, lambda: pinch(page, 0.1))


@pytest.mark.nightly
@pytest.mark.parametrize(("wide", "high"), WINDOWS)
def test_row_letters_can_be_read_beside_their_rows_at_every_size(
    wide: int, high: int, open_session: OpenPage
) -> None:
    def prepare(tab: Page) -> None:
        tab.set_viewport_size({"width": wide, "height": high})

    page = open_session(big_room.SESSION, prepare=prepare)
    expect_letters(page)
    for _ in range(4):
        expect_closer(page, lambda: page.page.click(BUTTONS["closer"]))
        expect_letters(page)


def expect_letters(page: SessionPage) -> None:
    letters: list[dict[str, Any]] = page.page.evaluate(_LETTERS)
    names = [letter["name"] for letter in letters]
    assert {"A", "AA"} <= set(names)
    for letter in letters:
        assert letter["size"] >= SMALLEST_PX, letter
        assert abs(letter["middle"] - letter["row"]) < 1.5, letter
    tops = [letter["middle"] - letter["size"] / 2 for letter in letters]
    apart = 0.9 * letters[0]["size"]  # capitals are no higher than three quarters of it
    assert all(b - a >= apart for a, b in pairwise(tops)), tops


def middle_of_map(page: SessionPage) -> tuple[float, float]:
    box = page.page.locator("[data-part=map]").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def turn_wheel(page: SessionPage, pixels: float) -> None:
    page.page.mouse.move(*middle_of_map(page))
    page.page.mouse.wheel(0, pixels)


def pinch(page: SessionPage, times: float) -> None:
    """Two fingers in the middle of the map, in steps to so many times their distance."""
    x, y = middle_of_map(page)
    session = page.page.context.new_cdp_session(page.page)

    def touch(kind: str, apart: float) -> None:
        fingers = [{"x": x - apart / 2, "y": y}, {"x": x + apart / 2, "y": y}]
        points = [] if kind == "touchEnd" else fingers
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    begin = 200 if times < 1 else 80
    touch("touchStart", begin)
    for step in range(1, 11):
        touch("touchMove", begin * (1 + (times - 1) * step / 10))
    touch("touchEnd", 0)
