"""A couple's sofa in the page: taken and given back whole by one tap, one key or one line of the
list."""

import pytest
from playwright.sync_api import Browser

from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage
from tests.e2e.page import ANA, SessionPage
from tests.e2e.test_keyboard import Keyboard
from tests.e2e.thumb import Screen, Thumb, held_in_hand
from tests.support.system import System
from tests.support.waiting import wait_until

SOFAS = "S006"  # in the demo's room with sofas


def expect_sofa(page: SessionPage, left: str, right: str, *, held: bool) -> None:
    for seat in (left, right):
        page.expect_seat(seat, "mine" if held else "free")
    wait_until(lambda: page.held() == ([left, right] if held else []), what="the order says so")


@pytest.mark.nightly
def test_one_tap_on_a_phone_takes_a_sofa_and_another_gives_it_back(
    system: System, browser: Browser
) -> None:
    phone = Screen("a phone", 360, 740)
    with held_in_hand(browser, system.gateways[0].url, phone) as page:
        page.open(SOFAS)
        thumb = Thumb(page)
        thumb.choose("G01")
        expect_sofa(page, "G01", "G02", held=True)
        thumb.tap(page.seat("G02"))
        expect_sofa(page, "G01", "G02", held=False)


@pytest.mark.nightly  # as one tap; test_special_seats has the keyboard
def test_one_key_takes_a_sofa_and_another_gives_it_back(open_session: OpenPage) -> None:
    page = open_session(SOFAS)
    keys = Keyboard(page)
    keys.press("Tab", "Enter")
    keys.tab_to(page.seat("A01"))
    keys.press("g", "End")
    assert page.focused == "G12"
    keys.press("Enter")
    expect_sofa(page, "G11", "G12", held=True)
    keys.press("ArrowLeft", "Space")
    expect_sofa(page, "G11", "G12", held=False)


@pytest.mark.nightly
def test_one_line_of_the_list_takes_a_sofa_and_the_order_gives_it_back(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = SOFAS
    page = open_session(SOFAS)
    page.show_list("G")
    page.list_seat("G04").click()
    expect_sofa(page, "G03", "G04", held=True)
    assert audience.taken().keys() >= {"G03", "G04"}
    page.ticket("G03").locator("[data-action=release]").click()
    expect_sofa(page, "G03", "G04", held=False)
    wait_until(lambda: not audience.taken().keys() & {"G03", "G04"}, what="it is free for all")


def test_a_sofa_is_bought_and_half_a_one_is_nobodys(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = SOFAS
    page = open_session(SOFAS)
    page.hold("G05")
    assert page.pay(ANA)
    assert [audience.taken()[seat] for seat in ("G05", "G06")] == ["sold"] * 2
    audience.hold("G07")
    other = open_session(SOFAS)
    other.expect_seat("G07", "held")
    other.click("G08")
    other.expect_notice("assento_indisponivel", "G07")
    other.expect_seat("G08", "free")
