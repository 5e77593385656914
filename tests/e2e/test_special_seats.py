"""Places that are made for somebody, and seats that were bought: they say so when they are
touched."""

import pytest
from playwright.sync_api import expect

from tests.e2e.audience import Audience
from tests.e2e.axe import DESK, faults
from tests.e2e.conftest import OpenPage, OpenWired
from tests.e2e.page import ANA, OrderPage, SessionPage
from tests.e2e.test_keyboard import Keyboard
from tests.support.waiting import wait_until


def answer(page: SessionPage, label: str) -> None:
    page.question.get_by_role("button", name=label).click()


def test_a_wheelchair_space_says_that_it_has_no_seat_before_it_is_taken(
    open_session: OpenPage, audience: Audience
) -> None:
    page = open_session(prepare=lambda tab: tab.set_viewport_size(DESK.size))
    page.click("A01")
    expect(page.question).to_contain_text("não tem poltrona")
    assert faults(page.page) == []
    answer(page, "Escolher outra")
    page.expect_seat("A01", "free")
    assert "A01" not in audience.taken()

    page.click("A01")
    answer(page, "É, pegar A01")
    page.expect_seat("A01", "mine")
    for known in ("A02", "A03"):
        page.click(known)
        page.expect_seat(known, "mine")
        expect(page.question).to_be_hidden()
    page.release("A03", "A02", "A01")


@pytest.mark.nightly
def test_a_companions_seat_says_whom_it_is_for_in_the_list_too(open_session: OpenPage) -> None:
    page = open_session()
    page.show_list("A")
    expect(page.list_seat("A03")).to_have_text("3, acompanhante de cadeirante")
    page.list_seat("A03").click()
    expect(page.question).to_contain_text("A03 é para quem acompanha")
    answer(page, "É, pegar A03")
    page.expect_seat("A03", "mine")
    page.list_seat("A03").click()
    page.expect_seat("A03", "free")


@pytest.mark.nightly
def test_the_question_is_answered_by_keyboard_and_leads_back_to_the_seat(
    open_session: OpenPage,
) -> None:
    page = open_session()
    keys = Keyboard(page)
    keys.press("Tab", "Enter")
    keys.tab_to(page.seat("A01"))
    expect(page.seat("A01")).to_have_accessible_name(
        "Fila A, poltrona 1, cadeirante, espaço sem poltrona, livre, R$ 32,00"
    )
    keys.press("Enter")
    expect(page.question).to_be_focused()
    keys.press("Tab", "Tab", "Enter")
    expect(page.seat("A01")).to_be_focused()
    page.expect_seat("A01", "free")
    keys.press("Enter")
    expect(page.question).to_be_focused()
    keys.press("Tab", "Enter")
    expect(page.seat("A01")).to_be_focused()
    page.expect_seat("A01", "mine")


@pytest.mark.nightly
def test_a_sofa_says_that_it_is_two_places_with_their_price(open_session: OpenPage) -> None:
    page = open_session("S006")
    page.click("G03")
    page.expect_seat("G04", "mine")
    page.expect_notice("casal", "G03 e G04 são um sofá para duas pessoas")
    assert page.total in page.notice
    page.release("G03")


@pytest.mark.nightly
def test_what_was_bought_is_marked_on_every_page_of_the_buyer_and_on_nobody_elses(
    open_session: OpenPage, open_wired: OpenWired
) -> None:
    bia, line = open_wired()
    ana = open_session()
    second = open_session(beside=ana, prepare=lambda tab: tab.set_viewport_size(DESK.size))
    ana.hold("F07", "F08")
    ana.pay(ANA)
    for page in (ana, second):
        page.expect_seat("F07", "bought")
        page.expect_seat("F08", "bought")
        expect(page.page.locator("[data-part=legend]")).to_contain_text("Comprada por você")
    second.page.reload()
    second.wait_live()
    second.expect_seat("F07", "bought")
    expect(second.seat("F07")).to_have_accessible_name(
        "Fila F, poltrona 7, comprada por você, R$ 32,00"
    )
    bia.expect_seat("F07", "sold")
    expect(bia.page.locator("[data-part=legend]")).not_to_contain_text("Comprada por você")
    assert "comprados" not in str(line.received())

    assert faults(second.page, seats=True) == []
    second.click("F08")
    second.expect_notice("bought", "F08 é sua")
    second.use_notice("Ver ingressos")
    order = OrderPage(second.page, second.base_url)
    wait_until(lambda: order.seats == ["F07", "F08"], what="the order is shown")


@pytest.mark.nightly
def test_what_was_cancelled_is_free_again_on_the_buyers_own_map(open_session: OpenPage) -> None:
    page = open_session("S003")
    page.hold("F07")
    page.pay()
    page.expect_seat("F07", "bought")
    order = OrderPage(page.page.context.new_page(), page.base_url).open(page.order_link)
    order.cancel()
    page.expect_seat("F07", "free")
