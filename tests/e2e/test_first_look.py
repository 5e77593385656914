"""What a buyer sees before everything is there: the film and the hall at once, and no seat that
may not be free."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.page import SessionPage
from tests.e2e.tab import Tab
from tests.e2e.wire import Wire, nothing
from tests.support.picky_proxy import BAD_GATEWAY, FORBIDDEN, HANGS_UP, PickyProxy
from tests.support.system import System

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


class HeldBack:
    """Scripts that do not come before `release`."""

    def __init__(self, page: Page) -> None:
        self._released = False
        self._waiting: list[Route] = []
        page.route("**/*.js", self._hold_back)

    def _hold_back(self, route: Route) -> None:
        if self._released:
            route.continue_()
        else:
            self._waiting.append(route)

    def release(self) -> None:
        self._released = True
        for route in self._waiting:
            route.continue_()


@pytest.mark.nightly
@pytest.mark.parametrize(
    "window",
    [
        pytest.param(PHONE, id="phone"),
        pytest.param(DESKTOP, id="desktop", marks=pytest.mark.nightly),
    ],
)
def test_film_hour_and_the_halls_outline_are_there_before_any_script(
    system: System, new_page: NewPage, window: dict[str, int]
) -> None:
    page = new_page()
    page.set_viewport_size(window)  # type: ignore[arg-type]
    scripts = HeldBack(page)
    tab = Tab(page, system.gateways[0].url)
    page.goto(f"{tab.base_url}/sessao/S001", wait_until="commit")
    title, outline = page.locator("h1"), page.locator(".outline")
    expect(title).to_be_visible()
    expect(page.locator(".summary")).to_contain_text("Sala 1")
    expect(page.locator(".summary")).to_contain_text("h")
    expect(outline).to_be_visible()
    hall, place = outline.bounding_box(), title.bounding_box()
    assert hall is not None
    assert place is not None
    assert hall["width"] > window["width"] / 2
    assert hall["y"] + hall["height"] <= window["height"]
    film = title.text_content()

    scripts.release()
    SessionPage(page, tab.base_url).wait_live()
    expect(outline).to_have_count(0)
    assert page.locator("h1").text_content() == film
    assert page.locator("h1").bounding_box() == pytest.approx(place, abs=2)
    assert tab.problems == []


def test_the_programmes_films_and_hours_are_there_before_any_script(
    system: System, new_page: NewPage
) -> None:
    page = new_page("en")
    scripts = HeldBack(page)
    page.goto(system.gateways[0].url, wait_until="commit")
    films, first = page.locator(".first-look h2"), page.locator(".first-look a").first
    expect(page.locator(".first-look h1")).to_have_text("Now showing")
    expect(first).to_be_visible()
    titles, link = films.all_text_contents(), first.get_attribute("href")

    scripts.release()
    shown = page.locator("[data-part=films]:not([aria-busy])")
    expect(shown).to_be_visible()
    expect(page.locator(".first-look")).to_have_count(0)
    assert sorted(shown.locator("h2").all_text_contents()) == sorted(titles)
    expect(shown.locator(f'[href="{link}"]')).to_be_visible()


def test_no_seat_looks_free_before_the_first_snapshot(open_session: OpenPage) -> None:
    wires: list[Wire] = []

    def silent(page: Page) -> None:
        wires.append(Wire(page))
        wires[0].to_page = nothing

    page = open_session(prepare=silent, state="connecting")
    expect(page.seat("A05")).to_have_attribute("data-state", "unknown")
    assert page.seats_in("free") == []
    assert page.seat("A05").get_attribute("aria-disabled") == "true"
    page.click("A05")
    page.expect_notice("not_live")
    wires[0].heal()
    wires[0].cut()
    page.wait_live()
    page.expect_seat("A05", "free")
    assert page.page.locator('#grid [data-state="unknown"]').count() == 0


@pytest.fixture
def proxy(system: System) -> Iterator[PickyProxy]:
    with PickyProxy(system.gateways[0].port).running() as picky:
        yield picky


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(FORBIDDEN, id="403"),
        pytest.param(BAD_GATEWAY, id="502", marks=pytest.mark.nightly),
        pytest.param(HANGS_UP, id="hangs up", marks=pytest.mark.nightly),
    ],
)
def test_a_network_that_refuses_the_live_connection_is_named_with_what_to_do(
    new_page: NewPage, proxy: PickyProxy, answer: bytes
) -> None:
    proxy.answer = answer
    page = SessionPage(new_page(), proxy.url).open(state="refused")
    assert "WebSocket" in page.banner
    assert "dados móveis" in page.banner
    assert page.seats_in("free") == []
    proxy.answer = None
    page.wait_live()
    assert "O mapa está atualizado" in page.banner
    page.hold("C05")
    page.release("C05")
    assert page.problems == []
