"""Tickets that were opened once are there without a network; and whatever keeps that from
working harms nothing."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.page import ANA, OrderPage
from tests.support.system import System
from tests.support.waiting import wait_until

KEPT = """async (link) => {
  if ((await navigator.serviceWorker.ready).active.state !== "activated") return false;
  const data = link.replace("/pedido/", "/api/pedidos/");
  const kept = await Promise.all([caches.match("/pedido/"), caches.match(data)]);
  return kept.every(Boolean);
}"""
WORKER = "**/static/order-worker.js"
OLDER = """self.addEventListener("install", (event) => {
  self.skipWaiting();
  const keep = (kept) => kept.put("/pedido/", new Response("old"));
  event.waitUntil(caches.open("pedidos-0").then(keep));
});
self.addEventListener("fetch", () => {});"""
FULL = """Cache.prototype.put = Cache.prototype.add = async () => {
  throw new DOMException("no room", "QuotaExceededError");
};"""
BLOCKED = """const blocked = [[Navigator.prototype, "serviceWorker"], [globalThis, "caches"]];
for (const [owner, name] of blocked) {
  Object.defineProperty(owner, name, {
    get() { throw new DOMException("blocked", "SecurityError"); }
  });
}"""


def bought(open_session: OpenPage, seats: int = 1) -> str:
    """The link that shows the order."""
    page = open_session()
    page.best(seats)
    page.pay()
    return page.order_link


def opened(new_page: NewPage, system: System, link: str) -> Page:
    """By somebody else, until it is kept."""
    tab = new_page(service_workers="allow")
    OrderPage(tab, system.gateways[0].url).open(link)
    wait_until(lambda: tab.evaluate(KEPT, f"/pedido/{link}"), what="the order is kept")
    return tab


def test_tickets_that_were_opened_once_are_shown_without_a_network(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    link = bought(open_session, 2)
    tab = opened(new_page, system, link)
    tab.context.set_offline(True)
    tab.reload()
    shown = OrderPage(tab, system.gateways[0].url)
    expect(tab.locator("[data-part=offline]")).to_contain_text("Sem internet")
    assert all(shown.has_qr(seat) for seat in shown.seats)
    assert len(shown.seats) == 2
    for action in ("cancelar", "reenviar"):
        expect(tab.locator(f"[data-action={action}]")).to_be_hidden()
    tab.context.set_offline(False)
    expect(tab.locator("[data-part=offline]")).to_be_hidden()


@pytest.mark.nightly
def test_another_tab_finds_them_too_and_an_order_that_was_never_opened_is_not_made_up(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    link, other = bought(open_session), bought(open_session)
    tab = opened(new_page, system, link)
    tab.context.set_offline(True)
    beside = tab.context.new_page()
    assert OrderPage(beside, system.gateways[0].url).open(link).state == "confirmado"
    beside.goto(f"{system.gateways[0].url}/pedido/{other}")
    expect(beside.get_by_role("heading", name="Não deu para abrir o pedido")).to_be_visible()


def test_the_stored_order_has_no_personal_data_and_manages_nothing(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    page = open_session()
    page.best(1)
    page.pay(ANA)
    tab = new_page(service_workers="allow")
    tab.context.add_cookies(page.page.context.cookies())  # type: ignore[arg-type]
    shown = OrderPage(tab, system.gateways[0].url).open(page.order_link)
    assert shown.can_cancel
    link = page.order_link
    wait_until(lambda: tab.evaluate(KEPT, f"/pedido/{link}"), what="the order is kept")
    kept = tab.evaluate(
        "async (link) => (await caches.match(`/api/pedidos/${link}`)).text()", page.order_link
    )
    for private in (ANA.name, ANA.email, "982.247"):
        assert private not in kept
    tab.context.set_offline(True)
    tab.reload()
    expect(tab.locator("[data-part=receipt]")).to_be_visible()
    assert not shown.can_cancel


@pytest.mark.nightly  # a browser that lacks something, once more
def test_a_browser_without_room_or_that_keeps_nothing_shows_the_tickets_all_the_same(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    link = bought(open_session)
    faults: list[object] = []

    def note(fault: object) -> None:
        faults.append(fault)

    for hindrance in (FULL, BLOCKED):
        tab = new_page(service_workers="allow")
        tab.on("pageerror", note)
        tab.add_init_script(hindrance)
        with tab.expect_response("**/order-offline*.js"):
            shown = OrderPage(tab, system.gateways[0].url).open(link)
        assert shown.has_qr(shown.seats[0])
    assert faults == []


@pytest.mark.nightly
def test_an_older_worker_and_its_cache_are_replaced_when_the_order_is_opened_again(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    link = bought(open_session)
    tab = new_page(service_workers="allow")
    headers = {"Service-Worker-Allowed": "/pedido/", "Content-Type": "text/javascript"}
    tab.context.route(WORKER, lambda asked: asked.fulfill(body=OLDER, headers=headers))
    shown = OrderPage(tab, system.gateways[0].url).open(link)
    wait_until(lambda: tab.evaluate(KEPT, f"/pedido/{link}"), what="the order is kept")
    assert "pedidos-0" in tab.evaluate("caches.keys()")
    tab.context.unroute(WORKER)
    shown.open(link)
    wait_until(lambda: tab.evaluate("caches.keys()") == ["pedidos-1"], 10, "the older one is gone")
    tab.context.set_offline(True)
    tab.reload()
    expect(tab.locator("[data-part=receipt]")).to_be_visible()


@pytest.mark.nightly
def test_the_map_and_the_programme_have_no_worker(
    system: System, open_session: OpenPage, new_page: NewPage
) -> None:
    tab = opened(new_page, system, bought(open_session))
    tab.goto(system.gateways[0].url)
    assert tab.evaluate("navigator.serviceWorker.controller") is None
    tab.goto(f"{system.gateways[0].url}/sessao/S001")
    assert tab.evaluate("navigator.serviceWorker.controller") is None
