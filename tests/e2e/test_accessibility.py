"""axe-core finds nothing in any state of the page, on a dark desk and on a light phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from cinema.language_tags import LANGUAGES
from tests.e2e.audience import Audience
from tests.e2e.axe import expect_no_faults, faults
from tests.e2e.conftest import NewPage, OpenPage, OpenWired
from tests.e2e.page import Buyer, OrderPage, ProgrammePage
from tests.support.demo_programme import TINY, demo, new_session, new_tiny_room
from tests.support.system import System, running_system
from tests.support.waiting import wait_until

# The structure is the same in each; what differs is how long the texts are.
EACH_LANGUAGE = pytest.mark.parametrize(
    "language",
    [
        pytest.param(language, marks=() if language == "pt-BR" else pytest.mark.nightly)
        for language in LANGUAGES
    ],
)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """With two sessions of two seats, one that can be cancelled for years, and one that is over."""
    programme = demo(
        new_tiny_room(),
        new_session("S800", "11:30:00", room=TINY, comum=2400),
        new_session("S801", "13:30:00", room=TINY, comum=2400),
        new_session(
            "S810",
            "2037-12-13T17:45:00",
            film="agente-secreto",
            room="sala-1",
            comum=3200,
            premium=4400,
        ),
        new_session("S900", "2026-01-02T14:00:00", comum=2400, premium=3000),
    )
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, programme=programme) as running:
        yield running


def test_a_fault_would_be_found(system: System, new_page: NewPage) -> None:
    page = ProgrammePage(new_page(), system.gateways[0].url).open().page
    page.locator("h1").evaluate("(title) => title.style.setProperty('color', 'var(--line)')")
    (fault,) = faults(page)
    assert fault.startswith("color-contrast: h1")


def test_the_programme(system: System, new_page: NewPage, audience: Audience) -> None:
    audience.session = "S800"
    audience.buy("A01", "A02")
    programme = ProgrammePage(new_page(), system.gateways[0].url).open()
    for session, state in {"S001": "free", "S800": "sold_out", "S900": "ended"}.items():
        expect(programme.session(session)).to_have_attribute("data-state", state)
    expect_no_faults(programme.page)


@EACH_LANGUAGE
def test_the_map(language: str, open_session: OpenPage) -> None:
    page = open_session(language=language)
    expect(page.page.locator("html")).to_have_attribute("lang", language)
    expect_no_faults(page.page, seats=True)


@pytest.mark.nightly  # one state more of a map
def test_a_map_that_is_sold_out(open_session: OpenPage, audience: Audience) -> None:
    audience.session = "S801"
    audience.buy("A01", "A02")
    page = open_session("S801")
    expect(page.closed_title).to_be_visible()
    expect_no_faults(page.page, seats=True)


@pytest.mark.nightly
def test_the_map_with_seats_held_by_oneself_and_by_somebody_else(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.hold("C03", "C04")
    page = open_session()
    page.hold("C07", "C08")
    page.expect_seat("C03", "held")
    expect_no_faults(page.page, seats=True)
    page.page.locator("[data-action=tickets]").click()
    expect_no_faults(page.page, seats=True)


@pytest.mark.nightly  # one state more of a map
def test_a_seat_that_somebody_else_has(open_session: OpenPage, audience: Audience) -> None:
    page = open_session()
    audience.hold("D07")
    page.expect_seat("D07", "held")
    page.click("D07")
    page.expect_notice("held")
    expect_no_faults(page.page)


@pytest.mark.nightly
@EACH_LANGUAGE
def test_the_payment_with_everything_wrong(language: str, open_session: OpenPage) -> None:
    page = open_session(language=language)
    page.best(1)
    page.open_payment()
    page.fill_payment(Buyer("<b>", "111.111.111-11", "ana@@exemplo,com"))
    page.submit_payment()
    assert set(page.payment_faults()) == {"name", "cpf", "email"}
    expect_no_faults(page.page)
    page.page.get_by_role("radio").nth(1).check()
    expect_no_faults(page.page)


def test_a_purchase_from_the_payment_to_the_cancelled_order(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    page = open_session("S810")
    page.hold("E05")
    order = page.pay()
    expect_no_faults(page.page)
    forwarded = OrderPage(new_page(), system.gateways[0].url).open(page.order_link)
    expect_no_faults(forwarded.page)
    shown = OrderPage(page.page, page.base_url).open(order)
    expect_no_faults(shown.page)
    shown.page.locator("[data-action=cancel]").click()
    expect_no_faults(shown.page)
    shown.page.locator("[data-action=keep]").click()
    shown.cancel()
    expect_no_faults(shown.page)


@pytest.mark.nightly
def test_choosing_for_a_party_and_being_invited(open_session: OpenPage, audience: Audience) -> None:
    audience.session = "S810"
    page = open_session("S810")
    page.ask_best()
    page.expect_notice("how_many")
    expect_no_faults(page.page)
    page.use_notice("3")
    page.moved_from([], 3)
    page.seat("C08").hover()
    wait_until(lambda: len(page.marked("preview")) == 3, what="a preview")
    expect_no_faults(page.page, seats=True)
    page.page.set_viewport_size({"width": 1280, "height": 900})
    page.party(0)
    page.release(*page.held())
    audience.hold("D07")
    invited = open_session("S810?junto=D07")
    wait_until(lambda: invited.marked("friend") == ["D07"], what="a friend is marked")
    expect_no_faults(invited.page, seats=True)
    audience.release("D07")


@pytest.mark.nightly
def test_seats_that_cannot_be_paid_like_this(open_session: OpenPage) -> None:
    page = open_session("S810")
    page.hold("B02", "B03")
    page.page.locator("[data-action=pay]").click()
    expect(page.page.locator("[data-part=advice]")).to_be_visible()
    expect_no_faults(page.page)


@pytest.mark.nightly
def test_a_payment_whose_answer_is_not_known(open_wired: OpenWired) -> None:
    page, wire = open_wired("S810")
    page.hold("E10")
    page.open_payment()
    page.fill_payment()
    wire.die()
    page.submit_payment()
    page.expect_dialog("checking", seconds=30)
    expect_no_faults(page.page)


@pytest.mark.nightly
def test_the_list(open_session: OpenPage, audience: Audience) -> None:
    audience.hold("F03")
    page = open_session()
    page.hold("F07")
    page.show_list("A", "I")
    expect_no_faults(page.page)


@pytest.mark.nightly
def test_a_line_that_is_lost(open_wired: OpenWired) -> None:
    page, wire = open_wired()
    wire.die()
    wire.cut()
    page.wait_line("reconnecting")
    expect_no_faults(page.page)


@pytest.mark.nightly  # test_closed_session looks at another session that never was
@pytest.mark.parametrize("path", ["/sessao/NADA", "/pedido/12-AAAAAAAAAAAAAAAAAAAAAA"])
def test_what_does_not_exist(path: str, system: System, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{system.gateways[0].url}{path}")
    expect(page.get_by_role("heading")).to_have_text(re.compile("não"))
    expect_no_faults(page)
