"""Paying, in make-believe: cards, Pix, and prices that change meanwhile."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page import SessionPage
from tests.e2e.tickets.conftest import OpenOrder
from tests.support.system import System
from tests.support.waiting import wait_until


def test_a_declined_card_keeps_the_seats_and_another_card_pays(
    open_session: OpenPage, open_order: OpenOrder
) -> None:
    page = open_session("GRANDE")
    page.hold("H01")
    page.open_payment()
    page.choose_method("cartao_recusado")
    page.fill_payment()
    page.submit_payment()
    wait_until(lambda: page.payment_faults().get(""), what="the page says so")
    assert "recusado" in page.payment_faults()[""]
    page.expect_dialog("form")
    page.expect_seat("H01", "mine")
    page.choose_method("cartao")
    page.submit_payment()
    assert page.paid()
    assert open_order(page).fact("method") == "Cartão (simulado)"


def test_pix_shows_a_code_of_the_total_to_scan_and_to_copy(open_session: OpenPage) -> None:
    page = open_session("GRANDE")
    page.hold("H05")
    page.choose("H05", "meia_idoso")
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.open_payment()
    code = page.pix_code()
    assert "540516.00" in code
    assert re.search(r"6304[0-9A-F]{4}$", code)
    expect(
        page.dialog.get_by_role("img", name="QR code do Pix simulado de R$ 16,00")
    ).to_be_visible()
    page.dialog.locator("[data-action=copy]").click()
    expect(page.dialog.get_by_text("Código copiado.")).to_be_visible()
    assert page.page.evaluate("navigator.clipboard.readText()") == code
    page.close_payment()
    page.release("H05")


@pytest.mark.nightly
def test_a_payment_form_that_does_not_arrive_costs_no_seat(open_session: OpenPage) -> None:
    form = "**/payment-*.js"  # the module, or the file of the bundle that has it
    page = open_session("GRANDE", prepare=lambda tab: tab.route(form, lambda route: route.abort()))
    page.hold("E01")
    page.press_pay()
    page.expect_notice("page", "suas poltronas continuam guardadas")
    page.page.unroute(form)
    page.use_notice("Recarregar")
    page.expect_seat("E01", "mine")
    assert page.pay()


def test_a_price_that_changed_meanwhile_is_shown_before_anybody_pays_it(
    open_session: OpenPage, system: System
) -> None:
    page = open_session("CARA")
    page.hold("F07")
    page.open_payment()
    page.fill_payment()
    _change_price(system.folder / "programacao.toml", page)
    page.submit_payment()
    wait_until(lambda: page.payment_faults().get(""), what="the page says so")
    assert "preço mudou" in page.payment_faults()[""]
    assert page.total == "R$ 34,00"
    expect(page.seat("F08")).to_have_attribute("aria-label", re.compile(r"34,00"))
    page.submit_payment()
    assert page.paid()


def _change_price(programme: Path, page: SessionPage) -> None:
    text = programme.read_text()
    programme.write_text(text.replace("precos = { comum = 3200 }\n", "precos = { comum = 3400 }\n"))
    url = f"{page.base_url}/api/sessoes/CARA"

    def is_in_force() -> bool:
        return bool(page.page.request.get(url).json()["preco_a_partir_de"] == 3400)

    wait_until(is_in_force, 15, "the new programme is in force")
