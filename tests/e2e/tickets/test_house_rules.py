"""The rules of the house: no seat left alone, companion seats, at most so many seats."""

import pytest
from playwright.sync_api import expect

from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage
from tests.support.system import System
from tests.support.waiting import wait_until


def test_a_seat_left_alone_is_explained_before_paying_and_mended_with_one_click(
    open_session: OpenPage,
) -> None:
    page = open_session("GRANDE")
    page.hold("D07", "D08", "D10")
    page.press_pay()
    assert page.troubles()["lonely"].startswith("Sua escolha deixa D09 isolada.")
    assert page.dialog.is_hidden()
    expect(page.page.get_by_role("button", name="Pegar também D09")).to_be_focused()
    page.mend("Trocar D10 por D09")
    page.expect_seat("D09", "mine")
    page.expect_seat("D10", "free")
    wait_until(lambda: not page.troubles(), what="nothing is wrong any more")
    page.open_payment()
    page.close_payment()
    page.release("D07", "D08", "D09")


@pytest.mark.nightly
def test_a_seat_may_be_left_alone_where_it_cannot_be_helped(
    small: str, system: System, open_session: OpenPage, audience: Audience
) -> None:
    audience.session = small
    audience.buy("A04", "A05")
    page = open_session(small)
    page.hold("A01", "A02")
    assert page.troubles() == {}
    assert page.pay()


@pytest.mark.nightly
def test_one_person_in_an_empty_row_pays_wherever_he_sits(open_session: OpenPage) -> None:
    page = open_session("GRANDE")
    page.hold("C02")
    assert page.troubles() == {}
    assert page.pay()


@pytest.mark.nightly
def test_who_was_there_first_is_not_asked_to_move(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = "GRANDE"
    page = open_session("GRANDE")
    page.hold("G07")
    audience.hold("G09")
    page.expect_seat("G09", "held")
    assert page.troubles() == {}
    page.release("G07")
    wait_until(lambda: page.held() == [], what="it is given back for good")
    page.press("G07")  # a second click so soon would be the slip of a hand
    page.expect_seat("G07", "mine")
    assert list(page.troubles()) == ["lonely"]
    page.release("G07")


@pytest.mark.nightly
def test_a_seat_that_is_left_alone_while_one_types_is_explained_in_the_dialog(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = "GRANDE"
    audience.hold("F01")
    page = open_session("GRANDE")
    page.hold("F02", "F03")
    page.open_payment()
    page.fill_payment()
    audience.release("F01")
    wait_until(lambda: list(page.payment_troubles()) == ["lonely"], what="the dialog says so")
    page.submit_payment()
    expect(page.dialog.get_by_role("button", name="Pegar também F01")).to_be_focused()
    page.mend("Pegar também F01")
    wait_until(lambda: not page.payment_troubles(), what="nothing is wrong any more")
    page.submit_payment()
    page.paid()
    assert audience.taken()["F01"] == "sold"


def test_a_companion_seat_goes_only_with_the_wheelchair_space(open_session: OpenPage) -> None:
    page = open_session("GRANDE")
    page.hold("A03")
    assert "cadeira de rodas" in page.note("A03")
    page.press_pay()
    assert list(page.troubles()) == ["companion"]
    page.mend("Pegar também A02")
    page.expect_seat("A02", "mine")
    page.choose("A02", "meia_pcd")
    page.choose("A03", "meia_acompanhante")
    assert page.total == "R$ 32,00"
    assert page.pay()


def test_the_limit_is_shown_before_it_is_reached(open_session: OpenPage) -> None:
    page = open_session("GRANDE")
    seats = page.best(5)
    limit = page.page.locator("[data-part=limit]")
    expect(limit).to_have_text("Você pode escolher mais 1.")
    page.party(0)
    page.hold("B03")
    expect(limit).to_have_text("6 de 6: é o máximo por pessoa.")
    page.release("B03", *seats)
