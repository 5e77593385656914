"""Every state of the order's page can be read in both themes."""

import json
import re
from itertools import count
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.contrast import faint
from tests.e2e.page import OrderPage
from tests.support.system import System

Theme = Literal["light", "dark"]
THEMES = ["light", pytest.param("dark", marks=pytest.mark.nightly)]
ASKED = re.compile(r"/api/pedidos/[^/]+$")
AT = "2026-11-26T12:00:00-03:00"
GIVEN_BACK = [{"assento": "F09", "categoria": "inteira", "preco": 3200, "em": AT}]
STATES: dict[str, dict[str, Any]] = {
    "confirmed": {"email_estado": "enviado"},
    "one ticket given back": {"devolvidos": GIVEN_BACK},
    "cancelled": {"estado": "cancelado", "cancelavel": False},
    "session changed": {"alteracao": "A sessão mudou."},
    "too late to cancel": {"cancelavel": False},
    "seen by a friend": {"pode_gerir": False},
    "offline": {"pode_gerir": False, "guardado_em": AT},
    "personal data erased": {"dados_apagados": True},
    "mail on its way": {"email_estado": "pendente"},
    "mail failed": {"email_estado": "falhou", "email_motivo": "550 no such user"},
    "no address": {"email_estado": "sem_endereco", "email": ""},
}


class Shown:
    """A tab with an order, which the gateway says is whatever a test wants it to be."""

    def __init__(self, tab: Page, order: dict[str, Any]) -> None:
        self.tab = tab
        self._order = order
        self._codes = (f"CODE{number:04d}" for number in count())
        self._answer = order
        tab.route(ASKED, self._fulfil)

    def _fulfil(self, route: Route) -> None:
        route.fulfill(body=json.dumps(self._answer), content_type="application/json")

    def become(self, **changes: Any) -> None:
        """Returns once the page shows it."""
        self._answer = self._order | changes | {"codigo": next(self._codes)}
        self.tab.evaluate("() => dispatchEvent(new Event('online'))")
        expect(self.tab.locator("[data-part=code]")).to_have_text(self._answer["codigo"])


@pytest.fixture
def shown(open_session: OpenPage) -> Shown:
    page = open_session()
    page.best(2)
    page.pay()
    link = page.order_link
    OrderPage(page.page, page.base_url).open(link)
    page.page.emulate_media(reduced_motion="reduce")
    order = page.page.evaluate(
        "(link) => fetch(`/api/pedidos/${link}`).then((answer) => answer.json())", link
    )
    return Shown(page.page, order)


@pytest.mark.nightly
@pytest.mark.parametrize("theme", THEMES)
def test_every_state_of_an_order_can_be_read(shown: Shown, theme: Theme) -> None:
    shown.tab.emulate_media(color_scheme=theme)
    found = {}
    for state, changes in STATES.items():
        shown.become(**changes)
        found[state] = faint(shown.tab)
    assert {state: lines for state, lines in found.items() if lines} == {}


@pytest.mark.nightly
@pytest.mark.parametrize("theme", THEMES)
def test_forms_and_dialogs_of_the_page_can_be_read(shown: Shown, theme: Theme) -> None:
    tab = shown.tab
    tab.emulate_media(color_scheme=theme)
    shown.become(email_estado="enviado")
    tab.route("**/cancelar", lambda route: route.abort())
    tab.locator("[data-action=correct]").click()
    tab.locator("[data-part=address-input]").fill("ana@gmail")
    tab.locator("[data-action=send-correction]").click()
    expect(tab.locator("[data-part=address-error]")).not_to_be_empty()
    found = {"address": faint(tab)}
    tab.locator("[data-action=keep-address]").click()
    tab.locator("[data-action=cancel]").click()
    tab.locator("[data-action=cancel-surely]").click()
    expect(tab.locator("[data-part=cancel-error]")).not_to_be_empty()
    found["cancelling failed"] = faint(tab)
    tab.locator("[data-action=keep]").click()
    tab.locator("[data-action=show]").click()
    found["at the door"] = faint(tab)
    assert {state: lines for state, lines in found.items() if lines} == {}


@pytest.mark.nightly
@pytest.mark.parametrize("theme", THEMES)
def test_an_order_that_cannot_be_shown_says_so_in_readable_words(
    system: System, new_page: NewPage, theme: Theme
) -> None:
    tab = new_page()
    tab.emulate_media(color_scheme=theme)
    tab.goto(f"{system.gateways[0].url}/pedido/nenhum")
    expect(tab.get_by_role("heading", name="Pedido não encontrado")).to_be_visible()
    found = faint(tab)
    tab.route(ASKED, lambda route: route.abort())
    tab.reload()
    expect(tab.get_by_role("heading", name="Não deu para abrir o pedido")).to_be_visible()
    assert found + faint(tab) == []


def test_a_faint_word_is_found(system: System, new_page: NewPage) -> None:
    tab = new_page()
    tab.goto(f"{system.gateways[0].url}/pedido/nenhum")
    heading = tab.get_by_role("heading")
    expect(heading).to_have_text("Pedido não encontrado")
    heading.evaluate("(title) => title.style.setProperty('color', 'var(--line)')")
    [line] = faint(tab)
    assert line.startswith("Pedido não encontrado: ")
