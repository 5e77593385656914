"""The order's page: the link shows the tickets, and only who bought them can change the order."""

import json
import re
import subprocess
import sys
import uuid
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from deploy import ROOT
from tests.e2e.axe import expect_no_faults
from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.page import ANA, Buyer, OrderPage, SessionPage
from tests.support.mailbox import body
from tests.support.system import System
from tests.support.waiting import wait_until

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SIZES = pytest.mark.parametrize(
    "size",
    [
        pytest.param(PHONE, id="phone"),
        pytest.param(DESKTOP, id="desktop", marks=pytest.mark.nightly),
    ],
)
WITHOUT_STORAGE = """Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("blocked", "SecurityError"); },
});"""


def bought(open_session: OpenPage) -> SessionPage:
    page = open_session()
    page.best(1)
    page.pay()
    return page


def manage_link(system: System, order_id: str) -> str:
    """The last one of the order's mail, as a reference."""
    wait_until(lambda: mails(system, order_id), what="the mail is there")
    text = body(mails(system, order_id)[0], "plain")
    return str(re.findall(r"/pedido/(\S+)", text)[-1])


def mails(system: System, order_id: str) -> list[EmailMessage]:
    return [mail for mail in system.mailbox.messages if order_id in str(mail["Message-ID"])]


@SIZES
def test_a_forwarded_link_shows_the_ticket_and_says_whose_the_rest_is(
    system: System, open_session: OpenPage, new_page: NewPage, size: dict[str, int]
) -> None:
    page = bought(open_session)
    tab = new_page()
    tab.set_viewport_size(size)  # type: ignore[arg-type]
    shown = OrderPage(tab, system.gateways[0].url).open(page.order_link)
    assert shown.has_qr(shown.seats[0])
    for name in ("cancelar", "reenviar"):
        expect(tab.locator(f"[data-action={name}]")).to_be_hidden()
    expect(tab.locator("[data-part=view-only]")).to_be_visible()
    expect(tab.locator("[data-part=view-only]")).to_contain_text("quem comprou")
    assert shown.overflow == 0
    for private in (ANA.name, ANA.email, "982.247"):
        assert private not in tab.content()


@SIZES
def test_the_buyer_manages_the_order_from_the_page_it_was_bought_on(
    open_session: OpenPage, size: dict[str, int]
) -> None:
    page = bought(open_session)
    page.page.set_viewport_size(size)  # type: ignore[arg-type]
    page.dialog.locator("[data-part=payment-order]").click()
    shown = OrderPage(page.page, page.base_url)
    expect(page.page.locator("[data-part=view-only]")).to_be_hidden()
    assert shown.fact("name").startswith(ANA.name)
    assert shown.overflow == 0
    shown.cancel()


@pytest.mark.nightly  # a browser that lacks something, once more
def test_a_buyer_whose_cookie_has_gone_still_cancels_in_the_same_tab(
    open_session: OpenPage, new_page: NewPage
) -> None:
    page = bought(open_session)
    link = page.order_link
    page.page.context.clear_cookies()
    page.dialog.locator("[data-part=payment-order]").click()
    shown = OrderPage(page.page, page.base_url)
    expect(page.page.locator("[data-action=cancel]")).to_be_visible()
    shown.cancel()
    assert in_address_bar(page.page) == link


def test_the_manage_link_of_the_mail_cancels_and_does_not_stay_in_the_address_bar(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    page = bought(open_session)
    link = page.order_link
    tab = new_page()
    shown = OrderPage(tab, system.gateways[0].url).open(manage_link(system, link.split(".")[0]))
    assert in_address_bar(tab) == link
    copied = OrderPage(new_page(), system.gateways[0].url).open(in_address_bar(tab))
    assert not copied.can_cancel
    tab.reload()
    expect(tab.locator("[data-action=cancel]")).to_be_visible()
    shown.cancel()


@pytest.mark.nightly  # a browser that lacks something, once more
def test_a_browser_that_keeps_nothing_manages_by_the_link_that_it_was_opened_with(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    page = bought(open_session)
    reference = manage_link(system, page.order_link.split(".")[0])
    tab = new_page()
    tab.add_init_script(WITHOUT_STORAGE)
    shown = OrderPage(tab, system.gateways[0].url).open(reference)
    assert in_address_bar(tab) == reference
    shown.cancel()


def test_the_id_alone_is_nothing_to_a_stranger_and_everything_to_the_buyer(
    open_session: OpenPage, new_page: NewPage
) -> None:
    page = bought(open_session)
    order_id, _ = page.order_link.split(".")
    tab = new_page()
    tab.goto(f"{page.base_url}/pedido/{order_id}")
    expect(tab.get_by_role("heading", name="Pedido não encontrado")).to_be_visible()
    own = OrderPage(page.page.context.new_page(), page.base_url).open(order_id)
    assert own.can_cancel
    assert in_address_bar(own.page) == f"{order_id}.{page.order_link.split('.')[1]}"


@SIZES
def test_a_mistyped_address_is_corrected_and_the_mail_goes_to_the_right_one(
    system: System, open_session: OpenPage, size: dict[str, int]
) -> None:
    page = open_session()
    page.page.set_viewport_size(size)  # type: ignore[arg-type]
    page.best(1)
    page.pay(Buyer(email="ana@gmial.example"))
    right = f"ana-{uuid.uuid4().hex}@exemplo.com.br"
    page.dialog.locator("[data-part=payment-order]").click()
    shown = OrderPage(page.page, page.base_url)
    shown.expect_mail("enviado")
    shown.correct_address("ana@gmail")
    expect(shown.address_fault).to_contain_text("parece incompleto")
    expect(page.page.locator("[data-part=address-input]")).to_be_focused()
    assert shown.overflow == 0
    expect_no_faults(page.page)
    page.page.locator("[data-part=address-input]").fill(right)
    page.page.keyboard.press("Enter")
    expect(page.page.locator("[data-part=mail-text]")).to_contain_text(right)
    expect(page.page.locator("[data-part=address]")).to_be_hidden()
    expect(page.page.locator("[data-action=correct]")).to_be_focused()
    shown.expect_mail("enviado")
    (mail,) = [mail for mail in system.mailbox.messages if mail["X-RcptTo"] == right]
    order_id = in_address_bar(page.page).split(".")[0]
    assert order_id in str(mail["Message-ID"])

    def recorded() -> list[str]:
        records = json.loads(system.ledger.read_text())
        return [record["email"] for record in records if record["pedido_id"] == order_id]

    wait_until(lambda: recorded() == [right], what="the ledger has the new address")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("language", "sent"),
    [
        ("pt-BR", r"^Enviado de novo para \S+ às \d{1,2}h\d\d\.$"),
        pytest.param("en", r"^Sent again to \S+ at \d{1,2}:\d\d\.$", marks=pytest.mark.nightly),
        pytest.param(
            "es", r"^Enviado de nuevo a \S+ a las? \d{1,2}:\d\d\.$", marks=pytest.mark.nightly
        ),
    ],
)
def test_a_mail_that_is_sent_again_is_announced(
    system: System, open_session: OpenPage, new_page: NewPage, language: str, sent: str
) -> None:
    order_id = bought(open_session).order_link.split(".")[0]
    reference = manage_link(system, order_id)
    tab = new_page(language)
    shown = OrderPage(tab, system.gateways[0].url).open(reference)
    shown.expect_mail("enviado")
    shown.mail_again()
    expect(shown.mail_text).to_have_text(re.compile(sent), timeout=15_000)
    wait_until(lambda: len(mails(system, order_id)) == 2, what="the mail came again")
    expect(tab.locator("[data-action=resend]")).to_be_enabled()


@pytest.mark.nightly
def test_while_the_end_of_a_mail_is_not_known_the_page_says_so_and_goes_on_asking(
    system: System, open_session: OpenPage
) -> None:
    page = bought(open_session)
    tab = page.page
    wait_until(lambda: mails(system, page.order_link.split(".")[0]), what="the mail is there")
    tab.clock.install()
    page.dialog.locator("[data-part=payment-order]").click()
    shown = OrderPage(tab, page.base_url)
    shown.expect_mail("enviado")
    question = re.compile(r"/api/pedidos/[^/]+$")
    tab.route(question, lambda route: route.abort())
    with tab.expect_request_finished(lambda asked: asked.url.endswith("/reenviar")):
        shown.mail_again()
    expect(shown.mail_text).to_have_text("Certo, estamos enviando de novo.")
    with tab.expect_event("requestfailed"):
        tab.clock.fast_forward(3_000)
    expect(shown.mail_text).to_have_text("Certo, estamos enviando de novo.")

    def says_that_it_takes_long() -> bool:
        tab.clock.fast_forward(20_000)
        return "Está demorando" in (shown.mail_text.text_content() or "")

    wait_until(says_that_it_takes_long)
    tab.unroute(question)

    def says_that_it_was_sent() -> bool:
        tab.clock.fast_forward(20_000)
        return "Enviado de novo" in (shown.mail_text.text_content() or "")

    wait_until(says_that_it_was_sent)


@pytest.mark.nightly
def test_the_page_speaks_of_one_ticket_or_of_several(
    system: System, open_session: OpenPage
) -> None:
    page = open_session()
    page.best(2)
    page.pay()
    page.dialog.locator("[data-part=payment-order]").click()
    shown = OrderPage(page.page, page.base_url)
    shown.expect_mail("enviado")
    expect(shown.mail_text).to_contain_text("Ingressos enviados para")


@pytest.mark.nightly
def test_escape_leaves_the_address_as_it_was(open_session: OpenPage) -> None:
    page = bought(open_session)
    page.dialog.locator("[data-part=payment-order]").click()
    tab = page.page
    tab.locator("[data-action=correct]").click()
    expect(tab.locator("[data-part=address-input]")).to_have_value(ANA.email)
    expect(tab.locator("[data-part=address-input]")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator("[data-part=address]")).to_be_hidden()
    expect(tab.locator("[data-part=mail-text]")).to_contain_text(ANA.email)


def in_address_bar(tab: Page) -> str:
    return tab.url.rsplit("/", 1)[-1]


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt-BR", "Dados pessoais apagados."),
        pytest.param("en", "Personal data erased.", marks=pytest.mark.nightly),
        pytest.param("es", "Datos personales eliminados.", marks=pytest.mark.nightly),
    ],
)
def test_an_order_whose_buyers_data_were_erased_says_so_and_still_shows_its_tickets(
    system: System, open_session: OpenPage, new_page: NewPage, language: str, text: str
) -> None:
    link = bought(open_session).order_link
    reference = manage_link(system, link.split(".")[0])
    erase = [sys.executable, "booking_service_server.py", "--erase-person", reference.split(".")[0]]
    subprocess.run(erase, cwd=ROOT, env=system.bookings[0].env, check=True, timeout=60)
    tab = new_page(language)
    shown = OrderPage(tab, system.gateways[0].url).open(reference)
    assert shown.fact("name") == text
    assert shown.has_qr(shown.seats[0])
    expect(tab.locator("[data-part=mail]")).to_be_hidden()
    expect(tab.locator("[data-action=cancel]")).to_be_visible()
    assert ANA.name not in tab.content()
