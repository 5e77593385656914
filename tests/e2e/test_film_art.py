"""A film's picture beside its map and on its orders."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.page import OrderPage
from tests.support.system import System

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def expect_shown(picture: Locator) -> None:
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0


@pytest.mark.parametrize(
    "size",
    [pytest.param(DESK, id="desk"), pytest.param(PHONE, id="phone", marks=pytest.mark.nightly)],
)
def test_a_maps_head_shows_the_film_by_one_request(
    open_session: OpenPage, size: dict[str, int]
) -> None:
    asked: list[str] = []

    def prepare(tab: Page) -> None:
        tab.set_viewport_size(size)  # type: ignore[arg-type]
        tab.on("request", lambda request: asked.append(request.url))

    page = open_session(prepare=prepare).page
    expect_shown(page.locator("header img"))
    page.wait_for_load_state("networkidle")
    names = [url.rpartition("/")[2] for url in asked]
    assert len({url for url in asked if "/arte/" in url}) == 1
    # A phone has no room for the card, and does not pay for it.
    assert any(name.startswith("film-card") for name in names) is (size is DESK)


@pytest.mark.nightly
def test_an_order_that_is_still_empty_shows_the_film_on_a_desk(open_session: OpenPage) -> None:
    page = open_session()
    card = page.page.locator("[data-part=film-card]")
    expect_shown(card.locator("img"))
    expect(card).to_contain_text("O Agente Secreto")
    expect(card.locator(".rating")).to_have_attribute("data-rating", "16")
    expect(card).to_contain_text("Recife, 1977.")
    for price in ("R$\u00a032 · meia R$\u00a016", "R$\u00a044 · meia R$\u00a022"):
        expect(card.locator("dd", has_text=price)).to_be_visible()
    expect(card).to_contain_text("Pagam meia: estudantes")
    page.hold("C07")
    expect(card).to_be_hidden()
    page.release("C07")
    expect(card).to_be_visible()


def test_an_order_shows_its_film(system: System, open_session: OpenPage, new_page: NewPage) -> None:
    page = open_session()
    page.hold("E05", "E06")
    page.open_payment()
    page.fill_payment()
    page.submit_payment()
    page.paid()
    tab = new_page()
    OrderPage(tab, system.gateways[0].url).open(page.order_link)
    expect_shown(tab.locator("[data-part=art]"))
