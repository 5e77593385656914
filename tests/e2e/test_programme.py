"""The programme: what is on, when, where, for how much, and how many seats are left, kept true
while somebody looks."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.audience import Audience
from tests.e2e.conftest import NewPage
from tests.e2e.page import ProgrammePage
from tests.support.demo_programme import TINY, demo, new_session, new_tiny_room
from tests.support.system import System, running_system
from tests.support.waiting import wait_until

REFRESH_MS = 15_000
RETRIES_MS = 2_000
Sessions = list[dict[str, Any]]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """With a session of two seats, and the next one of the same film hours later."""
    programme = demo(
        new_tiny_room(),
        new_session("S800", "2037-12-12T14:00:00", room=TINY, comum=2450),
        new_session("S801", "2037-12-13T21:00:00", room=TINY, comum=2450),
    )
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, programme=programme) as running:
        yield running


@pytest.fixture
def programme(system: System, new_page: NewPage) -> ProgrammePage:
    """With a clock that is stopped until the test moves it on."""
    page = new_page()
    page.clock.install()
    return ProgrammePage(page, system.gateways[0].url).open()


def answer_with(page: Page, change: Callable[[Sessions], Sessions]) -> None:
    """From now on the gateway's list arrives changed."""

    def answer(route: Route) -> None:
        sessions = json.loads(route.fetch().text())["sessoes"]
        route.fulfill(json={"sessoes": change(sessions)})

    page.route("**/api/sessoes", answer)


def test_a_session_shows_hour_language_room_price_and_how_full_it_is(
    programme: ProgrammePage,
) -> None:
    shown = programme.show("S801")
    expect(shown).to_have_text(
        re.compile(
            r"21h dom 13/12 DUBdublado.*livre.*2 lugares livres.*Sala 4.*a partir de R\$\s24,50"
        )
    )
    expect(programme.session("S001")).to_have_text(
        re.compile(r"17h45 (hoje|amanhã), .*NAC.*nacional")
    )


def test_a_day_is_chosen_shows_its_hours_alone_and_is_kept_by_the_address(
    programme: ProgrammePage,
) -> None:
    days = programme.page.locator("[data-part=days] button")
    expect(days.first).to_have_text(re.compile("^(hoje|amanhã) "))
    expect(programme.page.locator("[data-part=days] [aria-pressed=true]")).to_have_count(1)
    expect(programme.session("S801")).to_be_hidden()
    programme.show("S801")
    expect(programme.session("S001")).to_be_hidden()
    assert programme.page.url.endswith("?dia=2037-12-13")
    programme.page.reload()
    expect(programme.session("S801")).to_be_visible()


@pytest.mark.nightly
def test_a_day_that_is_over_comes_last(programme: ProgrammePage) -> None:
    def with_a_day_of_before(sessions: Sessions) -> Sessions:
        over = {"id": "S997", "inicio": "2020-03-01T17:45:00-03:00", "encerrada": True}
        return [{**sessions[0], **over}, *sessions]

    answer_with(programme.page, with_a_day_of_before)
    programme.page.clock.run_for(REFRESH_MS)
    days = programme.page.locator("[data-part=days] button")
    expect(days.last).to_have_text("dom 01/03")
    expect(days.first).to_have_attribute("aria-pressed", "true")


def test_the_way_back_from_a_map_leads_to_its_day(programme: ProgrammePage) -> None:
    session = programme.choose("S801")
    session.page.get_by_role("link", name="Voltar à programação").click()
    expect(programme.session("S801")).to_be_visible()


@pytest.mark.nightly
def test_what_the_programme_says_in_portuguese_is_said_in_the_readers_language(
    system: System, new_page: NewPage
) -> None:
    page = new_page("en-GB")
    programme = ProgrammePage(page, system.gateways[0].url).open()
    expect(programme.session("S007")).to_contain_text("PORAD")
    expect(programme.session("S007")).to_contain_text("in Portuguese, with audio description")
    session = programme.choose("S007")
    summary = session.page.locator("[data-part=summary]")
    expect(summary).to_contain_text("Screen 2")
    expect(summary).to_contain_text("in Portuguese, with audio description")
    expect(summary.locator("[lang=pt-BR]")).to_have_count(0)


@pytest.mark.nightly
def test_a_film_that_is_not_shown_on_the_day_says_when_it_is(programme: ProgrammePage) -> None:
    programme.show("S801")
    film = programme.page.locator("article", has=programme.session("S005"))
    film.get_by_role("button").click()
    expect(programme.session("S005")).to_be_visible()
    expect(film.locator("[data-session]:focus")).to_have_count(1)


def test_every_film_has_its_picture_of_one_request_and_its_rating_for_eyes_and_ears(
    programme: ProgrammePage,
) -> None:
    films = programme.page.locator("article")
    expect(films).to_have_count(4)
    for film in films.all():
        film.scroll_into_view_if_needed()
        picture = film.locator("img.art")
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 0
    badge = films.filter(has=programme.session("S001")).locator(".rating")
    expect(badge).to_have_attribute("data-rating", "16")
    expect(badge).to_have_text("16Classificação: 16 anos")
    assert badge.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(219, 40, 39)"
    free = films.filter(has=programme.session("S003")).locator(".rating")
    expect(free).to_have_text("LClassificação: livre para todos os públicos")


@pytest.mark.parametrize(
    ("free", "words"),
    [
        pytest.param(150, "livre", marks=pytest.mark.nightly),
        (101, "livre"),
        (100, "enchendo"),
        pytest.param(20, "Últimos 20 lugares", marks=pytest.mark.nightly),
        (1, "Último lugar"),
    ],
)
def test_words_say_how_full_a_session_is(programme: ProgrammePage, free: int, words: str) -> None:
    answer_with(
        programme.page,
        lambda sessions: [{**one, "lugares": 200, "livres": free} for one in sessions],
    )
    programme.page.clock.run_for(REFRESH_MS)
    expect(programme.session("S001")).to_contain_text(f"{free} lugar")
    shown = programme.session("S001").locator(".session-left > [aria-hidden]:not(.gauge)")
    expect(shown).to_have_text(words)


@pytest.mark.nightly
def test_a_picture_of_the_programmes_own_is_shown(system: System, programme: ProgrammePage) -> None:
    """Put beside the programme while everything runs."""
    Image.new("RGB", (600, 900), "#c8553d").save(system.folder / "vagalume.png")
    file = system.folder / "programacao.toml"
    text = file.read_text(encoding="utf-8")
    named = text.replace('id = "vagalume"\n', 'id = "vagalume"\ncartaz = "vagalume.png"\n', 1)
    file.write_text(named, encoding="utf-8")
    picture = programme.page.locator("article", has=programme.session("S003")).locator("img.art")
    wait_until(lambda: picture_after_refresh(programme, picture).endswith(".jpg"))
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 480)


def picture_after_refresh(programme: ProgrammePage, picture: Locator) -> str:
    programme.page.clock.run_for(REFRESH_MS)
    return picture.get_attribute("src") or ""


@pytest.mark.nightly
def test_a_title_of_200_characters_and_an_odd_rating_fit_on_a_phone(
    programme: ProgrammePage,
) -> None:
    programme.page.set_viewport_size({"width": 320, "height": 640})
    odd = {"titulo": "Otorrinolaringologista" * 9, "classificacao": "Verifique a classificação"}

    def with_a_long_title(sessions: Sessions) -> Sessions:
        return [{**one, "filme": {**one["filme"], **odd}} for one in sessions]

    answer_with(programme.page, with_a_long_title)
    programme.page.clock.run_for(REFRESH_MS)
    expect(programme.page.locator("article h2").first).to_have_text(odd["titulo"])
    width = "document.documentElement.scrollWidth"
    assert programme.page.evaluate(width) <= 320
    expect(programme.page.locator(".film-facts").first).to_contain_text("Verifique a classificação")


@pytest.mark.nightly
def test_the_chosen_day_and_how_full_it_is_are_seen_in_forced_colours(
    programme: ProgrammePage,
) -> None:
    programme.page.emulate_media(forced_colors="active")
    colour = "node => getComputedStyle(node).backgroundColor"
    chosen = programme.page.locator("[data-part=days] [aria-pressed=true]").evaluate(colour)
    others = programme.page.locator("[data-part=days] [aria-pressed=false]").evaluate_all(
        "nodes => nodes.map((node) => getComputedStyle(node).backgroundColor)"
    )
    assert chosen not in others
    gauge = programme.page.locator(".gauge:visible").first
    assert "gradient" in gauge.evaluate("node => getComputedStyle(node).backgroundImage")


@pytest.mark.nightly
def test_a_picture_that_does_not_arrive_leaves_its_place_quiet(
    system: System, new_page: NewPage
) -> None:
    page = new_page()
    page.route("**/arte/**", lambda route: route.abort())
    programme = ProgrammePage(page, system.gateways[0].url).open()
    expect(page.locator("article")).to_have_count(4)
    expect(programme.session("S001")).to_have_attribute("data-state", "free")


@pytest.mark.parametrize(
    "language",
    [
        "pt-BR",
        pytest.param("en-GB", marks=pytest.mark.nightly),
        pytest.param("es-ES", marks=pytest.mark.nightly),
    ],
)
@pytest.mark.parametrize("path", ["/", "/sessao/S001"])
def test_the_title_in_the_html_is_the_one_that_the_page_sets(
    system: System, new_page: NewPage, path: str, language: str
) -> None:
    page = new_page(language)
    answer = page.goto(f"{system.gateways[0].url}{path}")
    page.locator("h1:not(:empty)").wait_for()
    assert answer is not None
    written = re.search("<title>(.*?)</title>", answer.text())
    assert written is not None
    assert unescape(written[1]) == page.title()


@pytest.mark.nightly
def test_an_address_of_nothing_is_a_page_that_leads_home(system: System, new_page: NewPage) -> None:
    page = new_page()
    answer = page.goto(f"{system.gateways[0].url}/nada")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading")).to_have_text("Não há nada neste endereço")
    page.get_by_role("link", name="Ver a programação").click()
    expect(page.locator("article")).to_have_count(4)


def test_one_click_leads_to_the_map_and_its_address_can_be_shared(
    programme: ProgrammePage, new_page: NewPage
) -> None:
    session = programme.choose("S003")
    address = session.page.url
    assert address.endswith("/sessao/S003")
    friend = new_page()
    friend.goto(address)
    expect(friend.locator("h1")).to_have_text("Vagalume e a Fábrica de Estrelas")


def test_seats_left_are_kept_fresh_without_a_word_and_a_full_day_names_the_next(
    programme: ProgrammePage, audience: Audience
) -> None:
    session = programme.show("S800")
    expect(session).to_contain_text("2 lugares livres")
    session.focus()
    audience.session = "S800"
    audience.buy("A01", "A02")
    programme.page.clock.run_for(REFRESH_MS)
    expect(session).to_have_attribute("data-state", "sold_out")
    expect(session).to_contain_text("Esgotada")
    expect(session).not_to_contain_text("R$")
    expect(session).to_be_focused()
    programme.page.get_by_role("link", name="dom 13/12 · 21h").click()
    assert programme.page.url.endswith("/sessao/S801")


@pytest.mark.nightly
def test_numbers_that_are_old_are_said_to_be(programme: ProgrammePage) -> None:
    stale = programme.page.locator("[data-part=stale]")
    programme.show("S001")
    programme.page.context.set_offline(True)
    programme.page.clock.run_for(REFRESH_MS)
    programme.page.clock.run_for(RETRIES_MS)
    expect(stale).to_have_text(
        re.compile(r"Sem conexão: os lugares livres são os das \d?\dh(\d\d)?")
    )
    expect(programme.session("S001")).to_be_visible()
    programme.page.context.set_offline(False)
    programme.page.clock.run_for(REFRESH_MS)
    expect(stale).to_be_empty()


@pytest.mark.nightly
def test_two_films_with_one_title_are_two_films(programme: ProgrammePage) -> None:
    """Each with its own length, age rating and sessions, also in a browser without
    `Map.groupBy`."""
    programme.page.evaluate("delete Map.groupBy; delete Array.prototype.toSorted")

    def with_a_remake(sessions: Sessions) -> Sessions:
        film = {**sessions[0]["filme"], "id": "remake", "classificacao": "10", "duracao_min": 118}
        return [*sessions, {**sessions[0], "id": "S998", "filme": film}]

    answer_with(programme.page, with_a_remake)
    programme.page.clock.run_for(REFRESH_MS)
    remake = programme.page.locator("article", has=programme.session("S998"))
    expect(remake).to_contain_text("1 h 58 min")
    expect(remake.locator(".rating")).to_have_attribute("data-rating", "10")
    expect(remake.locator("[data-session]")).to_have_count(1)


def test_a_new_session_appears_and_the_focus_stays_on_another(
    programme: ProgrammePage,
) -> None:
    def with_another(sessions: Sessions) -> Sessions:
        first = next(session for session in sessions if session["id"] == "S001")
        return [*sessions, {**first, "id": "S999"}]

    programme.show("S001").focus()
    answer_with(programme.page, with_another)
    programme.page.clock.run_for(REFRESH_MS)
    expect(programme.session("S999")).to_be_visible()
    expect(programme.session("S001")).to_be_focused()


def test_a_programme_without_sessions_says_so(programme: ProgrammePage) -> None:
    answer_with(programme.page, lambda sessions: [])
    programme.page.clock.run_for(REFRESH_MS)
    expect(programme.page.locator("main")).to_have_text(
        "Nada em cartaz agoraVolte mais tarde: as próximas sessões aparecem aqui."
    )
    drawing = programme.page.locator("main img")
    expect(drawing).to_have_js_property("complete", True)
    assert drawing.evaluate("image => image.naturalWidth") > 0
    expect(programme.page.locator("[data-part=days]")).to_be_empty()
