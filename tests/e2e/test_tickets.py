"""Tickets at full and half price, the rules of the house, and what becomes of an order, as buyers see them."""

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cinema.local_time import SAO_PAULO
from deploy import ROOT
from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage, OpenWired
from tests.e2e.page import OrderPage, SessionPage
from tests.e2e.wire import Frame
from tests.system import System, running_system
from tests.waiting import wait_until

SOON = (datetime.now(SAO_PAULO) + timedelta(days=3)).strftime("%Y-%m-%dT19:00:00")
SMALL = 'fileiras = ["A .....", "B CA..."]'  # ten seats: a quota of four
STAGE = f"""
[[salas]]
id = "pequena"
nome = "Sala Pequena"
{SMALL}

[[sessoes]]
id = "GRANDE"
filme = "vagalume"
sala = "sala-1"
idioma = "dublado"
inicio = {SOON}
precos = {{ comum = 3200, premium = 4400 }}

[[sessoes]]
id = "CARA"
filme = "vagalume"
sala = "sala-1"
idioma = "dublado"
inicio = {SOON}
precos = {{ comum = 3200 }}
"""
SMALL_SESSION = """
[[sessoes]]
id = "P{number}"
filme = "vagalume"
sala = "pequena"
idioma = "dublado"
inicio = {start}
precos = {{ comum = 3200 }}
"""
SMALL_SESSIONS = "".join(SMALL_SESSION.format(number=n, start=SOON) for n in range(6))

OpenOrder = Callable[[str], OrderPage]


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's, with sessions that can be cancelled whatever the time is."""
    file = tmp_path_factory.mktemp("programme") / "programacao.toml"
    file.write_text((ROOT / "programacao.toml").read_text() + STAGE + SMALL_SESSIONS)
    return file


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, programme: Path) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, kafka=False, PROGRAMME_FILE=str(programme)) as running:
        yield running


_small = itertools.count()


@pytest.fixture
def small() -> str:
    """A session of the test's own in the small room."""
    return f"P{next(_small)}"


@pytest.fixture
def open_order(system: System, new_page: Callable[[], Page]) -> OpenOrder:
    return lambda order: OrderPage(new_page(), system.gateways[1].url).open(order)


# ------------------------------------------------------------------------------------------------- categories, quota


def test_a_half_price_ticket_says_what_to_bring_and_stays_half_price_on_the_order(
    open_session: OpenPage, open_order: OpenOrder
) -> None:
    page = open_session("GRANDE")
    page.hold("F07", "F08")
    page.choose("F08", "meia_estudante")
    assert page.total == "R$ 48,00"
    assert "CIE" in page.note("F08")

    order = open_order(page.pay())
    assert order.total == "R$ 48,00"
    assert order.fact("forma") == "Pix (simulado)"
    assert order.ticket_text("F07").startswith("F07 Inteira · R$ 32,00")
    assert order.ticket_text("F08").startswith("F08 Meia · estudante · R$ 16,00 Leve a carteira")
    assert order.has_qr("F07")
    assert order.has_qr("F08")


def test_categories_are_still_chosen_after_the_page_is_loaded_again(open_session: OpenPage) -> None:
    page = open_session("GRANDE")
    page.hold("A17")
    page.choose("A17", "meia_pcd")
    page.page.reload()
    page.wait_live()
    page.expect_seat("A17", "seu")
    assert page.category("A17") == "meia_pcd"
    assert page.total == "R$ 16,00"
    page.release("A17")


def test_the_quota_is_shown_live_in_every_window(
    small: str, open_session: OpenPage, open_order: OpenOrder
) -> None:
    ana, bia = open_session(small), open_session(small, gateway=1)
    assert ana.quota == bia.quota == "Restam 4 meias de 4"
    ana.hold("A01", "A02")
    ana.choose("A01", "meia_estudante")
    ana.choose("A02", "meia_idoso")
    order = ana.pay()
    for page in (ana, bia):
        _expect_quota(page, "Restam 3 meias de 4")  # who is 60 or more is not of the quota
    open_order(order).cancel()
    for page in (ana, bia):
        _expect_quota(page, "Restam 4 meias de 4")


def test_what_the_quota_does_not_allow_cannot_be_chosen(small: str, open_session: OpenPage) -> None:
    ana, bia = open_session(small), open_session(small)
    ana.hold("A01", "A02", "A03")
    for seat in ana.held():
        ana.choose(seat, "meia_id_jovem")
    ana.pay()
    bia.hold("A04", "A05")
    _expect_quota(bia, "Resta 1 meia de 4")
    bia.choose("A04", "meia_estudante")
    assert "meia_estudante" in bia.offered("A04")
    assert bia.offered("A05") == ["inteira", "meia_idoso"]


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

    wait_until(bia.payment_troubles, what="Bia is told")
    assert bia.payment_troubles() == {"cota": "Só resta 1 meia, e você escolheu mais."}
    bia.submit_payment()
    bia.expect_dialog("formulario")
    bia.mend("Pagar inteira em A05")
    assert bia.payment_troubles() == {}
    assert bia.total == "R$ 48,00"
    bia.submit_payment()
    assert bia.paid()


def test_a_race_for_the_last_half_price_ticket_that_is_lost_at_the_server_is_told_with_the_numbers(
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
    bia.expect_seat("A03", "ocupado")

    bia.submit_payment()
    wire.wait_for(lambda: bia.payment_faults().get(""), what="Bia is told")
    assert "Nada foi cobrado" in bia.payment_faults()[""]
    assert bia.payment_troubles() == {"cota": "Só resta 1 meia, e você escolheu mais."}
    bia.mend("Pagar inteira em A05")
    bia.submit_payment()
    assert bia.paid()


def _without_quota(frame: Frame) -> list[Frame]:
    frame.pop("meias_vendidas", None)
    return [frame]


def _expect_quota(page: SessionPage, text: str) -> None:
    wait_until(lambda: page.quota == text, what=text)


# ------------------------------------------------------------------------------------------------- rules of the house


def test_a_seat_left_alone_is_explained_before_paying_and_mended_with_one_click(
    open_session: OpenPage,
) -> None:
    page = open_session("GRANDE")
    page.hold("D07", "D08", "D10")
    page.press_pay()
    assert page.troubles()["sozinha"].startswith("D09 ficaria sozinha")
    assert page.dialog.is_hidden()
    expect(page.page.get_by_role("button", name="Pegar também D09")).to_be_focused()
    page.mend("Trocar D10 por D09")
    page.expect_seat("D09", "seu")
    page.expect_seat("D10", "livre")
    wait_until(lambda: not page.troubles(), what="nothing is wrong any more")
    page.open_payment()
    page.close_payment()
    page.release("D07", "D08", "D09")


def test_a_seat_may_be_left_alone_where_it_cannot_be_helped(
    small: str, system: System, open_session: OpenPage, audience: Audience
) -> None:
    audience.session = small
    audience.buy("A04", "A05")
    page = open_session(small)
    page.hold("A01", "A02")
    assert page.troubles() == {}
    assert page.pay()


def test_who_was_there_first_is_not_asked_to_move(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = "GRANDE"
    page = open_session("GRANDE")
    page.hold("G07")
    audience.hold("G09")
    page.expect_seat("G09", "bloqueado")
    assert page.troubles() == {}
    page.release("G07")
    page.press("G07")  # a second click so soon would be the slip of a hand
    page.expect_seat("G07", "seu")
    assert list(page.troubles()) == ["sozinha"]
    page.release("G07")


def test_a_companion_seat_goes_only_with_the_wheelchair_space(open_session: OpenPage) -> None:
    page = open_session("GRANDE")
    page.hold("A03")
    assert "cadeira de rodas" in page.note("A03")
    page.press_pay()
    assert list(page.troubles()) == ["acompanhante"]
    page.mend("Pegar também A02")
    page.expect_seat("A02", "seu")
    page.choose("A02", "meia_pcd")
    page.choose("A03", "meia_acompanhante")
    assert page.total == "R$ 32,00"
    assert page.pay()


def test_the_limit_is_told_before_it_is_reached(open_session: OpenPage) -> None:
    page = open_session("GRANDE")
    seats = page.best(5)
    limit = page.page.locator("[data-part=limit]")
    expect(limit).to_have_text("Você pode escolher mais 1.")
    (last,) = page.best(1)
    expect(limit).to_have_text("6 de 6: é o máximo por pessoa.")
    page.release(*seats, last)


# ------------------------------------------------------------------------------------------------------------- paying


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
    page.expect_dialog("formulario")
    page.expect_seat("H01", "seu")
    page.choose_method("cartao")
    page.submit_payment()
    assert open_order(page.paid()).fact("forma") == "Cartão (simulado)"


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
    page.dialog.locator("[data-acao=copiar]").click()
    expect(page.dialog.get_by_text("Código copiado.")).to_be_visible()
    assert page.page.evaluate("navigator.clipboard.readText()") == code
    page.close_payment()
    page.release("H05")


def test_a_payment_form_that_does_not_arrive_costs_no_seat(open_session: OpenPage) -> None:
    form = "**/payment-form.js"
    page = open_session("GRANDE", prepare=lambda tab: tab.route(form, lambda route: route.abort()))
    page.hold("E01")
    page.press_pay()
    page.expect_notice("pagina", "suas poltronas continuam guardadas")
    page.page.unroute(form)
    page.use_notice("Recarregar")
    page.expect_seat("E01", "seu")
    assert page.pay()


def test_a_price_that_changed_meanwhile_is_shown_before_anybody_pays_it(
    open_session: OpenPage, programme: Path
) -> None:
    page = open_session("CARA")
    page.hold("F07")
    page.open_payment()
    page.fill_payment()
    _change_price(programme, page)
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


# -------------------------------------------------------------------------------------------------------------- after


def test_a_cancelled_order_frees_its_seats_in_every_window(
    open_session: OpenPage, open_order: OpenOrder
) -> None:
    ana, bia = open_session("GRANDE"), open_session("GRANDE", gateway=1)
    ana.hold("J01", "J02")
    order = open_order(ana.pay())
    bia.expect_seat("J01", "ocupado")
    order.cancel()
    for page in (ana, bia):
        page.expect_seat("J01", "livre")
        page.expect_seat("J02", "livre")
    assert not order.has_qr("J01")
    assert not order.can_cancel
    expect(order.page.get_by_role("link", name="Escolher de novo nesta sessão")).to_be_visible()


def test_who_thinks_twice_keeps_the_order(open_session: OpenPage, open_order: OpenOrder) -> None:
    page = open_session("GRANDE")
    page.hold("J05")
    order = open_order(page.pay())
    order.page.locator("[data-acao=cancelar]").click()
    order.page.get_by_role("button", name="Manter pedido").click()
    assert order.state == "confirmado"
    page.expect_seat("J05", "ocupado")


def test_an_order_can_be_put_into_the_calendar(
    open_session: OpenPage, open_order: OpenOrder
) -> None:
    page = open_session("GRANDE")
    page.hold("J08")
    order = open_order(page.pay())
    with order.page.expect_download() as download:
        order.page.get_by_role("link", name="Pôr na agenda").click()
    entry = download.value.path().read_text()
    assert entry.startswith("BEGIN:VCALENDAR")
    assert f"DTSTART:{SOON.replace('-', '').replace(':', '')[:8]}" in entry.replace(
        ";TZID=America/Sao_Paulo", ""
    )


def test_each_ticket_is_printed_whole_in_a_block_of_its_own(
    open_session: OpenPage, open_order: OpenOrder
) -> None:
    page = open_session("GRANDE")
    page.hold("J11", "J12")
    order = open_order(page.pay())
    order.page.emulate_media(media="print")
    for seat in ("J11", "J12"):
        text = order.ticket_text(seat)
        for fact in ("Vagalume", "19h00", "Sala 1", seat, order.code):
            assert fact in text, fact
    assert order.page.locator("[data-acao=imprimir]").is_hidden()
