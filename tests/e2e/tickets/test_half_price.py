"""Half-price tickets: what to bring to the door, and the quota of the session, live."""

import pytest

from tests.e2e.conftest import OpenPage, OpenWired
from tests.e2e.page import SessionPage
from tests.e2e.tickets.conftest import OpenOrder
from tests.e2e.wire import Frame
from tests.support.waiting import wait_until


@pytest.mark.nightly
def test_a_half_price_ticket_says_what_to_bring_and_stays_half_price_on_the_order(
    open_session: OpenPage, open_order: OpenOrder
) -> None:
    page = open_session("GRANDE")
    page.hold("F07", "F08")
    page.choose("F08", "meia_estudante")
    assert page.total == "R$ 48,00"
    assert "CIE" in page.note("F08")

    page.pay()
    order = open_order(page)
    assert order.total == "R$ 48,00"
    assert order.fact("method") == "Pix (simulado)"
    full, half = order.ticket_text("F07"), order.ticket_text("F08")
    assert "Fila F · 7" in full
    assert "Inteira · R$ 32,00" in full
    assert "Leve" not in full
    assert "Fila F · 8" in half
    assert "Meia · estudante · R$ 16,00 Leve a carteira" in half
    assert order.has_qr("F07")
    assert order.has_qr("F08")


@pytest.mark.nightly
def test_categories_are_still_chosen_after_the_page_is_loaded_again(open_session: OpenPage) -> None:
    page = open_session("GRANDE")
    page.hold("A17")
    page.choose("A17", "meia_pcd")
    page.page.reload()
    page.wait_live()
    page.expect_seat("A17", "mine")
    assert page.category("A17") == "meia_pcd"
    assert page.total == "R$ 16,00"
    page.release("A17")


def test_the_quota_is_shown_live_in_every_window(
    small: str, open_session: OpenPage, open_order: OpenOrder
) -> None:
    ana, bia = open_session(small), open_session(small, gateway=1)
    assert ana.quota == bia.quota == "4 de 4 meias-entradas ainda disponíveis"
    ana.hold("A01", "A02")
    ana.choose("A01", "meia_estudante")
    ana.choose("A02", "meia_idoso")
    ana.pay()
    for page in (ana, bia):
        # Who is 60 or more is not of the quota.
        _expect_quota(page, "3 de 4 meias-entradas ainda disponíveis")
    open_order(ana).cancel()
    for page in (ana, bia):
        _expect_quota(page, "4 de 4 meias-entradas ainda disponíveis")


@pytest.mark.nightly
def test_what_the_quota_does_not_allow_cannot_be_chosen(small: str, open_session: OpenPage) -> None:
    ana, bia = open_session(small), open_session(small)
    ana.hold("A01", "A02", "A03")
    for seat in ana.held():
        ana.choose(seat, "meia_id_jovem")
    ana.pay()
    bia.hold("A04", "A05")
    _expect_quota(bia, "1 de 4 meias-entradas ainda disponível")
    bia.choose("A04", "meia_estudante")
    assert "meia_estudante" in bia.offered("A04")
    assert bia.offered("A05") == ["inteira", "meia_idoso"]


@pytest.mark.nightly
def test_when_others_buy_the_last_half_price_tickets_the_page_says_so_and_offers_full_price(
    small: str, open_session: OpenPage
) -> None:
    ana, bia = open_session(small), open_session(small)
    bia.hold("A04", "A05")
    bia.choose("A04", "meia_estudante")
    bia.choose("A05", "meia_estudante")
    bia.open_payment()
    bia.fill_payment()
    ana.hold("A01", "A02", "A03")
    for seat in ana.held():
        ana.choose(seat, "meia_estudante")
    ana.pay()

    wait_until(bia.payment_troubles, what="Bia sees it")
    assert bia.payment_troubles() == {"quota": "Só resta 1 meia, e você escolheu mais."}
    bia.submit_payment()
    bia.expect_dialog("form")
    bia.mend("Pagar inteira em A05")
    assert bia.payment_troubles() == {}
    assert bia.total == "R$ 48,00"
    bia.submit_payment()
    assert bia.paid()


def test_a_race_for_the_last_half_price_ticket_that_is_lost_at_the_server_shows_the_numbers(
    small: str, open_session: OpenPage, open_wired: OpenWired
) -> None:
    bia, wire = open_wired(small)
    bia.hold("A04", "A05")
    bia.choose("A04", "meia_estudante")
    bia.choose("A05", "meia_estudante")
    bia.open_payment()
    bia.fill_payment()
    wire.to_page = _without_quota
    ana = open_session(small)
    ana.hold("A01", "A02", "A03")
    for seat in ana.held():
        ana.choose(seat, "meia_estudante")
    ana.pay()
    bia.expect_seat("A03", "sold")

    bia.submit_payment()
    wire.wait_for(lambda: bia.payment_faults().get(""), what="Bia sees it")
    assert "Nada foi cobrado" in bia.payment_faults()[""]
    assert bia.payment_troubles() == {"quota": "Só resta 1 meia, e você escolheu mais."}
    bia.mend("Pagar inteira em A05")
    bia.submit_payment()
    assert bia.paid()


def _without_quota(frame: Frame) -> list[Frame]:
    frame.pop("meias_vendidas", None)
    return [frame]


def _expect_quota(page: SessionPage, text: str) -> None:
    wait_until(lambda: page.quota == text, what=text)
