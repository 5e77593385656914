"""The order's page at the door, on paper, and with one of its tickets given back."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import expect_no_faults
from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.page import OrderPage, SessionPage
from tests.support.mailbox import body
from tests.support.system import System
from tests.support.waiting import wait_until

PHONE, SIDEWAYS, SMALL = (390, 844), (844, 390), (320, 568)
WAKE_LOCK = """globalThis.locks = [];
Object.defineProperty(Navigator.prototype, "wakeLock", { value: { async request() {
  const lock = { released: false, async release() { lock.released = true; } };
  locks.push(lock);
  return lock;
} } });"""
REFUSED_LOCK = """Object.defineProperty(Navigator.prototype, "wakeLock", { value: {
  async request() { throw new DOMException("battery", "NotAllowedError"); },
} });"""


def bought(
    open_session: OpenPage, seats: int = 2, **options: object
) -> tuple[SessionPage, OrderPage]:
    page = open_session(**options)
    page.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.best(seats)
    page.pay()
    return page, OrderPage(page.page, page.base_url).open(page.order_link)


def link_of(shown: OrderPage) -> str:
    """What is in the address bar, which may be passed on."""
    return shown.page.url.rpartition("/")[2]


def on_screen(tab: Page, selector: str) -> list[bool]:
    """Which of these pictures are seen, at least in part."""
    seen: list[bool] = tab.locator(selector).evaluate_all(
        """(pictures) => pictures.map((one) => {
            const { left, right } = one.getBoundingClientRect();
            const list = one.closest("ul").getBoundingClientRect();
            return right > list.left + 1 && left < list.right - 1;
        })"""
    )
    return seen


def place_of(seat: str) -> str:
    row, number = re.fullmatch(r"([A-Z]+)0*(\d+)", seat).groups()  # type: ignore[union-attr]
    return f"Fila {row} · {number}"


@pytest.mark.parametrize(
    "size", [PHONE, *(pytest.param(one, marks=pytest.mark.nightly) for one in (SIDEWAYS, SMALL))]
)
def test_at_the_door_one_code_fills_the_screen_and_a_swipe_brings_the_next(
    open_session: OpenPage, size: tuple[int, int]
) -> None:
    page, shown = bought(open_session)
    tab, (width, height) = page.page, size
    tab.set_viewport_size({"width": width, "height": height})
    tab.locator("[data-action=show]").click()
    door = tab.locator("[data-part=door]")
    expect(door).to_be_visible()
    assert on_screen(tab, "[data-door] .qr") == [True, False]
    card = tab.locator(f'[data-door="{shown.seats[0]}"]')
    expect(card.locator("h2")).to_have_text(place_of(shown.seats[0]))
    box = card.locator(".qr").bounding_box()
    assert box is not None
    assert box["width"] >= min(width - 20, height - 320, height * 0.62 if width > height else width)
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= height
    assert door.evaluate("(door) => getComputedStyle(door).backgroundColor") == "rgb(255, 255, 255)"
    expect_no_faults(tab)
    tab.keyboard.press("ArrowRight")
    wait_until(lambda: on_screen(tab, "[data-door] .qr") == [False, True])
    tab.locator("[data-action=close-door]").click()
    expect(door).to_be_hidden()
    expect(tab.locator("[data-action=show]")).to_be_focused()


@pytest.mark.nightly
def test_the_screen_stays_awake_at_the_door_and_only_there(open_session: OpenPage) -> None:
    page, _ = bought(open_session, prepare=lambda tab: tab.add_init_script(WAKE_LOCK))
    tab = page.page
    assert tab.evaluate("locks.length") == 0
    tab.locator("[data-action=show]").click()
    wait_until(lambda: tab.evaluate("locks.length === 1 && !locks[0].released"))
    tab.locator("[data-action=close-door]").click()
    wait_until(lambda: tab.evaluate("locks[0].released"))


@pytest.mark.nightly  # a browser that lacks something, once more
def test_a_browser_that_lets_the_screen_go_dark_shows_the_ticket_all_the_same(
    open_session: OpenPage,
) -> None:
    page, _ = bought(open_session, prepare=lambda tab: tab.add_init_script(REFUSED_LOCK))
    page.page.locator("[data-action=show]").click()
    expect(page.page.locator("[data-part=door]")).to_be_visible()


@pytest.mark.nightly
def test_on_a_phone_no_two_codes_are_on_the_page_at_once(open_session: OpenPage) -> None:
    page, shown = bought(open_session, 3)
    tab = page.page
    codes = "[data-part=stubs] .qr"
    assert on_screen(tab, codes) == [True, False, False]
    expect(shown.ticket(shown.seats[0]).locator(".stub-of")).to_have_text("Ingresso 1 de 3")
    tab.locator("[data-action=next]").click()
    wait_until(lambda: on_screen(tab, codes) == [False, True, False])
    shown.ticket(shown.seats[1]).locator("[data-action=show-one]").click()
    wait_until(lambda: on_screen(tab, "[data-door] .qr") == [False, True, False])
    assert shown.overflow == 0
    expect(tab.locator(".home")).to_have_attribute("href", "/")


@pytest.mark.nightly
def test_on_paper_each_ticket_has_the_film_large_its_row_and_seat_and_its_code(
    open_session: OpenPage,
) -> None:
    page, shown = bought(open_session)
    page.page.emulate_media(media="print")
    for seat in shown.seats:
        ticket = shown.ticket(seat)
        expect(ticket.locator(".stub-film")).to_be_visible()
        expect(ticket.locator("h2")).to_have_text(place_of(seat))
        expect(ticket.locator(".code-text")).to_be_visible()
        expect(ticket.locator(".qr")).to_be_visible()
    boxes = [shown.ticket(seat).bounding_box() for seat in shown.seats]
    assert boxes[0]
    assert boxes[1]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
    expect(page.page.locator("[data-part=mail]")).to_be_hidden()


# ------------------------------------------------------------------------------- giving a seat back


def give_back(shown: OrderPage, seat: str) -> None:
    shown.ticket(seat).locator("[data-action=cancel-seat]").click()
    shown.page.locator("[data-action=cancel-surely]").click()


def test_one_ticket_of_two_is_given_back_and_the_other_stays(
    system: System, open_session: OpenPage
) -> None:
    watcher = open_session()
    _, shown = bought(open_session)
    kept, gone = shown.seats
    shown.ticket(gone).locator("[data-action=cancel-seat]").click()
    dialog = shown.page.locator("[data-part=cancel-dialog]")
    expect(dialog).to_contain_text(place_of(gone))
    expect(dialog).to_contain_text("O outro ingresso continua valendo.")
    expect(dialog).to_contain_text(re.compile(r"Você recebe R\$\s\d+,00 de volta por Pix"))
    expect_no_faults(shown.page)
    shown.page.locator("[data-action=cancel-surely]").click()
    back = shown.page.locator(f'[data-given-back="{gone}"]')
    expect(back).to_contain_text(place_of(gone))
    expect(shown.page.locator("[data-part=given-back]")).to_contain_text("de volta por Pix")
    assert (shown.seats, shown.state) == ([kept], "confirmado")
    expect(shown.ticket(kept).locator("[data-action=cancel-seat]")).to_have_count(0)
    watcher.expect_seat(gone, "free")
    assert watcher.seat_state(kept) == "sold"
    order_id = link_of(shown).split(".")[0]

    def second_mail() -> str:
        mails = [m for m in system.mailbox.messages if f"{order_id}.1@" in str(m["Message-ID"])]
        return body(mails[0], "plain") if mails else ""

    wait_until(second_mail, what="the mail with what is left")
    assert f"Cancelada: {place_of(gone)}." in second_mail()

    def in_ledger() -> list[object]:
        records = json.loads(system.ledger.read_text())
        return [
            (r["assentos"], [d["assento"] for d in r.get("devolvidos", [])])
            for r in records
            if r["pedido_id"] == order_id
        ]

    wait_until(lambda: in_ledger() == [([kept], [gone])], what="the ledger has it, too")


def test_an_answer_that_got_lost_leaves_the_ticket_to_be_given_back_again_once(
    open_session: OpenPage,
) -> None:
    _, shown = bought(open_session)
    kept, gone = shown.seats
    lost: list[str] = []

    def lose(route: object) -> None:
        """The gateway does it, and nobody hears of it."""
        if lost:
            route.continue_()  # type: ignore[attr-defined]
            return
        lost.append(gone)
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    shown.page.route("**/assentos/cancelar", lose)
    give_back(shown, gone)
    expect(shown.page.locator("[data-part=cancel-error]")).to_contain_text("Tente de novo")
    shown.page.locator("[data-action=cancel-surely]").click()
    expect(shown.page.locator("[data-part=cancel-dialog]")).to_be_hidden()
    expect(shown.page.locator("[data-given-back]")).to_have_count(1)
    assert shown.seats == [kept]


@pytest.mark.nightly  # more of one ticket that is given back
def test_two_tabs_that_give_back_one_ticket_each_cancel_the_order(open_session: OpenPage) -> None:
    page, shown = bought(open_session)
    beside = OrderPage(page.page.context.new_page(), page.base_url).open(link_of(shown))
    first, second = shown.seats
    give_back(shown, first)
    expect(shown.page.locator("[data-given-back]")).to_have_count(1)
    give_back(beside, second)
    expect(beside.page.locator("[data-part=receipt]")).to_have_attribute("data-state", "cancelado")
    expect(beside.page.locator("[data-part=cancelled]")).to_contain_text("de volta por Pix")


@pytest.mark.nightly
def test_a_cancelled_order_says_what_comes_back_and_asks_for_no_proof(
    open_session: OpenPage,
) -> None:
    page = open_session()
    page.best(1)
    [seat] = page.held()
    page.choose(seat, "meia_estudante")
    page.pay()
    shown = OrderPage(page.page, page.base_url).open(page.order_link)
    expect(shown.ticket(seat)).to_contain_text("carteira de estudante")
    shown.cancel()
    cancelled = shown.page.locator("[data-part=cancelled]")
    expect(cancelled).to_contain_text(re.compile(r"Você recebe R\$\s\d+,00 de volta por Pix"))
    expect(shown.ticket(seat)).not_to_contain_text("carteira de estudante")
    for gone in ("[data-action=show]", "[data-part=pdf]", "[data-part=calendar]"):
        expect(shown.page.locator(gone)).to_be_hidden()


def test_a_link_that_only_shows_the_tickets_cancels_none(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    _, own = bought(open_session)
    shown = OrderPage(new_page(), system.gateways[0].url).open(link_of(own))
    expect(shown.page.locator("[data-action=cancel-seat]")).to_have_count(0)
