"""Pages in browsers that keep nothing, tabs from yesterday, and readers in another part of the
world."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from deploy import ROOT
from tests.bench.stage import one_of_each
from tests.e2e.conftest import ELSEWHERE, NewPage, OpenPage
from tests.e2e.page import ANA, OrderPage, ProgrammePage, SessionPage
from tests.support.services import Gateway
from tests.support.system import System

ZONE = "(horário de Brasília)"
NO_STORAGE = """
for (const name of ["sessionStorage", "localStorage"]) {
  Object.defineProperty(window, name, {
    get() { throw new DOMException("blocked", "SecurityError"); }
  });
}
"""
FULL_STORAGE = """
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
"""
CAME_BACK = """
for (const kind of ["pagehide", "pageshow"]) {
  dispatchEvent(new PageTransitionEvent(kind, { persisted: true }));
}
"""


@pytest.fixture(scope="module")
def forgotten() -> Iterator[Gateway]:
    """A gateway whose cookies no browser keeps: they are for https, and the page is not."""
    programme = (ROOT / "programacao.toml").read_text(encoding="utf-8")
    https = {"PUBLIC_URL": f"https://{ELSEWHERE}", "ALLOWED_HOSTS": ELSEWHERE}
    with one_of_each(programme, **https) as (_, gateway):
        yield gateway


def without_cookies(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setDocumentCookieDisabled", {"disabled": True})


def test_where_cookies_and_storage_are_blocked_one_can_buy_and_sees_what_is_missing(
    new_page: NewPage, forgotten: Gateway
) -> None:
    page = new_page()
    without_cookies(page)
    page.add_init_script(NO_STORAGE)
    buyer = SessionPage(page, f"http://{ELSEWHERE}:{forgotten.port}").open()
    assert page.context.cookies() == []
    expect(page.locator("[data-part=banner]")).to_contain_text("bloqueia cookies")
    buyer.hold("F07")
    buyer.pay(ANA)
    tickets = OrderPage(page, buyer.base_url).open(buyer.order_link)
    assert (tickets.state, tickets.seats) == ("confirmado", ["F07"])
    # Without https the browser passes a header of ours over, and says so.
    assert [one for one in buyer.problems if "Cross-Origin-Opener-Policy" not in one] == []


@pytest.mark.nightly
def test_a_language_is_chosen_without_cookies_too(new_page: NewPage, forgotten: Gateway) -> None:
    page = new_page()
    without_cookies(page)
    SessionPage(page, f"http://{ELSEWHERE}:{forgotten.port}").open()
    page.locator("[data-language=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.nightly  # a browser that lacks something, once more
def test_a_purchase_where_the_storage_is_full(open_session: OpenPage) -> None:
    buyer = open_session(prepare=lambda page: page.add_init_script(FULL_STORAGE))
    buyer.hold("E03")
    buyer.choose("E03", "meia_estudante")
    assert buyer.pay(ANA)


@pytest.mark.nightly
def test_a_map_that_comes_out_of_the_browsers_cache_is_true_before_it_seems_so(
    open_session: OpenPage, audience: Any
) -> None:
    page = open_session()
    page.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    page.wait_line("connecting")
    audience.hold("B04")
    page.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.wait_live()
    page.expect_seat("B04", "held")


@pytest.mark.nightly
def test_a_programme_that_comes_out_of_the_browsers_cache_asks_again(
    system: System, new_page: NewPage
) -> None:
    page = new_page()
    ProgrammePage(page, system.gateways[0].url).open()
    with page.expect_response("**/api/sessoes"):
        page.evaluate(CAME_BACK)


def ended(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "encerrada": True})


@pytest.mark.nightly
def test_a_tab_that_was_open_since_yesterday_learns_that_its_session_is_over(
    open_session: OpenPage,
) -> None:
    page = open_session(prepare=lambda tab: tab.clock.install())
    page.page.route("**/api/sessoes/S001", ended)
    page.page.clock.fast_forward("24:00:00")
    page.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.page.locator("[data-part=stage][data-closed]")).to_be_visible()


@pytest.fixture
def abroad(browser: Browser) -> Iterator[Callable[[str], Page]]:
    contexts = []

    def make(zone: str) -> Page:
        contexts.append(browser.new_context(locale="pt-BR", timezone_id=zone))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("zone", "is_named"), [("Europe/Lisbon", True), ("America/Fortaleza", False)]
)
def test_the_cinemas_zone_is_named_where_the_readers_clocks_show_another_time(
    system: System, abroad: Callable[[str], Page], zone: str, is_named: bool
) -> None:
    page = abroad(zone)
    programme = ProgrammePage(page, system.gateways[0].url).open()
    expect(page.locator(".zone")).to_have_count(int(is_named))
    buyer = programme.choose("S001")
    summary = page.locator("[data-part=summary]").text_content() or ""
    assert (ZONE in summary) is is_named
    buyer.hold("D11")
    assert (ZONE in (page.locator("[data-part=order]").text_content() or "")) is is_named
    buyer.release("D11")


def test_a_part_that_was_dropped_when_the_network_changed_is_loaded_again(
    open_session: OpenPage,
) -> None:
    dropped: list[str] = []

    def drop_first(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name in dropped:
            route.fallback()
        else:
            dropped.append(name)
            route.abort()

    page = open_session()
    page.page.route(re.compile(r"/(party|pt-party)[^/]*\.js$"), drop_first)
    assert len(page.best(2)) == 2
    assert len(dropped) == 2
