"""The payment form says what it is for, takes what people and browsers put in, and ends in a
moment to be glad."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page import ANA, Buyer, OrderPage, SessionPage

# As Google's does it: every text goes into an element of its own, again whenever the page says
# something new.
_TRANSLATE = """() => {
  const words = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      const isLeft = node.parentElement.closest("font, script, template, style, option");
      if (node.data.trim() && !isLeft) found.push(node);
    }
    return found;
  };
  const translate = () => {
    for (const node of words()) {
      const inner = document.createElement("font");
      const outer = document.createElement("font");
      node.replaceWith(outer);
      outer.append(inner);
      inner.textContent = `«${node.data}»`;
    }
  };
  translate();
  const all = { childList: true, characterData: true, subtree: true };
  new MutationObserver(translate).observe(document.body, all);
}"""
# As password managers do it: the value is set from outside, an element of theirs is put beside the
# field, and some of them report only a change.
_FILL_IN = """(values) => {
  for (const [id, value] of Object.entries(values)) {
    const field = document.getElementById(id);
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
    field.after(document.createElement("com-manager-icon"));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}"""
_MOVING = "document.getAnimations().filter(({ effect }) => effect.getTiming().duration > 1).length"
_BLOCKED = """Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("denied", "SecurityError"); } });
delete window.BroadcastChannel;"""
_FULL = """Storage.prototype.setItem = () => {
  throw new DOMException("full", "QuotaExceededError");
};"""


@pytest.mark.nightly
def test_it_says_what_is_paid_for_line_by_line(open_session: OpenPage) -> None:
    page = open_session()
    page.hold("I05", "I06")
    page.choose("I06", "meia_estudante")
    page.open_payment()
    film, _, rest = page.paid_for.partition(" · 17h45 · Sala 1 ")
    assert re.fullmatch(r"O Agente Secreto \w{3} \d\d/\d\d", film)
    assert rest == "I05 Inteira R$ 44,00 I06 Meia · estudante R$ 22,00 Total R$ 66,00"
    page.close_payment()
    page.release("I05", "I06")


@pytest.mark.nightly  # test_circumstances has one purchase each
@pytest.mark.parametrize("storage", [_BLOCKED, _FULL], ids=["blocked", "full"])
def test_a_browser_that_keeps_nothing_buys_all_the_same(
    storage: str, open_session: OpenPage
) -> None:
    page = open_session(prepare=lambda tab: tab.add_init_script(storage))
    page.best(2)
    page.choose(page.held()[0], "meia_idoso")
    assert page.total == "R$ 48,00"
    assert page.pay()


def test_what_is_pasted_is_taken_as_it_was_meant(open_session: OpenPage) -> None:
    page = open_session()
    page.hold("C01")
    page.open_payment()
    for field, pasted in (
        ("name", "\t\u2068Nguyễn\u200b Thị Minh Khai\u2069 "),
        ("cpf", " CPF: ５２９.982.247-２５ (meu)"),
        ("email", "\ufeff ANA@EXEMPLO.COM.BR\t"),
    ):
        page.dialog.locator(f"#{field}").focus()
        page.page.keyboard.insert_text(pasted)
    expect(page.dialog.locator("#cpf")).to_have_value("529.982.247-25")
    page.submit_payment()
    order = OrderPage(page.page, page.base_url).open(page.paid())
    assert order.fact("name").startswith("Nguyễn Thị Minh Khai")


@pytest.mark.nightly
def test_a_password_manager_may_fill_it_in(open_session: OpenPage) -> None:
    page = open_session()
    page.hold("C05")
    page.open_payment()
    page.submit_payment()
    assert set(page.payment_faults()) == {"name", "cpf", "email"}
    values = {"name": ANA.name, "cpf": "52998224725", "email": ANA.email}
    page.page.evaluate(_FILL_IN, values)
    assert page.payment_faults() == {}
    page.submit_payment()
    page.paid()


@pytest.mark.nightly
def test_a_page_that_the_browser_translates_sells_all_the_same(open_session: OpenPage) -> None:
    page = open_session()
    page.page.evaluate(_TRANSLATE)
    page.hold("C09", "C10")
    page.choose("C10", "meia_estudante")
    expect(page.page.locator("[data-action=pay]")).to_have_text("«Pagar R$\u00a048,00»")
    page.open_payment()
    expect(page.dialog.locator("h2")).to_have_text("«Pagamento»")
    page.fill_payment()
    page.submit_payment()
    assert page.paid()


def test_enter_leads_to_the_next_empty_field_and_sends_behind_the_last(
    open_session: OpenPage,
) -> None:
    page = open_session()
    page.hold("C14")
    page.open_payment()
    page.dialog.locator("#email").fill(ANA.email)
    page.dialog.locator("#name").fill(ANA.name)
    page.page.keyboard.press("Enter")
    assert page.focused == "cpf"
    assert page.payment_faults() == {}
    page.page.keyboard.type("52998224725")
    page.page.keyboard.press("Enter")
    assert page.paid()


@pytest.mark.nightly
def test_a_ticket_type_is_the_same_in_all_tabs(open_session: OpenPage) -> None:
    first = open_session()
    first.hold("D01")
    second = open_session(beside=first)
    second.expect_seat("D01", "mine")
    first.choose("D01", "meia_idoso")
    expect(second.ticket("D01").locator("select")).to_have_value("meia_idoso")
    third = open_session(beside=first)
    expect(third.ticket("D01").locator("select")).to_have_value("meia_idoso")
    assert second.total == third.total == "R$ 16,00"
    first.release("D01")


@pytest.mark.nightly
def test_the_tabs_title_counts_down_while_something_is_held(open_session: OpenPage) -> None:
    page = open_session()
    title = page.page.title()
    page.hold("D05")
    expect(page.page).to_have_title(re.compile(r"^\d:\d\d · O Agente Secreto$"))
    page.release("D05")
    expect(page.page).to_have_title(title)


# --------------------------------------------------------------------------------------------- paid


def _pay_where_things_move(page: SessionPage, seat: str) -> str:
    page.hold(seat)
    page.press_pay()
    page.fill_payment(Buyer())
    page.submit_payment()
    page.paid()
    return page.order_link


@pytest.mark.nightly
def test_the_tickets_follow_by_themselves(open_session: OpenPage) -> None:
    page = open_session()
    link = _pay_where_things_move(page, "E01")
    expect(page.dialog.locator("h2")).to_have_text("Compra confirmada")
    page.page.wait_for_url(f"**/pedido/{link}")


@pytest.mark.nightly
def test_an_action_or_reduced_motion_keeps_the_buyer_on_the_page(
    open_session: OpenPage,
) -> None:
    page = open_session()
    _pay_where_things_move(page, "E05")
    page.page.keyboard.press("Shift")
    expect(page.dialog).not_to_have_attribute("data-leaving", "")
    still = open_session(prepare=_without_motion)
    _pay_where_things_move(still, "E09")
    expect(still.dialog).not_to_have_attribute("data-leaving", "")
    assert still.page.evaluate(_MOVING) == 0


@pytest.mark.nightly
def test_closing_the_confirmation_leads_to_the_order(open_session: OpenPage) -> None:
    """What had the focus before, the button to pay, is gone."""
    page = open_session()
    page.hold("E12")
    page.pay()
    page.page.keyboard.press("Escape")
    expect(page.dialog).to_be_hidden()
    expect(page.page.locator("[data-part=order-title]")).to_be_focused()


def _without_motion(tab: Page) -> None:
    tab.emulate_media(reduced_motion="reduce")
