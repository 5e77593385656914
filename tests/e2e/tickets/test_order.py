"""What becomes of an order: cancelled, kept, put into the calendar, printed."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.tickets.conftest import SOON, OpenOrder


def test_a_cancelled_order_frees_its_seats_in_every_window(
    open_session: OpenPage, open_order: OpenOrder
) -> None:
    ana, bia = open_session("GRANDE"), open_session("GRANDE", gateway=1)
    ana.hold("J01", "J02")
    ana.pay()
    order = open_order(ana)
    bia.expect_seat("J01", "sold")
    order.cancel()
    for page in (ana, bia):
        page.expect_seat("J01", "free")
        page.expect_seat("J02", "free")
    assert not order.has_qr("J01")
    assert not order.can_cancel
    expect(order.page.get_by_role("link", name="Escolher de novo nesta sessão")).to_be_visible()


@pytest.mark.nightly
def test_who_thinks_twice_keeps_the_order(open_session: OpenPage, open_order: OpenOrder) -> None:
    page = open_session("GRANDE")
    page.hold("J05")
    page.pay()
    order = open_order(page)
    order.page.locator("[data-action=cancel]").click()
    order.page.get_by_role("button", name="Manter pedido").click()
    assert order.state == "confirmado"
    page.expect_seat("J05", "bought")


@pytest.mark.nightly
def test_an_order_can_be_put_into_the_calendar(
    open_session: OpenPage, open_order: OpenOrder
) -> None:
    page = open_session("GRANDE")
    page.hold("J08")
    page.pay()
    order = open_order(page)
    with order.page.expect_download() as download:
        order.page.get_by_role("link", name="Adicionar à agenda").click()
    entry = download.value.path().read_text()
    assert entry.startswith("BEGIN:VCALENDAR")
    assert f"DTSTART:{SOON.replace('-', '').replace(':', '')[:8]}" in entry.replace(
        ";TZID=America/Sao_Paulo", ""
    )


@pytest.mark.nightly
def test_each_ticket_is_printed_whole_in_a_block_of_its_own(
    open_session: OpenPage, open_order: OpenOrder
) -> None:
    page = open_session("GRANDE")
    page.hold("J11", "J12")
    page.pay()
    order = open_order(page)
    order.page.emulate_media(media="print")
    for seat, place in (("J11", "Fila J · 11"), ("J12", "Fila J · 12")):
        text = order.ticket_text(seat)
        for fact in ("Vagalume", "19h", "Sala 1", place, order.code):
            assert fact in text, fact
    assert order.page.locator("[data-action=print]").is_hidden()
