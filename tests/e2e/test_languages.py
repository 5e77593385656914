"""Portuguese, English and Spanish: chosen by the browser or by the switch, and everything is in
the one chosen."""

import pytest
from playwright.sync_api import expect

from cinema.language_tags import LANGUAGES
from tests.e2e.audience import Audience
from tests.e2e.conftest import NewPage, OpenPage, OpenWired
from tests.e2e.marked_language import speak_marked, unmarked
from tests.e2e.page import Buyer, OrderPage, ProgrammePage, SessionPage
from tests.e2e.wire import Frame
from tests.support.system import System

TITLES = {"pt-BR": "Escolha suas poltronas", "en": "Choose your seats", "es": "Elige tus butacas"}


def order_title(page: SessionPage) -> str:
    return page.page.locator("[data-part=order-title]").inner_text()


# --------------------------------------------------------------------------------------- chosen how


@pytest.mark.parametrize(
    ("browser_says", "language"),
    [
        pytest.param("pt-PT", "pt-BR", marks=pytest.mark.nightly),
        ("en-US", "en"),
        pytest.param("es-AR", "es", marks=pytest.mark.nightly),
        ("de-DE", "pt-BR"),
    ],
)
def test_the_page_speaks_what_the_browser_asks_for(
    browser_says: str, language: str, open_session: OpenPage
) -> None:
    page = open_session(language=browser_says)
    expect(page.page.locator("html")).to_have_attribute("lang", language)
    assert order_title(page) == TITLES[language]


@pytest.mark.nightly
def test_only_the_texts_of_the_language_in_force_are_loaded(open_session: OpenPage) -> None:
    loaded: list[str] = []
    open_session(
        language="es", prepare=lambda tab: tab.on("request", lambda asked: loaded.append(asked.url))
    )
    names = {url.rsplit("/", 1)[-1] for url in loaded}
    assert names & {"pt.js", "en.js", "es.js"} == {"es.js"}


def test_the_switch_keeps_the_session_and_what_is_held(open_session: OpenPage) -> None:
    page = open_session()
    page.hold("C07")
    before = page.page.url
    for language in ("en", "es", "pt-BR"):
        page.page.locator(f"[data-language={language}]").click()
        expect(page.page.locator("html")).to_have_attribute("lang", language)
        page.wait_live()
        page.expect_seat("C07", "mine")
        assert page.page.url == before
    page.release("C07")


@pytest.mark.nightly
def test_the_choice_holds_on_every_page_and_for_pages_that_the_browser_kept(
    system: System, new_page: NewPage
) -> None:
    programme = ProgrammePage(new_page(), system.gateways[0].url).open()
    session = programme.choose("S001")
    session.page.locator("[data-language=en]").press("Enter")
    expect(session.page.locator("html")).to_have_attribute("lang", "en")
    session.wait_live()
    session.page.go_back()
    expect(session.page.locator("h1")).to_have_text("Now showing")


def test_refusals_and_faults_are_in_the_buyers_language(open_session: OpenPage) -> None:
    page = open_session(language="en")
    page.best(6)
    page.party(0)
    free = page.page.locator("#grid [data-kind=comum][data-state=free]").first
    free.click()
    expect(page.page.locator("[data-part=notice-text]")).to_contain_text("seats per person")
    page.open_payment()
    assert "Screen 1" in page.paid_for
    page.fill_payment(Buyer("", "111.111.111-11", "ana"))
    page.submit_payment()
    assert page.payment_faults() == {
        "name": "Enter your name.",
        "cpf": "That CPF is not valid. Check the digits.",
        "email": "That e-mail looks incomplete. Example: name@example.com",
    }
    page.close_payment()
    page.release(*page.held())


@pytest.mark.nightly
def test_faults_that_only_the_gateway_found_are_in_the_buyers_language_too(
    open_wired: OpenWired,
) -> None:
    page, wire = open_wired(language="es")
    page.hold("B01")
    page.open_payment()
    page.fill_payment()

    def forge(frame: Frame) -> list[Frame]:
        if "pagamento" in frame:
            frame["pagamento"] |= {"cpf": "111.111.111-11"}
        return [frame]

    wire.to_gateway = forge
    page.submit_payment()
    page.expect_dialog("form")
    assert page.payment_faults() == {
        "cpf": "Esto no fue aceptado. Revísalo.",
        "": "Revisa los campos marcados. No se cobró nada.",
    }
    page.close_payment()
    page.release("B01")


# ------------------------------------------------------------------------- nothing said by the code


@pytest.mark.nightly
def test_the_programme_says_nothing_of_its_own(system: System, new_page: NewPage) -> None:
    page = new_page()
    speak_marked(page)
    ProgrammePage(page, system.gateways[0].url).open()
    assert "\u27e6" in page.locator("h1").inner_text()
    assert unmarked(page) == []


def test_the_map_says_nothing_of_its_own(open_session: OpenPage, audience: Audience) -> None:
    audience.hold("F03")
    page = open_session(prepare=speak_marked)
    page.expect_seat("F03", "held")
    assert unmarked(page.page) == []
    page.click("F03")
    page.expect_notice("held")
    page.hold("F07", "F08")
    assert unmarked(page.page) == []
    page.show_list("A")
    assert unmarked(page.page) == []
    for seat in ("F07", "F08"):
        page.list_seat(seat).click()
        page.expect_seat(seat, "free")


@pytest.mark.nightly
def test_paying_and_the_order_say_nothing_of_their_own(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    page = open_session(prepare=speak_marked)
    page.hold("E05", "E06")
    page.open_payment()
    page.fill_payment(Buyer("<b>", "111.111.111-11", "ana@@exemplo,com"))
    page.submit_payment()
    assert unmarked(page.page) == []
    page.fill_payment()
    page.submit_payment()
    order = page.paid()
    assert unmarked(page.page) == []
    for tab, reference in (
        (new_page(), page.order_link),  # somebody whom the tickets were forwarded to
        (page.page.context.new_page(), order),
    ):
        speak_marked(tab)
        OrderPage(tab, system.gateways[0].url).open(reference)
        assert unmarked(tab) == []


@pytest.mark.parametrize(
    "path",
    [
        "/sessao/NADA",
        pytest.param("/pedido/12-AAAAAAAAAAAAAAAAAAAAAA", marks=pytest.mark.nightly),
    ],
)
def test_a_missing_page_says_so_in_every_language(
    path: str, system: System, new_page: NewPage
) -> None:
    headings = set()
    for language in LANGUAGES:
        page = new_page(language)
        page.goto(f"{system.gateways[0].url}{path}")
        headings.add(page.get_by_role("heading").inner_text())
    assert len(headings) == len(LANGUAGES)
