"""A session in which nothing is sold any more: the hall fades, and one card says why and leads
to two with seats."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.audience import Audience
from tests.e2e.axe import expect_no_faults
from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.page import OrderPage, SessionPage
from tests.support.demo_programme import TINY, demo, new_room, new_session, new_tiny_room
from tests.support.system import System, running_system

FULL = ("CHEIA-1", "CHEIA-2", "CHEIA-3")
START, LATER, LAST = "2037-12-13T17:45:00", "2037-12-13T21:00:00", "2037-12-14T21:00:00"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Sessions of two seats, each in a room of its own, and two later ones of the same film with
    seats."""
    programme = demo(
        new_tiny_room(),
        new_room("sala-b", "A .."),
        new_room("sala-c", "A .."),
        new_session(FULL[0], START, room=TINY, comum=2400),
        new_session(FULL[1], START, film="mare-de-sal", room="sala-b", comum=2400),
        new_session(FULL[2], START, film="mare-de-sal", room="sala-c", comum=2400),
        new_session("DEPOIS", LATER, room="sala-b", comum=2400),
        new_session("ULTIMA", LAST, room="sala-b", comum=2400),
        new_session("OUTRO", LATER, film="agente-secreto", room="sala-c", comum=2400),
        new_session("PASSOU", "2026-01-02T14:00:00", comum=2400, premium=3000),
    )
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, pairs=2, programme=programme) as running:
        yield running


def expect_faded(page: SessionPage) -> None:
    """Nothing is left that is about choosing: neither legend nor tools, no seat can be reached,
    and nothing is live."""
    for part in ("legend", "best", "zoom", "activity", "line", "banner"):
        expect(page.page.locator(f"[data-part={part}]")).to_be_hidden()
    expect(page.page.locator("[data-action=list]")).to_be_hidden()
    assert page.page.locator("[data-part=map]").evaluate("(map) => map.inert")


def test_the_last_seats_are_sold_while_one_chooses_and_two_later_sessions_of_the_film_are_offered(
    open_session: OpenPage, audience: Audience
) -> None:
    page = open_session(FULL[0])
    page.seat("A01").focus()
    audience.session = FULL[0]
    audience.buy("A01", "A02")
    expect(page.closed_title).to_have_text("Todas as poltronas foram vendidas")
    expect(page.closed_title).to_be_focused()
    expect(page.other_sessions).to_have_count(2)
    expect_faded(page)
    assert page.other_sessions.evaluate_all("(links) => links.map(({ pathname }) => pathname)") == [
        "/sessao/DEPOIS",
        "/sessao/ULTIMA",
    ]
    expect(page.other_sessions.first).to_contain_text("dom 13/12 · 21h")
    expect(page.other_sessions.first).to_contain_text("2 lugares livres")
    expect(page.page.locator("[data-part=order-title]")).to_have_text("Ingressos esgotados")
    expect_no_faults(page.page, seats=True)
    page.page.locator("[data-part=order-text] a").click()
    expect(page.page.locator("[data-part=films]")).to_be_visible()
    page.page.go_back()
    page.other_sessions.first.click()
    page.wait_live()
    assert page.seats_in("free") == ["A01", "A02"]
    expect(page.page.locator("[data-part=legend]")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "title", "panel", "others"),
    [
        (
            "pt-BR",
            "Esta sessão já terminou",
            "Vendas encerradas",
            "Estas sessões ainda têm lugares:",
        ),
        pytest.param(
            "en",
            "This screening is over",
            "Sales have ended",
            "These screenings still have seats:",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            "es",
            "Esta función ya terminó",
            "Venta cerrada",
            "Estas funciones todavía tienen lugares:",
            marks=pytest.mark.nightly,
        ),
    ],
)
def test_a_session_that_is_over_says_so_in_the_buyers_language(
    language: str, title: str, panel: str, others: str, open_session: OpenPage
) -> None:
    page = open_session("PASSOU", language=language)
    expect(page.closed_title).to_have_text(title)
    expect(page.closed_card).to_contain_text(others)
    expect(page.other_sessions).to_have_count(2)
    expect(page.page.locator("[data-part=order-title]")).to_have_text(panel)
    expect_faded(page)
    expect_no_faults(page.page)


@pytest.mark.nightly
def test_seats_that_come_back_light_the_hall_again(
    system: System, open_session: OpenPage, new_page: NewPage, audience: Audience
) -> None:
    audience.session = FULL[1]
    audience.buy("A02")
    ana = open_session(FULL[1])
    ana.hold("A01")
    # The only seat that is held is one's own: nothing is left, and nobody else could give one back.
    assert ana.banner == ""
    order = OrderPage(ana.page.context.new_page(), ana.base_url).open(ana.pay())
    bia = open_session(FULL[1], gateway=1)
    expect(bia.closed_title).to_be_visible()
    order.cancel()
    expect(bia.closed_card).to_have_count(0)
    bia.hold("A01")
    bia.release("A01")


@pytest.mark.nightly
def test_seats_that_others_hold_may_come_back_and_that_is_said(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = FULL[2]
    audience.hold("A01", "A02")
    page = open_session(FULL[2])
    expect(page.page.locator("[data-part=banner]")).to_have_text(
        "Nenhuma livre agora, mas há poltronas sendo escolhidas. Se alguém desistir, aparece aqui."
    )
    expect(page.closed_card).to_have_count(0)
    audience.release("A01", "A02")
    page.expect_seat("A01", "free")


@pytest.mark.nightly
def test_a_link_to_a_session_that_never_was_leads_to_the_next_ones(
    system: System, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(f"{system.gateways[0].url}/sessao/NADA")
    expect(page.get_by_role("heading")).to_have_text("Esta sessão não existe")
    expect(page.locator(".other-session")).to_have_count(2)
    expect_no_faults(page)
