"""What a programme may say, but hardly means."""

from pathlib import Path

import pytest

from booking.programme import load_programme
from booking.programme.accessible_seats import missing_seats, required
from booking.programme.file import ProgrammeFile
from booking.programme.rooms import read_row
from tests.support.programmes import GOOD, changed
from tests.unit.test_programme import DEMO


def warnings(folder: Path, text: str) -> tuple[str, ...]:
    (folder / "programacao.toml").write_text(text, encoding="utf-8")
    return load_programme(folder / "programacao.toml").warnings


def missing(*rows: str) -> list[str]:
    """What is too few of, as "found de needed" and the mark."""
    return [text.split(",")[0] for text in missing_seats([read_row(row) for row in rows])]


@pytest.mark.parametrize(
    ("places", "needed"),
    [(1, 1), (50, 1), (51, 2), (82, 2), (200, 4), (388, 8), (1000, 20), (1001, 21), (1101, 22)],
)
def test_the_decree_s_share_is_rounded_up(places: int, needed: int) -> None:
    assert required(places) == needed


def test_a_room_that_obeys_the_decree_gets_no_warning() -> None:
    assert missing("A CAO.") == []
    assert missing("A .CA", "B AC...", "C O.....M") == []


def test_each_kind_that_is_missing_is_counted() -> None:
    assert missing("A " + "." * 60) == [
        "espaços para cadeira de rodas (C): 0 de 2",
        "assentos de mobilidade reduzida (M e O): 0 de 2",
        "assentos para pessoa obesa (O): 0 de 1",
    ]


@pytest.mark.parametrize("row", ["A C_AO", "A C.AO", "A CO", "A CCAOO"])
def test_a_companion_sits_beside_the_wheelchair_space(row: str) -> None:
    (warning,) = missing(row)
    assert warning.startswith("acompanhantes (A) ao lado dos espaços para cadeira de rodas")


def test_two_wheelchair_spaces_side_by_side_have_two_companions_in_their_group() -> None:
    assert missing("A CCAAOO") == missing("A ACCAOO") == []


def test_seats_for_obese_people_count_among_those_for_reduced_mobility() -> None:
    assert missing("A CA" + "." * 60 + "CAOM") == []
    assert missing("A CA" + "." * 60 + "CAMM") == ["assentos para pessoa obesa (O): 0 de 1"]


def test_the_demonstration_s_rooms_obey_the_decree() -> None:
    assert load_programme(DEMO).warnings == ()


def test_a_warning_names_the_line_the_room_s_size_and_the_decree(tmp_path: Path) -> None:
    text = changed("A CA.._PP", "A ...._PP")
    (warning,) = [line for line in warnings(tmp_path, text) if "cadeira" in line]
    assert warning == (
        "programacao.toml, linha 11: fileiras: espaços para cadeira de rodas (C): 0 de 1, para "
        "11 lugares "
        "(Decreto 5.296/2004, art. 23, na redação do Decreto 9.404/2018)"
    )


@pytest.mark.parametrize(
    ("centavos", "said"), [(32, "R$ 0,32"), (99, "R$ 0,99"), (0, "R$ 0,00"), (100, ""), (3200, "")]
)
def test_a_price_under_a_real_is_probably_not_in_centavos(
    tmp_path: Path, centavos: int, said: str
) -> None:
    text = changed("comum = 3200", f"comum = {centavos}").replace(
        "{ comum = 0 }", "{ comum = 900 }"
    )
    found = [line for line in warnings(tmp_path, text) if "precos" in line]
    assert bool(found) is bool(said)
    assert all(
        line.startswith(
            f"programacao.toml, linha 22: precos.comum: {said}; os preços são em centavos"
        )
        for line in found
    )


def test_warnings_stop_nothing_and_are_logged_once_a_version(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "programacao.toml"
    file.write_text(GOOD, encoding="utf-8")
    programme = ProgrammeFile(file)
    assert list(programme.current.sessions) == ["S0", "S1"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "precos.comum: R$ 0,00" in caplog.messages[0]
    assert "linha 30" in caplog.messages[0]
