"""A purchase in Firefox, as it comes from Debian: Playwright drives it by WebDriver BiDi."""

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests import browser as browsers
from tests.e2e.audience import Audience
from tests.e2e.page import ANA, OrderPage, ProgrammePage
from tests.infra import unavailable
from tests.system import System


@pytest.fixture(scope="module")
def firefox() -> Iterator[Browser]:
    path = browsers.find_firefox()
    if path is None:
        unavailable("no Firefox")
    with sync_playwright() as playwright:
        launched = playwright.firefox.launch(channel="moz-firefox", executable_path=path)
        with contextlib.closing(launched):
            yield launched


def test_a_purchase_in_firefox_from_the_programme_to_the_tickets(
    system: System, firefox: Browser, audience: Audience
) -> None:
    url = system.gateways[0].url
    page = firefox.new_page(locale="pt-BR")
    buyer = ProgrammePage(page, url).open().choose("S001")
    audience.hold("F09")
    buyer.expect_seat("F09", "bloqueado")
    buyer.hold("F07", "F08")
    buyer.choose("F08", "meia_estudante")
    order = buyer.pay(ANA, seconds=30)
    tickets = OrderPage(page, url).open(order)
    assert (tickets.state, tickets.seats, tickets.total) == (
        "confirmado",
        ["F07", "F08"],
        "R$ 48,00",
    )
    tickets.expect_mail("enviado")
    assert (buyer.problems, tickets.problems) == ([], [])
    page.go_back()
    expect(page.locator("[data-part=line]")).to_have_attribute("data-conexao", "ao_vivo")
    buyer.expect_seat("F09", "bloqueado")
