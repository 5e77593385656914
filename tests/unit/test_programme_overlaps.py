"""Two sessions cannot be in one room at the same time."""

from pathlib import Path

import pytest

from booking.programme import Programme, ProgrammeError, load_programme
from tests.support.programmes import GOOD, changed

SESSION = """
[[sessoes]]
id = "{id}"
filme = "agente"
sala = "{room}"
idioma = "dublado"
inicio = {start}
precos = {{ comum = 3200 }}
"""


def load(folder: Path, text: str) -> Programme:
    (folder / "programacao.toml").write_text(text, encoding="utf-8")
    return load_programme(folder / "programacao.toml")


def of_sessions(*starts: str, rooms: tuple[str, ...] = ()) -> str:
    """A programme with sessions of 158 minutes; all in one room, unless `rooms` says otherwise."""
    base = GOOD[: GOOD.index("[[sessoes]]")]
    names = rooms or ("azul",) * len(starts)
    entries = zip(starts, names, strict=True)
    return base + "".join(
        SESSION.format(id=f"S{number}", room=room, start=start)
        for number, (start, room) in enumerate(entries)
    )


TOGETHER = [
    ("2026-12-13T20:00:00", "2026-12-13T20:00:00"),
    ("2026-12-13T20:00:00", "2026-12-13T20:30:00"),
    ("2026-12-13T20:30:00", "2026-12-13T20:00:00"),
    ("2026-12-13T20:00:00", "2026-12-13T22:37:59"),
    ("2026-12-13T23:30:00", "2026-12-14T00:30:00"),
    ("20:00:00", "20:30:00"),
    ("20:30:00", "20:00:00"),
    ("23:30:00", "00:30:00"),
    ("00:30:00", "23:30:00"),
]
APART = [
    ("2026-12-13T20:00:00", "2026-12-13T22:38:00"),
    ("2026-12-13T20:00:00", "2026-12-14T20:00:00"),
    ("2026-12-13T22:38:00", "2026-12-13T20:00:00"),
    ("20:00:00", "22:38:00"),
    ("23:30:00", "02:08:00"),
]


@pytest.mark.parametrize("starts", TOGETHER)
def test_sessions_that_overlap_in_one_room_are_refused_with_both_lines(
    tmp_path: Path, starts: tuple[str, str]
) -> None:
    text = of_sessions(*starts)
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("inicio")]
    with pytest.raises(ProgrammeError) as refused:
        load(tmp_path, text)
    text = str(refused.value)
    assert "\n" not in text
    assert {f"linha {line}" in text for line in lines} == {True}
    assert "S0" in text
    assert "S1" in text


@pytest.mark.parametrize("starts", APART)
def test_sessions_one_after_the_other_are_fine(tmp_path: Path, starts: tuple[str, str]) -> None:
    assert len(load(tmp_path, of_sessions(*starts)).sessions) == 2


def test_the_sentence_names_the_session_in_the_room_and_its_end(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError) as refused:
        load(tmp_path, of_sessions("2026-12-13T20:00:00", "2026-12-13T21:30:00"))
    assert str(refused.value) == (
        "programacao.toml, linha 30: inicio: S1 começa às 21:30 na sala 'azul', "
        "que S0 (linha 22) ocupa das 20:00 às 22:38"
    )


def test_a_long_session_is_found_behind_a_short_one_that_came_between(tmp_path: Path) -> None:
    """Each session is compared with whatever is still running, not with its neighbour alone."""
    text = of_sessions("2026-12-13T12:00:00", "2026-12-13T14:00:00", "2026-12-13T14:37:00")
    with pytest.raises(ProgrammeError) as refused:
        load(tmp_path, text)
    assert [line.split(": ")[1].split()[0] for line in str(refused.value).splitlines()] == [
        "inicio",
        "inicio",
    ]


def test_the_same_time_in_two_rooms_is_fine(tmp_path: Path) -> None:
    second = '[[salas]]\nid = "verde"\nnome = "Sala Verde"\nfileiras = ["A CAO."]\n'
    text = of_sessions(*["2026-12-13T20:00:00"] * 2, rooms=("azul", "verde"))
    assert len(load(tmp_path, text.replace("[[sessoes]]", f"{second}[[sessoes]]", 1)).sessions) == 2


def test_cleaning_counts_only_where_the_room_asks_for_it(tmp_path: Path) -> None:
    text = of_sessions("2026-12-13T20:00:00", "2026-12-13T22:50:00")
    assert len(load(tmp_path, text).sessions) == 2
    with pytest.raises(ProgrammeError, match="20:00 às 22:58"):
        load(tmp_path, text.replace('id = "azul"', 'id = "azul"\nlimpeza_min = 20'))


def test_a_time_of_every_day_that_meets_a_dated_session_is_a_warning(tmp_path: Path) -> None:
    programme = load(tmp_path, of_sessions("20:00:00", "2026-12-13T20:30:00"))
    (warning,) = [text for text in programme.warnings if "inicio" in text]
    assert "S1 começa às 20:30" in warning
    assert "linha 22" in warning


def test_a_season_in_one_room_is_checked_in_no_time(tmp_path: Path) -> None:
    days = [f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    starts = [f"{day}T{hour}:00:00" for day in days for hour in (12, 15, 18, 21)]
    assert len(load(tmp_path, of_sessions(*starts)).sessions) == len(starts)


def test_a_clash_is_said_once_a_session(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError) as refused:
        load(tmp_path, changed("2026-12-13T14:00:00", "2026-12-13T17:00:00"))
    assert len(str(refused.value).splitlines()) == 1
