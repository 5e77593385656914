"""Pictures that a programme names for its films, beside its file.

One that cannot be had stops nobody from selling.
"""

from pathlib import Path

import pytest
from PIL import Image

from booking.programme import Programme, ProgrammeError, load_programme
from tests.support.programmes import GOOD, changed
from tests.support.waiting import eventually
from tests.unit.test_programme import watched

NAMED = changed('sinopse = ""', 'cartaz = "cartazes/agente.png"')
DRAWN = "o cartaz do filme é desenhado"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A programme that names a picture which is not there yet."""
    path = tmp_path / "programacao.toml"
    path.write_text(NAMED, encoding="utf-8")
    return path


def put_picture(file: Path, colour: str = "#c8553d") -> None:
    picture = file.parent / "cartazes" / "agente.png"
    picture.parent.mkdir(exist_ok=True)
    Image.new("RGB", (200, 300), colour).save(picture)


def version(programme: Programme) -> str:
    return programme.sessions["S1"].film.poster


def test_a_named_picture_is_read_with_the_programme(file: Path) -> None:
    put_picture(file)
    programme = load_programme(file)
    assert programme.pictures["agente"].version == version(programme) != ""
    assert programme.pictures["agente"].jpeg.startswith(b"\xff\xd8")
    assert not any("cartaz" in warning for warning in programme.warnings)


def test_a_film_without_a_picture_and_without_a_synopsis_is_fine(file: Path) -> None:
    file.write_text(changed('sinopse = ""\n', ""), encoding="utf-8")
    programme = load_programme(file)
    assert (version(programme), programme.sessions["S1"].film.synopsis) == ("", "")
    assert programme.pictures == {}


def test_a_missing_picture_is_a_warning_with_its_line_and_the_film_is_sold(file: Path) -> None:
    programme = load_programme(file)
    reason = "não há arquivo 'agente.png' ao lado da programação"
    assert f"programacao.toml, linha 6: cartaz: {reason}; {DRAWN}" in programme.warnings
    assert version(programme) == ""
    assert set(programme.sessions) == {"S1", "S0"}


def test_a_file_that_is_no_picture_is_a_warning_too(file: Path) -> None:
    put_picture(file)
    (file.parent / "cartazes" / "agente.png").write_text("<html>404</html>")
    programme = load_programme(file)
    reason = "'agente.png' não é uma imagem JPEG, PNG ou WebP"
    assert f"programacao.toml, linha 6: cartaz: {reason}; {DRAWN}" in programme.warnings
    assert version(programme) == ""


@pytest.mark.parametrize(
    "name", ["../a.png", "/etc/passwd", "a/../../b.png", "", ".env", "a\\\\b.png", "~/a.png"]
)
def test_a_picture_is_beside_the_programme_and_nowhere_else(file: Path, name: str) -> None:
    file.write_text(changed('sinopse = ""', f'cartaz = "{name}"'), encoding="utf-8")
    with pytest.raises(
        ProgrammeError, match="linha 6: cartaz: deve ser um arquivo ao lado da programação"
    ):
        load_programme(file)


def test_a_title_has_up_to_200_characters(file: Path) -> None:
    file.write_text(GOOD.replace("O Agente Secreto", "A" * 200), encoding="utf-8")
    assert load_programme(file).sessions["S1"].film.title == "A" * 200
    file.write_text(GOOD.replace("O Agente Secreto", "A" * 201), encoding="utf-8")
    with pytest.raises(ProgrammeError, match="linha 3: titulo: pode ter no máximo 200 caracteres"):
        load_programme(file)


async def test_a_picture_that_comes_later_or_changes_is_taken_up(file: Path) -> None:
    async with watched(file) as programme:
        assert version(programme.current) == ""
        put_picture(file)
        await eventually(lambda: version(programme.current) != "", what="the picture is there")
        first = version(programme.current)
        put_picture(file, "#0d3f4e")
        await eventually(lambda: version(programme.current) != first, what="another picture")
