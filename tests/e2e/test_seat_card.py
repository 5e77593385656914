"""The card of a seat: what it is and how the screen looks from it, for a mouse, a keyboard and a
finger."""

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.audience import Audience
from tests.e2e.axe import DESK, faults
from tests.e2e.conftest import OpenPage
from tests.e2e.page import SessionPage
from tests.e2e.test_keyboard import Keyboard
from tests.support.system import System

_NEXT_FRAME = (
    "() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))"
)


def card_of(page: SessionPage) -> Locator:
    return page.page.locator("#seat-card")


def test_a_mouse_that_rests_on_a_seat_sees_what_it_is_and_the_screen_from_there(
    open_session: OpenPage, audience: Audience
) -> None:
    page = open_session(prepare=lambda tab: tab.set_viewport_size(DESK.size))
    card = card_of(page)
    assert card.count() == 0  # nobody who looks at the map waits for it
    page.seat("F11").hover()
    expect(card).to_be_visible()
    expect(card).to_contain_text("Fila F · 11")
    expect(card).to_contain_text("R$ 32 · meia R$ 16")
    expect(card).to_contain_text("6ª fila de 10 · no centro")
    assert faults(page.page) == []
    straight = card.locator("polygon").get_attribute("points")
    audience.hold("E01")
    page.expect_seat("E01", "held")
    page.seat("E01").hover(force=True)
    expect(card).to_contain_text("Fila E · 1")
    expect(card).to_contain_text("Alguém escolhendo")
    expect(card).to_contain_text("10 lugares à esquerda do centro")
    assert card.locator("polygon").get_attribute("points") != straight
    page.page.keyboard.press("Escape")
    expect(card).to_be_hidden()


@pytest.mark.nightly
def test_the_card_stays_within_the_stage_and_off_its_seat(open_session: OpenPage) -> None:
    page = open_session()
    stage = page.page.locator("[data-part=stage]").bounding_box()
    assert stage
    for name in ("A01", "A20", "J01", "J20", "F10"):
        page.seat(name).hover()
        expect(card_of(page)).to_contain_text(f"Fila {name[0]} · {int(name[1:])}")
        card, seat = card_of(page).bounding_box(), page.seat(name).bounding_box()
        assert card
        assert seat
        assert stage["x"] <= card["x"]
        assert card["x"] + card["width"] <= stage["x"] + stage["width"]
        assert card["y"] + card["height"] <= seat["y"] or card["y"] >= seat["y"] + seat["height"]


@pytest.mark.nightly
def test_the_keyboard_sees_and_hears_it_too(open_session: OpenPage) -> None:
    page = open_session("S006")
    keys = Keyboard(page)
    keys.press("Tab", "Enter")
    keys.tab_to(page.seat("A01"))
    keys.press("g")
    expect(card_of(page)).to_contain_text("Fila G")
    expect(card_of(page)).to_contain_text("Sofá de casal")
    expect(page.page.locator("#grid :focus")).to_have_attribute("aria-describedby", "seat-card")
    keys.press("Escape")
    expect(card_of(page)).to_be_hidden()


@pytest.mark.nightly
def test_a_finger_that_stays_on_a_seat_sees_it_and_chooses_nothing(
    system: System, browser: Browser
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, locale="pt-BR"
    )
    try:
        page = SessionPage(context.new_page(), system.gateways[0].url).open()
        page.seat("F07").tap()  # comes closer, and brings the card
        expect(card_of(page)).to_be_attached()
        expect(page.page.locator("#grid .row").first).to_have_attribute("data-detail", "full")
        page.page.evaluate(_NEXT_FRAME)  # it has scrolled to where it came closer
        box = page.seat("F07").bounding_box()
        assert box
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        finger = context.new_cdp_session(page.page)
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        expect(card_of(page)).to_contain_text("Fila F · 7")
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(card_of(page)).to_be_visible()
        page.expect_seat("F07", "free")
        page.seat("F07").tap()
        page.expect_seat("F07", "mine")
        expect(card_of(page)).to_be_hidden()
        assert page.problems == []
    finally:
        context.close()
