"""The way back to the tickets: on the programme and on the map, for the browser that bought
them."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import expect_no_faults
from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.page import ProgrammePage
from tests.support.system import System

STRIP, HERE = ".own", ".own-here"
PHONE = {"width": 390, "height": 844}


def leads_to(tab: Page, place: str, link: str) -> None:
    with tab.expect_navigation():
        tab.locator(f"{place} a").first.click()
    expect(tab.locator("[data-part=receipt]")).to_be_visible()
    assert tab.url.endswith(link)


@pytest.mark.nightly
def test_back_after_paying_the_map_and_the_programme_lead_to_the_tickets(
    open_session: OpenPage,
) -> None:
    page = open_session()
    page.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.best(2)
    seats = sorted(page.held())
    page.pay()
    link = page.order_link
    page.page.goto(f"{page.base_url}/sessao/S001")
    here = page.page.locator(HERE)
    expect(here).to_contain_text(f"{seats[0]} e {seats[1]}")
    expect_no_faults(page.page)
    leads_to(page.page, HERE, link)
    page.page.go_back()
    expect(here).to_contain_text(seats[0])
    ProgrammePage(page.page, page.base_url).open()
    strip = page.page.locator(STRIP)
    expect(strip.locator("a")).to_have_count(1)
    expect(strip).to_contain_text("Seus ingressos")
    expect(strip).to_contain_text(", ".join(seats))
    expect_no_faults(page.page)
    leads_to(page.page, STRIP, link)


def test_a_stranger_is_shown_no_tickets(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    page = open_session()
    page.best(1)
    page.pay()
    tab = new_page()
    with tab.expect_response("**/api/pedidos") as answer:
        ProgrammePage(tab, system.gateways[0].url).open()
    assert answer.value.json() == {"pedidos": []}
    expect(tab.locator(STRIP)).to_have_count(0)


@pytest.mark.nightly
def test_a_purchase_in_another_tab_is_listed_on_the_way_back(open_session: OpenPage) -> None:
    page = open_session()
    tab = page.page.context.new_page()
    ProgrammePage(tab, page.base_url).open()
    expect(tab.locator(STRIP)).to_have_count(0)
    page.best(1)
    page.pay()
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tab.locator(f"{STRIP} a")).to_have_count(1)


@pytest.mark.nightly
def test_the_map_of_another_tab_follows_purchase_and_cancellation_live(
    open_session: OpenPage,
) -> None:
    page = open_session()
    beside = open_session(beside=page)
    page.best(1)
    [seat] = page.held()
    page.pay()
    here = beside.page.locator(HERE)
    expect(here).to_contain_text(f"Você já tem {seat} aqui")
    with beside.page.expect_response(lambda answer: answer.url.endswith("/api/pedidos")):
        beside.page.evaluate(
            "(link) => fetch(`/api/pedidos/${link}/cancelar`, {method: 'POST'})",
            page.order_link.split(".")[0],
        )
    expect(here).to_be_empty()
