"""What people type, click twice or follow by mistake: each gets a clear word, and nothing
happens twice."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.buyer_cookie import COOKIE
from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage, OpenWired
from tests.e2e.page import ANA, Buyer, OrderPage
from tests.e2e.wire import Frame
from tests.support.system import System
from tests.support.waiting import wait_until

WRONG = [
    ("name", Buyer(name="")),
    ("name", Buyer(name="   ")),
    ("name", Buyer(name="A")),
    ("name", Buyer(name='<img src=x onerror="alert(1)">')),
    ("cpf", Buyer(cpf="")),
    ("cpf", Buyer(cpf="529.982.247-2")),
    ("cpf", Buyer(cpf="529.982.247-26")),
    ("cpf", Buyer(cpf="111.111.111-11")),
    ("email", Buyer(email="")),
    ("email", Buyer(email="ana")),
    ("email", Buyer(email="ana@exemplo")),
    ("email", Buyer(email="ana@@exemplo.com")),
    ("email", Buyer(email="ana@exemplo.com,bia@exemplo.com")),
]
ONE_A_FIELD = [WRONG[3], WRONG[7], WRONG[11]]


# ------------------------------------------------------------------------------------ typed wrongly


@pytest.mark.parametrize(
    ("seat", "wrong"),
    [
        pytest.param("B01", ONE_A_FIELD, id="one a field"),
        pytest.param("G01", WRONG, id="all", marks=pytest.mark.nightly),
    ],
)
def test_a_wrong_field_says_so_beside_it_and_is_not_sent(
    seat: str, wrong: list[tuple[str, Buyer]], open_wired: OpenWired
) -> None:
    page, wire = open_wired()
    page.hold(seat)
    page.open_payment()
    for field, buyer in wrong:
        page.fill_payment(buyer)
        page.submit_payment()
        assert list(page.payment_faults()) == [field], buyer
        assert page.focused == field, buyer
    assert wire.sent(acao="confirmar_pagamento") == []

    page.fill_payment(ANA)
    assert page.payment_faults() == {}
    page.submit_payment()
    assert page.paid()


def test_a_fault_that_only_the_gateway_sees_is_shown_beside_its_field_and_keeps_the_hold(
    open_wired: OpenWired,
) -> None:
    page, wire = open_wired()
    page.hold("B20")
    page.open_payment()
    page.fill_payment()

    def forge(frame: Frame) -> list[Frame]:
        if "pagamento" in frame:
            frame["pagamento"] |= {"cpf": "111.111.111-11", "nomeCompleto": "<b>Ana</b>"}
        return [frame]

    wire.to_gateway = forge
    page.submit_payment()
    page.expect_dialog("form")
    assert list(page.payment_faults()) == ["name", "cpf", ""]
    page.expect_seat("B20", "mine")

    wire.heal()
    page.fill_payment(ANA)
    page.submit_payment()
    assert page.paid()


def test_signs_in_a_name_are_shown_as_they_were_typed(
    system: System, open_session: OpenPage
) -> None:
    name = 'João & Zoë d\'Ávila "Zezé" &lt;b&gt; {{7*7}}'
    page = open_session()
    page.hold("E01")
    order = page.pay(Buyer(name=name))
    shown = OrderPage(page.page.context.new_page(), page.base_url).open(order)
    assert shown.fact("name").startswith(name)
    wait_until(lambda: len(_orders_of(system, "E01")) == 1, what="it is recorded")
    assert _orders_of(system, "E01")[0]["nome_completo"] == name


# --------------------------------------------------------------------------------------- done twice


def test_a_double_click_on_a_seat_holds_it_once_and_keeps_it(open_wired: OpenWired) -> None:
    page, wire = open_wired()
    page.seat("C01").dblclick()
    page.expect_seat("C01", "mine")
    page.hold("C02")
    # The second click may well come when the first has been answered.
    page.seat("C02").dispatch_event("click", {"detail": 2})
    page.hold("C03")  # whatever the second clicks did is done by now
    assert page.held() == ["C01", "C02", "C03"]
    assert [sent["assentos"] for sent in wire.sent(acao="bloquear")] == [["C01"], ["C02"], ["C03"]]
    assert wire.sent(acao="liberar") == []
    page.release("C01", "C02", "C03")


def test_a_double_submit_is_one_order(system: System, open_wired: OpenWired) -> None:
    page, wire = open_wired()
    page.hold("C20")
    page.open_payment()
    page.fill_payment()
    page.dialog.locator("form").evaluate(
        """form => {
            form.requestSubmit();
            form.requestSubmit();
            form.querySelector("[data-action=confirm]").click();
        }"""
    )
    order = page.paid()
    assert len(wire.sent(acao="confirmar_pagamento")) == 1
    wait_until(lambda: _orders_of(system, "C20"), what="it is recorded")
    assert [record["pedido_id"] for record in _orders_of(system, "C20")] == [order]


@pytest.mark.nightly  # more of a double submit, and of a form for what another tab has paid
def test_two_tabs_that_pay_for_the_same_seat_make_one_order(
    system: System, open_session: OpenPage, open_wired: OpenWired, audience: Audience
) -> None:
    """The second tab has not heard of the first one's purchase when it pays: it shows the
    tickets."""
    first = open_session()
    first.hold("F01")
    second, wire = open_wired(beside=first)
    second.open_payment()
    second.fill_payment()
    wire.to_page = lambda frame: [frame] if "status" in frame else []
    order = first.pay()
    second.submit_payment()
    assert second.paid() == order
    assert "F01 já é sua" in second.dialog_text
    assert second.order_link == first.order_link
    assert len(wire.sent(acao="confirmar_pagamento")) == 1
    wait_until(lambda: _orders_of(system, "F01"), what="it is recorded")
    assert [record["pedido_id"] for record in _orders_of(system, "F01")] == [order]

    wire.heal()
    audience.hold("J20")  # a later change shows the second tab that it missed some
    second.expect_seat("F01", "bought")
    second.expect_dialog("done")


def test_a_payment_form_for_what_another_tab_has_paid_shows_the_tickets(
    open_session: OpenPage, open_wired: OpenWired
) -> None:
    first = open_session()
    first.hold("H01", "H02")
    second, _ = open_wired(beside=first)
    second.open_payment()
    order = first.pay()
    assert second.paid() == order
    assert "H01 e H02 já são suas" in second.dialog_text
    assert second.order_link == first.order_link


@pytest.mark.nightly
def test_more_time_for_what_another_tab_has_paid_is_answered_with_the_tickets(
    open_session: OpenPage, open_wired: OpenWired
) -> None:
    first = open_session()
    first.hold("I01", "I02")
    second, wire = open_wired(beside=first)
    wire.to_page = lambda frame: [frame] if "status" in frame else []
    first.pay()
    second.more_time.dispatch_event("click")  # it is shown later
    second.expect_notice("ja_comprado", "I01 e I02 já são suas")
    second.use_notice("Ver ingressos")
    second.page.wait_for_url(f"**/pedido/{first.order_link}")


def test_one_seat_more_than_the_limit_is_refused_in_words_and_falls_back(
    open_session: OpenPage,
) -> None:
    page = open_session()
    seats = page.best(6)
    page.party(0)
    page.click("J01")
    page.expect_notice("limite_de_assentos", "6 poltronas")
    page.expect_seat("J01", "free")
    assert page.held() == seats
    page.release(*seats)


# --------------------------------------------------------------------------------- followed wrongly


@pytest.mark.parametrize(
    "session",
    [
        "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        *(
            pytest.param(name, marks=pytest.mark.nightly)
            for name in ["NADA", "S001%00", "%F0%9F%8E%AC"]
        ),
    ],
)
def test_a_session_that_does_not_exist_says_so(
    session: str, system: System, new_page: Callable[[], Page]
) -> None:
    page = new_page()
    page.goto(f"{system.gateways[0].url}/sessao/{session}")
    expect(page.get_by_role("heading")).to_have_text("Esta sessão não existe")
    expect(page.get_by_role("link", name="Ver a programação")).to_be_visible()
    assert page.locator("img").count() == 0


@pytest.mark.nightly
def test_an_order_that_does_not_exist_says_so(system: System, new_page: Callable[[], Page]) -> None:
    page = new_page()
    page.goto(f"{system.gateways[0].url}/pedido/12-AAAAAAAAAAAAAAAAAAAAAA")
    expect(page.get_by_role("heading")).to_have_text("Pedido não encontrado")


@pytest.mark.parametrize(
    "path",
    [
        "/sessao/S001",
        pytest.param("/", marks=pytest.mark.nightly),
        pytest.param("/pedido/12-AAAAAAAAAAAAAAAAAAAAAA", marks=pytest.mark.nightly),
    ],
)
def test_without_javascript_one_clear_sentence_says_so(
    path: str, system: System, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="pt-BR")
    try:
        page = context.new_page()
        page.goto(f"{system.gateways[0].url}{path}")
        expect(page.locator("body")).to_contain_text("precisa de JavaScript", use_inner_text=True)
    finally:
        context.close()


@pytest.mark.nightly
def test_an_identity_that_is_not_valid_any_more_is_replaced_without_a_reload(
    open_wired: OpenWired, audience: Audience
) -> None:
    page, wire = open_wired()
    context = page.page.context
    context.clear_cookies()
    context.add_cookies([{"name": COOKIE, "value": "forged.signature", "url": page.base_url}])
    wire.cut()
    wire.wait_for(lambda: wire.received(motivo="identidade_invalida"), what="it is turned away")
    page.wait_live(seconds=10)
    page.hold("D01")
    audience.expect_map(page)
    page.release("D01")


def _orders_of(system: System, seat: str) -> list[dict[str, object]]:
    if not system.ledger.exists():
        return []
    records: list[dict[str, object]] = json.loads(system.ledger.read_text())
    return [record for record in records if seat in str(record["assentos"])]
