"""Choosing for several people: the best seats, the next best, one tap for a party; nothing is
held twice or lost."""

import json
from collections.abc import Iterable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage, OpenWired
from tests.e2e.page import SessionPage
from tests.e2e.wire import Frame, Wire, everything
from tests.support.demo_programme import demo, new_room, new_session
from tests.support.system import System, running_system
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    programme = demo(
        new_room("rica", "A ......", "B ......", "C PPPPPP", "D ......"),
        new_room("parca", "A ...", "B ..", "C CA"),
        *(
            new_session(name, day, room=room, comum=3200, premium=4400)
            for name, day, room in [
                ("RICA", "2099-12-13T19:00:00", "rica"),
                ("RICA2", "2099-12-14T19:00:00", "rica"),
                ("PARCA", "2099-12-13T19:00:00", "parca"),
                ("PARCA2", "2099-12-14T19:00:00", "parca"),
            ]
        ),
    )
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, programme=programme) as running:
        yield running


@pytest.fixture
def touched(system: System, browser: Browser) -> Iterator[SessionPage]:
    """A phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, locale="pt-BR"
    )
    yield SessionPage(context.new_page(), system.gateways[0].url)
    context.close()


def asked(wire: Wire) -> list[list[str]]:
    """The seats of each request to hold some."""
    return [frame["assentos"] for frame in wire.sent(acao="bloquear")]


def held_by_all(audience: Audience) -> list[str]:
    return sorted(audience.taken())


def is_in_sight(page: SessionPage, seat: str) -> bool:
    """Large enough for a finger, and above what is said."""
    expect(page.seat(seat)).to_be_in_viewport()
    box = page.seat(seat).bounding_box()
    notice = page.page.locator("[data-part=notice]").bounding_box()
    assert box is not None
    assert notice is not None
    return box["width"] >= 24 and box["y"] + box["height"] <= notice["y"]


# ----------------------------------------------------------------------------------- the best seats


def test_the_best_seats_begin_with_how_many_people_come(open_session: OpenPage) -> None:
    page = open_session("S001")
    page.ask_best()
    page.expect_notice("how_many", "Quantas pessoas?")
    assert page.offers() == ["1", "2", "3", "4", "5", "6"]
    expect(page.page.get_by_role("button", name="1", exact=True)).to_be_focused()
    page.use_notice("3")
    seats = page.moved_from([], 3)
    assert len({seat[0] for seat in seats}) == 1
    expect(page.page.locator("[data-part=best-count]")).to_have_value("3")
    page.expect_notice("taken", "R$ 96")
    page.release(*seats)


@pytest.mark.nightly
def test_asked_again_the_next_best_comes_instead_and_the_best_again_in_the_end(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = "PARCA"
    page = open_session("PARCA")
    first = page.best(2)
    page.ask_best()
    second = page.moved_from(first, 2)
    assert not set(first) & set(second)
    wait_until(lambda: held_by_all(audience) == second, what="the first ones are free")
    page.ask_best()
    assert page.moved_from(second, 2)[0][0] == first[0][0]
    page.release(*page.held())


@pytest.mark.nightly
def test_a_dearer_class_is_said_and_the_cheaper_one_offered(open_session: OpenPage) -> None:
    page = open_session("RICA")
    assert page.best(2) == ["C03", "C04"]
    page.expect_notice("taken", "C03 e C04 · Premium · R$ 88")
    page.use_notice("Ver mais baratas")
    cheaper = page.moved_from(["C03", "C04"], 2)
    assert {seat[0] for seat in cheaper} <= {"B", "D"}
    page.expect_notice("taken", "R$ 64")
    assert page.offers() == ["Ver outras"]
    page.release(*cheaper)


@pytest.mark.nightly
def test_on_a_phone_the_map_moves_to_the_best_seats(touched: SessionPage) -> None:
    page = touched.open("S005")
    seats = page.best(2)
    for seat in seats:
        wait_until(partial(is_in_sight, page, seat), what="the map moves there")
    page.release(*seats)
    assert page.problems == []


def test_a_party_that_fits_nowhere_is_offered_a_place_in_parts(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = "PARCA2"
    page = open_session("PARCA2")
    page.party(5)
    page.ask_best()
    page.expect_notice("sem_lugares_juntos", "em 3 + 2: A01, A02, A03, B01 e B02 · R$ 160")
    assert page.marked("preview") == ["A01", "A02", "A03", "B01", "B02"]
    assert audience.taken() == {}
    page.use_notice("Pegar 3 + 2")
    page.moved_from([], 5)
    page.release(*page.held())
    page.party(6)
    page.ask_best()
    page.expect_notice("sem_lugares_juntos", "Não há 6 poltronas livres")


# ------------------------------------------------------------------------------ one tap for a party


def test_one_click_takes_the_party_as_the_preview_shows_and_leaves_nobody_over(
    open_session: OpenPage,
) -> None:
    page = open_session("S002")
    page.party(3)
    page.seat("D02").hover()
    wait_until(lambda: page.marked("preview") == ["D01", "D02", "D03"], what="a preview")
    page.click("D02")
    page.moved_from([], 3)
    assert page.troubles() == {}
    page.seat("F08").hover()
    wait_until(lambda: page.marked("preview") == ["F07", "F08", "F09"], what="a preview")
    page.click("F08")
    assert page.moved_from(["D01", "D02", "D03"], 3) == ["F07", "F08", "F09"]
    page.release("F09")
    expect(page.page.locator("[data-part=tickets] > li")).to_have_count(2)  # the order knows, too
    page.click("F11")
    assert page.moved_from(["F07", "F08"], 3) == ["F07", "F08", "F11"]
    page.party(0)
    page.hold("E05")
    assert page.held() == ["E05", "F07", "F08", "F11"]
    page.release(*page.held())


@pytest.mark.nightly
def test_a_place_that_is_too_small_offers_the_nearest_that_is_not(open_session: OpenPage) -> None:
    page = open_session("PARCA")
    page.party(3)
    page.click("B01")
    page.expect_notice("sem_lugares_juntos", "Aqui não cabem 3 lado a lado.")
    page.use_notice("Pegar A01, A02 e A03")
    assert page.moved_from([], 3) == ["A01", "A02", "A03"]
    page.release(*page.held())


@pytest.mark.nightly
def test_places_made_for_somebody_are_taken_one_by_one(open_session: OpenPage) -> None:
    page = open_session("S003")
    page.party(3)
    page.seat("A03").hover()
    assert page.marked("preview") == []


def test_the_first_touch_shows_where_the_party_would_sit_and_the_second_takes_it(
    touched: SessionPage,
) -> None:
    page = touched.open("S002")
    page.party(4)
    page.seat("E08").tap()
    wait_until(lambda: len(page.marked("preview")) == 4, what="a preview")
    shown = page.marked("preview")
    assert page.held() == []
    page.seat("E08").tap()
    assert page.moved_from([], 4) == shown
    page.release(*shown)
    assert page.problems == []


@pytest.mark.nightly
def test_a_key_takes_the_party_that_the_focus_shows(open_session: OpenPage) -> None:
    page = open_session("S002")
    page.party(2)
    page.seat("G08").focus()
    wait_until(lambda: len(page.marked("preview")) == 2, what="a preview")
    shown = page.marked("preview")
    page.press("G08")
    assert page.moved_from([], 2) == shown
    page.release(*shown)


# --------------------------------------------------------------------------- others, lines and tabs


def without_news(frame: Frame) -> Iterable[Frame]:
    """The page does not hear what others do."""
    return [] if frame.get("evento") == "atualizacao" else [frame]


@pytest.mark.nightly
def test_in_the_list_a_seat_takes_the_party_too(open_session: OpenPage) -> None:
    page = open_session("PARCA2")
    page.party(3)
    page.show_list()
    page.list_seat("A02").click()
    assert page.moved_from([], 3) == ["A01", "A02", "A03"]
    page.list_seat("A02").click()
    wait_until(lambda: page.held() == ["A01", "A03"], what="one seat is released")
    for seat in ("A01", "A03"):
        page.list_seat(seat).click()
    wait_until(lambda: page.held() == [], what="all are released")


@pytest.mark.nightly
def test_a_pair_that_somebody_else_took_a_seat_of_is_offered_pairs(
    open_wired: OpenWired, audience: Audience
) -> None:
    audience.session = "S003"
    page, wire = open_wired("S003")
    wire.to_page = without_news
    audience.hold("H16")
    page.party(2)
    page.seat("H16").hover()
    pair = page.marked("preview")
    page.click("H16")
    page.expect_notice("assento_indisponivel", "H16")
    assert all(" e " in offer for offer in page.offers()), page.offers()
    offer = page.offers()[0]
    page.use_notice(offer)
    taken = page.moved_from([], 2)
    assert "H16" not in taken
    assert "H16" in pair
    wire.to_page = everything
    page.release(*taken)


def test_a_crowd_that_wants_the_best_seats_is_served(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = "RICA2"
    pages = [open_session("RICA2") for _ in range(4)]
    for page in pages:
        page.party(2)
    for page in pages:
        page.page.evaluate("() => { document.querySelector('[data-action=best]').click(); }")
    held = [seat for page in pages for seat in page.moved_from([], 2)]
    assert len(set(held)) == 8
    assert held_by_all(audience) == sorted(held)


def test_pressing_again_on_a_slow_line_asks_once(open_wired: OpenWired) -> None:
    page, wire = open_wired("S004")
    kept: list[Frame] = []

    def keep(frame: Frame) -> Iterable[Frame]:
        kept.append(frame)
        return []

    page.party(2)
    wire.to_page = keep
    for _ in range(3):
        page.ask_best()
    wire.wait_for(lambda: wire.received(tipo="bloqueio"), what="the answer is on its way")
    assert len(asked(wire)) == 1
    wire.to_page = everything
    wire.deliver(*(json.dumps(frame) for frame in kept))
    seats = page.moved_from([], 2)
    page.release(*seats)


@pytest.mark.parametrize(
    "lost", ["the answer", pytest.param("the request", marks=pytest.mark.nightly)]
)
def test_a_move_that_is_cut_in_the_middle_leaves_the_old_seats_or_the_new_ones(
    lost: str, open_wired: OpenWired, audience: Audience
) -> None:
    audience.session = "S004"
    page, wire = open_wired("S004")
    old = page.best(4)  # of six: the old and the new ones together would be too many

    def cut(frame: Frame) -> Iterable[Frame]:
        if lost == "the answer" or frame.get("acao") != "bloquear":
            return [frame]
        wire.cut()
        return []

    def swallow(frame: Frame) -> Iterable[Frame]:
        if lost == "the request":
            return [frame]
        if frame.get("tipo") == "bloqueio":
            wire.cut()
        return []

    wire.to_gateway, wire.to_page = cut, swallow
    page.ask_best()
    wire.wait_for(lambda: len(asked(wire)) == 2, what="the page asks for others")
    page.wait_line("reconnecting")
    wire.to_gateway, wire.to_page = everything, everything
    page.wait_live()
    expected = old if lost == "the request" else sorted(asked(wire)[1])
    wait_until(lambda: page.held() == expected, what="what was carried out is shown")
    assert held_by_all(audience) == expected
    page.ask_best()
    seats = page.moved_from(expected, 4)
    wait_until(lambda: held_by_all(audience) == seats, what="nothing else is held")
    page.release(*seats)


@pytest.mark.nightly
def test_two_tabs_have_one_party(open_session: OpenPage, audience: Audience) -> None:
    audience.session = "S004"
    first = open_session("S004")
    second = open_session("S004", beside=first)
    seats = first.best(3)
    wait_until(lambda: second.held() == seats, what="the other tab shows them")
    second.party(3)
    second.ask_best()
    others = second.moved_from(seats, 3)
    wait_until(lambda: first.held() == others, what="the first tab follows")
    assert held_by_all(audience) == others
    second.release(*others)
