"""Small seats come to the finger, and one sees how; a small map shows where one is."""

import pytest
from playwright.sync_api import Browser, expect

from cinema.language_tags import LANGUAGES
from tests.e2e.conftest import OpenPage
from tests.e2e.page import SessionPage
from tests.e2e.thumb import Screen, held_in_hand
from tests.support.system import System
from tests.support.waiting import wait_until

SMALL = Screen("a phone in a room of 21 columns", 360, 740)
STILL = Screen("nothing moves", 360, 740, media=(("reduced_motion", "reduce"),))
ROOMY = Screen("a phone in a room of 16 columns", 390, 844)
COMFORT_PX = 34
# The hall's width in each frame of the screen.
_WATCH_WIDTH = """() => {
  window.widths = [];
  const hall = document.querySelector("[data-part=hall]");
  const look = () => {
    window.widths.push(Math.round(hall.getBoundingClientRect().width));
    requestAnimationFrame(look);
  };
  look();
}"""
_LATE = (
    "() => performance.getEntriesByType('resource').some(({ name }) => "
    "name.endsWith('/minimap.js'))"
)


@pytest.fixture
def url(system: System) -> str:
    return system.gateways[0].url


def wide(page: SessionPage, seat: str) -> float:
    return float(page.seat(seat).evaluate("(node) => node.getBoundingClientRect().width"))


def come_closer(page: SessionPage, seat: str) -> set[int]:
    """The first tap; the widths of the hall between the first and the last."""
    page.page.evaluate(_WATCH_WIDTH)
    page.seat(seat).tap()
    wait_until(lambda: wide(page, seat) > COMFORT_PX - 1, what="the seat is large")
    widths = page.page.evaluate("widths")
    return set(widths) - {min(widths), max(widths)}


def test_the_first_tap_on_a_small_seat_shows_the_way_and_says_why_once(
    browser: Browser, url: str
) -> None:
    with held_in_hand(browser, url, SMALL) as page:
        page.open()
        assert come_closer(page, "F07")
        page.expect_notice("closer", "Toque de novo")
        page.expect_seat("F07", "free")
        page.seat("F07").tap()
        page.expect_seat("F07", "mine")
        expect(page.page.locator("[data-part=notice]")).to_be_hidden()
        page.release("F07")

        page.page.reload()
        page.wait_live()
        come_closer(page, "F09")
        page.seat("F09").tap()
        page.expect_seat("F09", "mine")
        assert page.notice == ""
        page.release("F09")


@pytest.mark.nightly
def test_nothing_glides_for_who_wants_nothing_to_move(browser: Browser, url: str) -> None:
    with held_in_hand(browser, url, STILL) as page:
        page.open()
        assert come_closer(page, "F07") == set()


def test_a_seat_of_twenty_pixels_is_chosen_by_the_first_tap(browser: Browser, url: str) -> None:
    with held_in_hand(browser, url, ROOMY) as page:
        page.open("S006")
        assert 20 <= wide(page, "D05") < 24
        page.page.evaluate(_WATCH_WIDTH)
        page.seat("D05").tap()
        page.expect_seat("D05", "mine")
        assert len(set(page.page.evaluate("widths"))) == 1
        page.release("D05")


@pytest.mark.nightly
def test_a_small_map_shows_where_one_is_and_leads_elsewhere(browser: Browser, url: str) -> None:
    with held_in_hand(browser, url, SMALL) as page:
        page.open()
        assert not page.page.evaluate(_LATE)
        come_closer(page, "B02")
        small = page.page.locator("[data-part=minimap]")
        expect(small).to_be_visible()
        frame = small.locator(".minimap-frame")
        before = float(frame.get_attribute("x") or 0)
        box = small.bounding_box()
        assert box
        page.page.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + 0.5 * box["height"])
        wait_until(lambda: float(frame.get_attribute("x") or 0) > before + 3, what="the view moves")
        expect(page.seat("E20")).to_be_in_viewport()
        page.page.locator("[data-action=fit]").tap()
        expect(small).to_be_hidden()


@pytest.mark.nightly
@pytest.mark.parametrize(
    "language",
    [
        pytest.param(language, marks=() if language == "pt-BR" else pytest.mark.nightly)
        for language in LANGUAGES
    ],
)
def test_a_balcony_has_the_name_that_the_programme_gives_it(
    language: str, open_session: OpenPage
) -> None:
    page = open_session("S003", language=language)
    name = page.page.locator("#grid .block")
    expect(name).to_have_text("Mezanino")
    assert name.evaluate("(node) => node.closest('[lang]').lang") == "pt-BR"
    row = page.page.locator('#grid [role=row]:has([data-seat="AA01"])')
    assert (row.get_attribute("aria-label") or "").endswith(" AA · Mezanino")
