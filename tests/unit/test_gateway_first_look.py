"""What a map's page and the programme show before their scripts run."""

import json
import re
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest

import cinema_pb2 as pb
from cinema.language_tags import LANGUAGES
from cinema.local_time import day_and_hour
from cinema.programme_words import texts_in, words_in
from gateway.first_look import MapLook, ProgrammeLook
from tests.fakes.messages import a_session

CASES = json.loads(
    (Path(__file__).parents[1] / "unit_js" / "day_cases.json").read_text(encoding="utf-8")
)
NASTY = '</h1><script>alert("x")</script>'


def hall(*rows: str) -> pb.MapaResponse:
    """`##_#` is a row of two seats, a gap and a seat."""
    return pb.MapaResponse(
        sessao=a_session(),
        fileiras=[
            pb.Fileira(
                nome=name,
                lugares=[
                    pb.Lugar(assento=f"{name}{at:02d}" if place == "#" else "")
                    for at, place in enumerate(row, 1)
                ],
            )
            for name, row in zip("ABCDEFG", rows, strict=False)
        ],
    )


def outline(*rows: str) -> str:
    return path_of(hall(*rows))


def path_of(answer: pb.MapaResponse) -> str:
    found = re.search(r'<path d="([^"]*)"', MapLook.of(answer).html("pt-BR"))
    assert found
    return found[1]


def test_a_stretch_of_seats_is_a_line_and_a_gap_is_none() -> None:
    assert outline("####", "##_#", "____", "_##_") == "M0 0h4M0 1h2M3 1h1M1 3h2"
    assert outline() == ""


def test_the_outline_is_as_wide_and_deep_as_the_hall_with_its_screen() -> None:
    assert 'viewBox="0 -2.2 6 4.7"' in MapLook.of(hall("##", "######", "#")).html("en")


def test_a_block_of_rows_begins_after_a_gap() -> None:
    named = hall("##", "##", "##")
    named.fileiras[1].bloco = "Mezanino"
    balcony = hall("##", "##", "##")
    for row, name in zip(balcony.fileiras, ("Y", "Z", "AA"), strict=True):
        row.nome = name
    unnamed = hall("##", "##", "##")
    unnamed.fileiras[2].nome = "AA"
    paths = [path_of(answer) for answer in (named, balcony, unnamed)]
    assert paths == ["M0 0h2M0 2h2M0 3h2", "M0 0h2M0 1h2M0 2h2", "M0 0h2M0 1h2M0 3h2"]
    assert 'viewBox="0 -2.2 2 5.7"' in MapLook.of(named).html("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_film_room_and_hour_in_the_buyers_language(language: str) -> None:
    answer = hall("##")
    html = MapLook.of(answer).html(language)
    assert f"<h1>{answer.sessao.filme.titulo}</h1>" in html
    assert words_in(language).room(answer.sessao.sala) in html
    assert re.search(r"\d\d(/| \w{3,4} ?)\d{0,2} · \d\d?[h:]\d\d", html)


def test_a_films_title_is_never_markup() -> None:
    answer = hall("##")
    answer.sessao.filme.titulo = NASTY
    html = MapLook.of(answer).html("en")
    assert "<script" not in html
    assert NASTY in unescape(html)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["iso"])
def test_days_and_hours_are_written_as_browsers_write_them(case: dict[str, str]) -> None:
    moment = datetime.fromisoformat(case["iso"])
    assert {tag: day_and_hour(moment, tag) for tag in LANGUAGES} == {t: case[t] for t in LANGUAGES}


def test_a_vast_hall_is_a_kilobyte() -> None:
    rows = ["_".join(["#" * 20] * 3)] * 7
    assert len(MapLook.of(hall(*rows)).html("pt-BR")) < 700


DAY_MS = 24 * 60 * 60 * 1_000


def a_showing(
    film: str, number: int, days: int = 0, free: int = 9, over: bool = False
) -> pb.Sessao:
    showing = a_session(film, free)
    showing.sessao_id = f"S{number}"
    showing.filme.filme_id = film
    showing.inicio_ms += days * DAY_MS
    showing.encerrada = over
    return showing


def programme(*showings: pb.Sessao, language: str = "pt-BR") -> list[tuple[str, list[str]]]:
    """Films, each with the addresses that its hours lead to."""
    html = ProgrammeLook.of(pb.SessoesResponse(sessoes=showings)).html(language)
    films = re.findall(r"<h2>([^<]*)</h2>.*?</article>", html)
    links = [re.findall(r'href="([^"]*)"', part) for part in html.split("<h2>")[1:]]
    return list(zip(films, links, strict=True))


def test_the_programme_shows_all_films_and_the_hours_of_the_first_day_with_seats() -> None:
    shown = programme(
        a_showing("Ontem", 1, over=True),
        a_showing("Cheio", 2, free=0),
        a_showing("Amanhã", 3, days=1),
        a_showing("Cheio", 4, days=1, free=0),
        a_showing("Depois", 5, days=2),
    )
    assert shown == [
        ("Cheio", ["/sessao/S4"]),
        ("Amanhã", ["/sessao/S3"]),
        ("Depois", []),
        ("Ontem", []),
    ]


@pytest.mark.parametrize(("language", "hour"), [("pt-BR", "17h45"), ("en", "17:45")])
def test_the_programme_speaks_the_buyers_language(language: str, hour: str) -> None:
    html = ProgrammeLook.of(pb.SessoesResponse(sessoes=[a_session()])).html(language)
    assert f'<strong class="session-hour">{hour}</strong>' in html
    assert f"<h1>{texts_in(language)['page']['programme']}</h1>" in html


def test_the_cinema_has_its_name_above_the_programme() -> None:
    answer = pb.SessoesResponse(sessoes=[a_session()], cinema="Cine <Aurora>")
    assert '<p class="cinema">Cine &lt;Aurora&gt;</p>' in ProgrammeLook.of(answer).html("es")


def test_a_programme_without_films_has_its_title() -> None:
    assert programme() == []


def test_no_title_and_no_id_is_taken_for_markup_in_the_programme() -> None:
    nasty = a_showing(NASTY, 1)
    nasty.sessao_id = '"><script>'
    html = ProgrammeLook.of(pb.SessoesResponse(sessoes=[nasty])).html("en")
    assert "<script" not in html
