"""Every screen will do: a purchase by touch on a phone on its side, in a narrow window, with large
letters, in forced colours and without movement; and what the page does with the room that it has.
"""

from itertools import pairwise

import pytest
from playwright.sync_api import Browser, FloatRect, expect

from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage
from tests.e2e.page import SessionPage
from tests.e2e.thumb import Screen, Thumb, held_in_hand
from tests.support.system import System
from tests.support.waiting import wait_until

SMALL = Screen("a small phone", 360, 640)
PHONE = Screen("a phone", 390, 844)
ON_ITS_SIDE = Screen("a phone on its side", 844, 390)
ENLARGED = Screen("a desk enlarged four times", 320, 256)
SCREENS = [
    ON_ITS_SIDE,
    pytest.param(Screen("a small phone on its side", 640, 360), marks=pytest.mark.nightly),
    # The enlarged desk is 320 pixels wide, too.
    pytest.param(Screen("320 pixels", 320, 640), marks=pytest.mark.nightly),
    pytest.param(ENLARGED, marks=pytest.mark.nightly),
    # test_adaptations goes as far as the payment with such letters.
    pytest.param(Screen("letters twice as large", 360, 740, letters=32), marks=pytest.mark.nightly),
    pytest.param(
        Screen("forced colours", 390, 844, media=(("forced_colors", "active"),)),
        marks=pytest.mark.nightly,
    ),
    pytest.param(
        Screen("nothing moves", 390, 844, media=(("reduced_motion", "reduce"),)),
        marks=pytest.mark.nightly,
    ),
]
SEATS = [f"{row}{number:02d}" for row in "CDEFGH" for number in range(5, 13)]
# Of a list of choices with the chosen one alone.
NATURAL_WIDTH = """(select) => {
    const alone = select.cloneNode(false);
    alone.style.width = "auto";
    alone.append(select.selectedOptions[0].cloneNode(true));
    select.after(alone);
    const { width } = alone.getBoundingClientRect();
    alone.remove();
    return width;
}"""
LONG_TITLE = "As Aventuras Extraordinárias do Barão de Itararé " * 4


@pytest.fixture
def seats(audience: Audience) -> list[str]:
    """Two neighbours that are free, in the middle of the hall."""
    taken = audience.taken()
    pairs = zip(SEATS[::2], SEATS[1::2], strict=True)
    return list(next(pair for pair in pairs if not taken.keys() & set(pair)))


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_two_seats_are_bought_by_touch(
    screen: Screen, system: System, browser: Browser, audience: Audience, seats: list[str]
) -> None:
    with held_in_hand(browser, system.gateways[0].url, screen) as page:
        page.open()
        Thumb(page).buy(*seats)
    taken = audience.taken()
    assert [taken[seat] for seat in seats] == ["sold", "sold"]


def box(page: SessionPage, place: str) -> FloatRect:
    found = page.page.locator(place).bounding_box()
    assert found, place
    return found


def test_on_a_phone_on_its_side_the_order_is_beside_the_map_and_nothing_scrolls(
    system: System, browser: Browser, seats: list[str]
) -> None:
    with held_in_hand(browser, system.gateways[0].url, ON_ITS_SIDE) as page:
        page.open()
        Thumb(page).choose(seats[0])
        for place in ("[data-action=pay]", "[data-part=ring]", "[data-part=total]", "#grid"):
            expect(page.page.locator(place)).to_be_in_viewport(ratio=1)
        assert page.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        tools, map_, order = (box(page, f"[data-part={name}]") for name in ("zoom", "map", "order"))
        assert tools["y"] + tools["height"] <= map_["y"]
        assert map_["x"] + map_["width"] <= order["x"]
        assert map_["height"] > ON_ITS_SIDE.height / 2
        page.release(seats[0])


@pytest.mark.nightly
def test_a_small_phone_shows_the_map_above_an_open_sheet_which_scrolls(
    system: System, browser: Browser
) -> None:
    with held_in_hand(browser, system.gateways[0].url, SMALL) as page:
        page.open()
        held = page.best(4)
        page.page.locator("[data-action=types]").tap()
        order, stage = box(page, "[data-part=order]"), box(page, "[data-part=map]")
        assert order["height"] <= 0.6 * SMALL.height + 1
        assert stage["height"] >= SMALL.height / 5
        for place in ("[data-action=pay]", "[data-part=ring]"):
            expect(page.page.locator(place)).to_be_in_viewport(ratio=1)
        page.page.locator("[data-part=invite]").scroll_into_view_if_needed()
        expect(page.page.locator("[data-part=invite]")).to_be_in_viewport(ratio=0.9)
        expect(page.page.locator("[data-action=pay]")).to_be_in_viewport(ratio=1)
        for seat in held:
            page.ticket(seat).locator("[data-action=release]").tap()
            page.expect_seat(seat, "free")


@pytest.mark.nightly
def test_a_phone_on_its_side_shows_a_tickets_price_and_type(
    system: System, browser: Browser, seats: list[str]
) -> None:
    with held_in_hand(browser, system.gateways[0].url, ON_ITS_SIDE) as page:
        page.open()
        Thumb(page).choose(seats[0])
        select = page.ticket(seats[0]).locator("select")
        wanted = select.evaluate(NATURAL_WIDTH)
        assert box(page, f"[data-ticket={seats[0]}] select")["width"] >= wanted
        page.release(seats[0])


def test_a_phone_gives_its_map_most_of_the_screen_and_the_tools_cover_no_seat(
    system: System, browser: Browser
) -> None:
    with held_in_hand(browser, system.gateways[0].url, PHONE) as page:
        page.open()
        map_, zoom, grid = (
            box(page, place) for place in ("[data-part=map]", "[data-part=zoom]", "#grid")
        )
        assert map_["height"] > 0.55 * PHONE.height
        assert zoom["y"] > grid["y"] + grid["height"]
        assert zoom["y"] > map_["y"]
        assert box(page, ".legend")["height"] < 30
        page.page.locator("[data-action=languages]").tap()
        page.page.locator("[data-language=es]").tap()
        expect(page.page.locator("html")).to_have_attribute("lang", "es")


@pytest.mark.nightly
def test_a_window_that_is_enlarged_scrolls_under_finger_and_wheel_wherever_they_are(
    system: System, browser: Browser
) -> None:
    with held_in_hand(browser, system.gateways[0].url, ENLARGED) as page:
        page.open()
        map_ = page.page.locator("[data-part=map]")
        map_.scroll_into_view_if_needed()
        before = page.page.evaluate("scrollY")
        Thumb(page).swipe(100)
        wait_until(lambda: page.page.evaluate("scrollY") > before + 50, what="the page moves")
        before = page.page.evaluate("scrollY")
        where = box(page, "[data-part=map]")
        page.page.mouse.move(where["x"] + 100, max(1, where["y"] + 50))
        page.page.mouse.wheel(0, 60)
        wait_until(lambda: page.page.evaluate("scrollY") > before, what="the page moves")


@pytest.mark.nightly
def test_a_long_title_takes_two_lines(open_session: OpenPage) -> None:
    page = open_session(prepare=lambda tab: tab.set_viewport_size({"width": 360, "height": 740}))
    title = page.page.locator("[data-part=title]")
    one = box(page, "[data-part=title]")["height"]
    title.evaluate("(node, text) => { node.textContent = text; }", LONG_TITLE)
    assert box(page, "[data-part=title]")["height"] < 2.1 * one


@pytest.mark.nightly
def test_the_legend_explains_what_was_seen_and_keeps_it(
    open_session: OpenPage, audience: Audience
) -> None:
    page = open_session("S002")
    legend = page.page.locator("[data-part=legend]")
    audience.session = "S002"
    expect(legend).not_to_contain_text("Sua")
    page.hold("D05")
    expect(legend).to_contain_text("Sua")
    page.release("D05")
    expect(legend).to_contain_text("Sua")


# When a text outside of the hall changes, in milliseconds. The countdown of one's own hold is not
# there.
_WATCH_TEXTS = """() => {
  window.changedAt = [];
  new MutationObserver((records) => {
    const outside = records.filter(({ target }) =>
      !(target instanceof Element ? target : target.parentElement)?.closest("#grid"));
    const [first] = outside;
    if (first) window.changedAt.push([performance.now(), first.target.textContent]);
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""
FOUR_CHANGES_MS = 9_500
LEAST_APART_MS = 2_900


@pytest.mark.nightly
def test_a_crowd_changes_one_text_in_three_seconds_outside_of_the_hall(
    open_session: OpenPage, audience: Audience
) -> None:
    page = open_session()
    crowd = [audience.somebody_else() for _ in range(8)]
    crowd[0].hold("A05")
    expect(page.page.locator("[data-part=legend]")).to_contain_text("Alguém escolhendo")
    page.page.evaluate(_WATCH_TEXTS)
    begin = page.page.evaluate("performance.now()")
    while page.page.evaluate("performance.now()") < begin + FOUR_CHANGES_MS:
        for number, somebody in enumerate(crowd[1:], start=1):
            somebody.hold(f"B{number:02d}")
        for number, somebody in enumerate(crowd[1:], start=1):
            somebody.release(f"B{number:02d}")
    changes = page.page.evaluate("changedAt")
    times = [time for time, _ in changes]
    assert 2 <= len(times) <= 4
    apart = min(after - before for before, after in pairwise(times))
    assert apart > LEAST_APART_MS, changes
    crowd[0].release("A05")
