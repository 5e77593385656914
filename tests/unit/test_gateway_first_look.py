"""What a map's page shows before its scripts are there."""

import json
import re
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest

import cinema_pb2 as pb
from cinema.language_tags import LANGUAGES
from cinema.local_time import day_and_hour
from cinema.programme_words import words_in
from gateway.first_look import FirstLook
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
    found = re.search(r'<path d="([^"]*)"', FirstLook.of(hall(*rows)).html("pt-BR"))
    assert found
    return found[1]


def test_a_stretch_of_seats_is_a_line_and_a_gap_is_none() -> None:
    assert outline("####", "##_#", "____", "_##_") == "M0 0h4M0 1h2M3 1h1M1 3h2"
    assert outline() == ""


def test_the_outline_is_as_wide_and_deep_as_the_hall_with_its_screen() -> None:
    assert 'viewBox="0 -2.2 6 4.7"' in FirstLook.of(hall("##", "######", "#")).html("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_film_room_and_hour_in_the_buyers_language(language: str) -> None:
    answer = hall("##")
    html = FirstLook.of(answer).html(language)
    assert f"<h1>{answer.sessao.filme.titulo}</h1>" in html
    assert words_in(language).room(answer.sessao.sala) in html
    assert re.search(r"\d\d(/| \w{3,4} ?)\d{0,2} · \d\d?[h:]\d\d", html)


def test_a_films_title_is_never_taken_for_markup() -> None:
    answer = hall("##")
    answer.sessao.filme.titulo = NASTY
    html = FirstLook.of(answer).html("en")
    assert "<script" not in html
    assert NASTY in unescape(html)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["iso"])
def test_days_and_hours_are_written_as_browsers_write_them(case: dict[str, str]) -> None:
    moment = datetime.fromisoformat(case["iso"])
    assert {tag: day_and_hour(moment, tag) for tag in LANGUAGES} == {t: case[t] for t in LANGUAGES}


def test_a_vast_hall_is_a_kilobyte() -> None:
    rows = ["_".join(["#" * 20] * 3)] * 7
    assert len(FirstLook.of(hall(*rows)).html("pt-BR")) < 700
