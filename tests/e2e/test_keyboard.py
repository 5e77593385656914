"""Buyers who do not use the map with a mouse: one has a keyboard and nothing else, one chooses
from the list."""

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage
from tests.e2e.page import ANA, OrderPage, SessionPage
from tests.support.waiting import wait_until

MOST_TABS = 40


class Keyboard:
    """All that this buyer has. Every step of Tab must lead somewhere that can be seen."""

    def __init__(self, page: SessionPage) -> None:
        self._page = page.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)

    def tab_to(self, place: Locator, key: str = "Tab") -> None:
        for _ in range(MOST_TABS):
            self.press(key)
            focused = self._page.locator(":focus")
            expect(focused).to_be_in_viewport()
            if place.evaluate("node => node === document.activeElement"):
                return
        raise AssertionError(f"{MOST_TABS} times {key} do not lead to {place}")


def test_keys_lead_everywhere_in_the_map_and_it_is_one_stop_of_tab(open_session: OpenPage) -> None:
    page = open_session()
    keys = Keyboard(page)
    keys.press("Tab", "Enter")  # the first stop leads to the map
    keys.tab_to(page.seat("A01"))
    for key, seat in [
        ("f", "F01"),
        ("End", "F20"),
        ("ArrowUp", "E20"),
        ("Home", "E01"),
        ("ArrowRight", "E02"),
        ("ArrowDown", "F02"),
        ("ArrowLeft", "F01"),
        ("ArrowLeft", "F01"),
        ("Control+End", "J20"),
        ("ArrowDown", "J20"),
        ("Control+Home", "A01"),
        ("J", "J01"),
    ]:
        keys.press(key)
        assert page.focused == seat, key
    keys.press("Tab")
    assert not page.focused.startswith("J")
    keys.press("Shift+Tab")
    assert page.focused == "J01"  # where it was left


def test_a_buyer_with_the_keyboard_alone_buys_two_seats_and_a_half_price_ticket(
    open_session: OpenPage, audience: Audience
) -> None:
    page = open_session()
    keys = Keyboard(page)
    keys.press("Tab", "Enter")
    keys.tab_to(page.seat("A01"))
    keys.press("f", "End", "ArrowLeft", "ArrowLeft")
    for key, seat in (("Enter", "F18"), ("Space", "F19"), ("Enter", "F20")):
        assert page.focused == seat
        keys.press(key)
        page.expect_seat(seat, "mine")
        keys.press("ArrowRight")

    keys.tab_to(page.ticket("F20").locator("select"))
    keys.press("ArrowDown")
    expect(page.ticket("F20").locator("select")).to_have_value("meia_estudante")
    page.stay_when_paid()
    keys.tab_to(page.page.locator("[data-action=pay]"))
    keys.press("Enter")
    expect(page.dialog).to_be_visible()
    keys.tab_to(page.dialog.locator("#name"))
    keys.type(ANA.name)
    keys.tab_to(page.dialog.locator("#cpf"))
    keys.type("52998224725")
    keys.tab_to(page.dialog.locator("#email"))
    keys.type(ANA.email)
    keys.press("Enter")

    page.paid()
    link = page.order_link
    expect(page.dialog.locator("[data-part=payment-order]")).to_be_focused()
    keys.press("Enter")
    page.page.wait_for_url(f"**/pedido/{link}")
    _expect_three_tickets(OrderPage(page.page, page.base_url), "F20", ["F18", "F19", "F20"])
    assert audience.taken().keys() >= {"F18", "F19", "F20"}


@pytest.mark.nightly
def test_the_keyboard_gives_seats_back_and_leaves_the_dialog_where_it_came_from(
    open_session: OpenPage,
) -> None:
    page = open_session()
    keys = Keyboard(page)
    keys.press("Tab", "Enter")
    keys.tab_to(page.seat("A01"))
    keys.press("b", "Enter")
    page.expect_seat("B01", "mine")
    keys.tab_to(page.page.locator("[data-action=pay]"))
    keys.press("Enter")
    expect(page.dialog).to_be_visible()
    keys.press("Escape")
    expect(page.dialog).to_be_hidden()
    expect(page.page.locator("[data-action=pay]")).to_be_focused()

    keys.tab_to(page.page.locator("[data-action=release]"), "Shift+Tab")
    keys.press("Enter")
    page.expect_seat("B01", "free")
    assert page.page.evaluate("() => document.activeElement !== document.body")


@pytest.mark.nightly
def test_a_buyer_in_the_list_buys_two_seats_and_a_half_price_ticket(
    open_session: OpenPage, audience: Audience
) -> None:
    page = open_session()
    audience.hold("H04")
    page.page.get_by_role("button", name="Ver como lista").click()
    listed = page.page.get_by_role("region", name="Lista de poltronas")
    listed.get_by_role("heading", name="Fila H").click()
    row = listed.get_by_role("list", name="Fila H")
    expect(row.get_by_role("button", name="3", exact=True)).to_be_visible()
    expect(row.get_by_role("button", name="4", exact=True)).to_be_hidden()
    listed.get_by_label("Só as livres").uncheck()
    taken = row.get_by_role("button", name="4, alguém escolhendo", exact=True)
    expect(taken).to_have_attribute("aria-disabled", "true")
    for number in (1, 2, 3):
        row.get_by_role("button", name=str(number), exact=True).click()
        mine = row.get_by_role("button", name=f"{number}, sua", exact=True)
        expect(mine).to_have_attribute("aria-pressed", "true")
    audience.release("H04")
    expect(row.get_by_role("button", name="4", exact=True)).to_be_visible()

    page.page.get_by_label("Tipo de ingresso de H02").select_option("meia_estudante")
    wait_until(lambda: page.total == "R$ 80,00", what="two whole tickets and a half")
    order = page.pay()
    shown = OrderPage(page.page, page.base_url).open(order)
    _expect_three_tickets(shown, "H02", ["H01", "H02", "H03"])


def _expect_three_tickets(order: OrderPage, half: str, seats: list[str]) -> None:
    expect(order.page.locator("[data-part=receipt]")).to_be_visible()
    assert order.seats == seats
    assert order.total == "R$ 80,00"
    for seat in seats:
        kind = "meia_estudante" if seat == half else "inteira"
        expect(order.ticket(seat)).to_have_attribute("data-category", kind)
