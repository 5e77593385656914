"""The programme: what is on, when, where, for how much, and how many seats are left, kept true while somebody looks."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.demo_programme import TINY, demo, new_session, new_tiny_room
from tests.e2e.audience import Audience
from tests.e2e.conftest import NewPage
from tests.e2e.page import ProgrammePage
from tests.system import System, running_system

REFRESH_MS = 15_000
RETRIES_MS = 2_000
Sessions = list[dict[str, Any]]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """With a session of two seats, and the next one of the same film hours later."""
    programme = demo(
        new_tiny_room(),
        new_session("S800", "2037-12-13T14:00:00", room=TINY, comum=2450),
        new_session("S801", "2037-12-13T21:00:00", room=TINY, comum=2450),
    )
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, kafka=False, programme=programme) as running:
        yield running


@pytest.fixture
def programme(system: System, new_page: NewPage) -> ProgrammePage:
    """With a clock that stands still until it is told to go on."""
    page = new_page()
    page.clock.install()
    return ProgrammePage(page, system.gateways[0].url).open()


def tell(page: Page, change: Callable[[Sessions], Sessions]) -> None:
    """From now on the gateway's list arrives changed."""

    def answer(route: Route) -> None:
        sessions = json.loads(route.fetch().text())["sessoes"]
        route.fulfill(json={"sessoes": change(sessions)})

    page.route("**/api/sessoes", answer)


def test_a_session_tells_day_time_room_language_price_and_seats_left(
    programme: ProgrammePage,
) -> None:
    expect(programme.session("S801")).to_have_text(
        re.compile(r"21h00 dom 13/12.*Sala 4 · dublado.*2 lugares livres.*a partir de R\$\s24,50")
    )
    expect(programme.session("S001")).to_have_text(re.compile(r"17h45 (hoje|amanhã), "))


def test_what_is_over_stands_last(programme: ProgrammePage) -> None:
    shown = "nodes => nodes.map(({ dataset }) => dataset.sessao)"
    first = programme.page.locator("[data-sessao]").first.get_attribute("data-sessao")
    tell(
        programme.page,
        lambda sessions: [{**one, "encerrada": one["id"] == first} for one in sessions],
    )
    programme.page.clock.run_for(REFRESH_MS)
    expect(programme.session(str(first))).to_have_attribute("data-estado", "encerrada")
    film = programme.page.locator("article", has=programme.session(str(first)))
    assert film.locator("[data-sessao]").evaluate_all(shown)[-1] == first


def test_one_click_leads_to_the_map_and_its_address_can_be_shared(
    programme: ProgrammePage, new_page: NewPage
) -> None:
    session = programme.choose("S003")
    address = session.page.url
    assert address.endswith("/sessao/S003")
    friend = new_page()
    friend.goto(address)
    expect(friend.locator("h1")).to_have_text("Vagalume e a Fábrica de Estrelas")


def test_seats_left_are_kept_fresh_without_a_word_and_a_full_session_names_the_next(
    programme: ProgrammePage, audience: Audience
) -> None:
    session = programme.session("S800")
    expect(session).to_contain_text("2 lugares livres")
    session.focus()
    audience.session = "S800"
    audience.buy("A01", "A02")
    programme.page.clock.run_for(REFRESH_MS)
    expect(session).to_have_attribute("data-estado", "esgotada")
    expect(session).to_contain_text("Esgotada")
    expect(session.get_by_text("a partir de")).to_be_hidden()
    expect(session).to_be_focused()
    programme.page.get_by_role("link", name="Outra sessão com lugares: dom 13/12 · 21h00").click()
    assert programme.page.url.endswith("/sessao/S801")


def test_numbers_that_are_old_are_said_to_be(programme: ProgrammePage) -> None:
    stale = programme.page.locator("[data-part=stale]")
    programme.page.context.set_offline(True)
    programme.page.clock.run_for(REFRESH_MS)
    programme.page.clock.run_for(RETRIES_MS)
    expect(stale).to_have_text(re.compile(r"Sem conexão: os lugares livres são os das \d\dh\d\d"))
    expect(programme.session("S001")).to_be_visible()
    programme.page.context.set_offline(False)
    programme.page.clock.run_for(REFRESH_MS)
    expect(stale).to_be_empty()


def test_two_films_with_one_title_are_two_films(programme: ProgrammePage) -> None:
    """Each with its own length, age rating and sessions, also in a browser without `Map.groupBy`."""
    programme.page.evaluate("delete Map.groupBy; delete Array.prototype.toSorted")

    def with_a_remake(sessions: Sessions) -> Sessions:
        film = {**sessions[0]["filme"], "id": "remake", "classificacao": "10", "duracao_min": 118}
        return [*sessions, {**sessions[0], "id": "S998", "filme": film}]

    tell(programme.page, with_a_remake)
    programme.page.clock.run_for(REFRESH_MS)
    remake = programme.page.locator("article", has=programme.session("S998"))
    expect(remake).to_contain_text("1 h 58 min · Classificação: 10")
    expect(remake.locator("[data-sessao]")).to_have_count(1)


def test_a_new_session_appears_and_whoever_stands_on_another_stays_there(
    programme: ProgrammePage,
) -> None:
    programme.session("S001").focus()
    tell(programme.page, lambda sessions: [*sessions, {**sessions[0], "id": "S999"}])
    programme.page.clock.run_for(REFRESH_MS)
    expect(programme.session("S999")).to_be_visible()
    expect(programme.session("S001")).to_be_focused()


def test_a_programme_without_sessions_says_so(programme: ProgrammePage) -> None:
    tell(programme.page, lambda sessions: [])
    programme.page.clock.run_for(REFRESH_MS)
    expect(programme.page.locator("main")).to_have_text(
        "Nenhuma sessão por enquanto. Volte mais tarde."
    )
