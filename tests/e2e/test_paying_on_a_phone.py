"""On a phone nobody pays before having seen what for, and its own ways (Back, reload, keyboard)
do no harm."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.audience import Audience
from tests.e2e.page import ANA, ProgrammePage, SessionPage
from tests.support.system import System

MOST_TAPS = 6
WIDTH, HEIGHT = 390, 844
EDGE_PX = 10  # of a notice, padding and border
OpenPhone = Callable[..., Page]

_FRAME = "() => new Promise(requestAnimationFrame)"  # the page paints once a frame
_COUNT_TAPS = 'addEventListener("pointerdown", () => tapped(), true)'


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        has_touch=True,
        is_mobile=True,
        locale="pt-BR",
        timezone_id="America/Sao_Paulo",
    )
    with closing(context):
        yield context.new_page()


@pytest.fixture
def session(system: System, phone: Page) -> SessionPage:
    return SessionPage(phone, system.gateways[0].url).open()


def choose(page: SessionPage, *seats: str) -> None:
    """By finger: a small seat comes closer first."""
    for seat in seats:
        page.seat(seat).tap()
        page.page.evaluate(_FRAME)
        if page.seat_state(seat) == "free":
            page.seat(seat).tap()
        page.expect_seat(seat, "mine")


def next_step(page: SessionPage) -> Locator:
    """The one button of the sheet."""
    return page.page.locator("[data-part=sum] button:visible")


def test_a_purchase_takes_few_taps_and_each_thing_is_seen_before_it_is_paid(
    system: System, phone: Page
) -> None:
    taps: list[str] = []
    phone.expose_function("tapped", lambda: taps.append(phone.url))
    phone.add_init_script(_COUNT_TAPS)
    programme = ProgrammePage(phone, system.gateways[0].url).open()
    day = programme.session("S001").get_attribute("data-day")  # tomorrow, after 17h45
    phone.goto(f"{programme.base_url}/?dia={day}")
    programme.session("S001").tap()
    page = SessionPage(phone, programme.base_url)
    page.wait_live()
    page.stay_when_paid()
    choose(page, "F07")

    expect(next_step(page)).to_have_text("Escolher ingresso")
    next_step(page).tap()
    options = page.ticket("F07").locator("option").all_text_contents()
    assert [" ".join(option.split()) for option in options][:2] == [
        "R$ 32 · Inteira",
        "R$ 16 · Meia · estudante",
    ]
    expect(page.ticket("F07").locator("select")).to_be_focused()
    expect(next_step(page)).to_have_text("Pagar R$ 32,00")
    next_step(page).tap()
    for fact in ("O Agente Secreto", "17h45 · Sala 1", "F07 Inteira R$ 32,00", "Total R$ 32,00"):
        assert fact in page.paid_for
    expect(page.dialog.locator("[data-part=payment-summary]")).to_be_in_viewport()

    page.dialog.locator("#name").tap()
    for text in (ANA.name, "52998224725", ANA.email):
        phone.keyboard.type(text)
        phone.keyboard.press("Enter")  # leads from field to field, and sends behind the last
    page.paid()
    assert len(taps) <= MOST_TAPS


@pytest.mark.nightly
def test_the_collapsed_sheet_names_seats_film_hour_and_price_once(session: SessionPage) -> None:
    choose(session, "C09", "C10")
    lines = session.page.locator(".order-what").inner_text().splitlines()
    assert [" ".join(line.split()) for line in lines] == [
        "C09 e C10",
        "O Agente Secreto · 17h45",
        "2 inteiras · R$ 64,00",
    ]
    expect(next_step(session)).to_have_text("Escolher ingressos · 2")


@pytest.mark.nightly
def test_the_obstacle_to_paying_is_the_next_step(session: SessionPage) -> None:
    choose(session, "B03", "B05")
    expect(next_step(session)).to_have_text("Resolver 1 aviso")
    next_step(session).tap()
    offer = session.page.locator("[data-part=advice] button").first
    expect(offer).to_be_focused()
    assert session.dialog.is_hidden()
    offer.tap()
    expect(next_step(session)).to_have_text("Pagar R$ 96,00")


def test_back_closes_the_form_and_not_the_page(session: SessionPage) -> None:
    choose(session, "G09")
    url = session.page.url
    for _ in range(2):
        session.open_payment()
        session.page.go_back()
        expect(session.dialog).to_be_hidden()
        assert session.page.url == url
    session.open_payment()
    session.close_payment()
    assert session.page.evaluate("history.state") is None
    session.expect_seat("G09", "mine")


@pytest.mark.nightly
def test_back_leads_from_the_tickets_to_the_map(session: SessionPage) -> None:
    choose(session, "D09")
    url = session.page.url
    session.pay()
    session.dialog.locator("[data-part=payment-order]").tap()
    session.page.wait_for_url("**/pedido/**")
    session.page.go_back()
    assert session.page.url == url
    session.wait_live()


def test_a_reload_in_the_form_keeps_name_and_address_and_no_cpf(session: SessionPage) -> None:
    choose(session, "H09")
    session.open_payment()
    session.fill_payment(ANA)
    session.page.reload()
    session.wait_live()
    session.expect_seat("H09", "mine")
    session.open_payment()
    values = [session.dialog.locator(f"#{name}").input_value() for name in ("name", "cpf", "email")]
    assert values == [ANA.name, "", ANA.email]
    session.page.go_back()
    expect(session.dialog).to_be_hidden()


@pytest.mark.nightly
def test_what_was_typed_for_one_purchase_is_not_kept_for_the_next(session: SessionPage) -> None:
    choose(session, "A08")
    session.pay()
    session.page.reload()
    session.wait_live()
    choose(session, "I05")
    session.open_payment()
    assert session.dialog.locator("#name").input_value() == ""


@pytest.mark.nightly
def test_a_wrong_field_comes_with_its_label_and_nothing_covers_it(session: SessionPage) -> None:
    choose(session, "I09")
    session.open_payment()
    session.page.set_viewport_size({"width": 360, "height": 640})
    session.submit_payment()
    expect(session.dialog.locator("#name")).to_be_focused()
    expect(session.dialog.locator("label[for=name]")).to_be_in_viewport(ratio=1)


@pytest.mark.nightly
def test_a_notice_leaves_the_seats_to_be_seen_that_it_names(
    session: SessionPage, audience: Audience
) -> None:
    session.page.set_viewport_size({"width": 360, "height": 640})
    audience.hold("J10")
    session.expect_seat("J10", "held")
    session.seat("J10").scroll_into_view_if_needed()
    session.click("J10")
    session.expect_notice("held", "J10")
    assert not _overlap(session.seat("J10"), session.page.locator("[data-part=notice]"))


@pytest.mark.nightly
def test_a_notice_is_above_the_open_sheet_and_has_no_empty_bottom(
    session: SessionPage,
) -> None:
    choose(session, "E09")
    next_step(session).tap()
    session.more_time.dispatch_event("click")
    session.expect_notice("extended")
    notice = session.page.locator("[data-part=notice]")
    (top, bottom), (_, text_bottom) = _edges(notice), _edges(notice.locator("p"))
    assert top >= 0
    assert bottom < _edges(session.page.locator("[data-part=order]"))[0]
    assert bottom - text_bottom < EDGE_PX


def _overlap(one: Locator, other: Locator) -> bool:
    (top, bottom), (other_top, other_bottom) = _edges(one), _edges(other)
    return top < other_bottom and other_top < bottom


def _edges(node: Locator) -> tuple[float, float]:
    """Top and bottom, in the window's pixels."""
    box = node.bounding_box()
    assert box
    return box["y"], box["y"] + box["height"]
