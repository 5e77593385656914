"""The pictures of films: drawn, or read from a file that the programme names."""

import io
import xml.etree.ElementTree as Xml
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from cinema.art import lettering
from cinema.art.lettering import length
from cinema.art.motifs import MOTIFS
from cinema.art.palettes import PALETTES, Palette
from cinema.art.picture import SIZE, NoPicture, read_picture, wide_picture
from cinema.art.png import png
from cinema.art.poster import UPRIGHT, WIDE, Poster, poster, wide_poster
from cinema.art.svg import svg

LONG = (
    "Uma história muito longa sobre tudo o que aconteceu naquela tarde de domingo em que "
    "ninguém quis sair " * 2
)
TITLES = {
    "short": "It",
    "usual": "O Agente Secreto",
    "200 characters": LONG[:200].strip(),
    "200 characters without a space": "A" * 200,
    "long words": "Paraskavedekatriafobia Otorrinolaringologista",
    "letters that our font lacks": "千と千尋の神隠し",
    "markup": "<b>&\"'</b>",
    "accents apart": "Mare\u0301 de Sal",
    "many lines": "a " * 99 + "b",
}


@pytest.mark.parametrize("draw", [poster, wide_poster])
@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_title_of_up_to_200_characters_fits(
    title: str, draw: Callable[[str, str], Poster]
) -> None:
    drawn = draw("a-film", title)
    size, feet = drawn.title.size, list(drawn.feet)
    for line, (x, y) in feet:
        assert x > 0
        assert x + length(line, drawn.title.is_ours) * size <= drawn.width * (
            0.48 if draw is wide_poster else 0.95
        )
        assert size * 0.8 <= y <= drawn.height
    assert size >= 20  # of 400 pixels, and read at a third of that
    written = "".join(drawn.title.lines).replace(" ", "")
    assert len(written) >= len("".join(title.split())) - 1  # an accent apart joins its letter


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_drawn_picture_is_plain_svg_that_asks_for_nothing(title: str) -> None:
    text = svg(poster("a-film", title))
    tags = {element.tag.rpartition("}")[2] for element in Xml.fromstring(text).iter()}
    assert tags <= {"svg", "rect", "circle", "polygon", "path", "defs", "g", "use", "text"}
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert len(text) < 25_000


def test_a_film_looks_the_same_each_time_and_films_look_different() -> None:
    again = svg(poster("vagalume", "Vagalume"))
    assert svg(poster("vagalume", "Vagalume")) == again
    others = {svg(poster(f"film-{number}", "Vagalume")) for number in range(30)}
    assert len(others | {again}) == 31


def test_a_film_that_is_renamed_keeps_its_scene() -> None:
    before, after = poster("vagalume", "Vagalume"), poster("vagalume", "Pirilampo")
    assert before.colours == after.colours
    assert len(before.scene) == len(after.scene)


def test_every_scene_and_every_colour_is_used() -> None:
    drawn = [poster(f"film-{number}", "x") for number in range(400)]
    assert {one.colours for one in drawn} == set(PALETTES)
    assert len(MOTIFS) == 9


@pytest.mark.parametrize("colours", PALETTES, ids=lambda colours: colours.near)
def test_a_title_is_read_on_its_ground(colours: Palette) -> None:
    assert contrast(colours.ink, colours.near) >= 7


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [channel / 255 for channel in bytes.fromhex(colour[1:])]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_preview_is_a_png_that_messengers_take() -> None:
    picture = png(wide_poster("a-film", TITLES["usual"]), WIDE[0])
    with Image.open(io.BytesIO(picture)) as read:
        assert (read.format, read.size) == ("PNG", WIDE)
    assert len(picture) < 300_000  # what WhatsApp shows


def test_a_title_that_our_font_lacks_is_left_out_of_a_png() -> None:
    with Image.open(
        io.BytesIO(png(poster("a-film", TITLES["letters that our font lacks"]), 200))
    ) as read:
        below = read.convert("RGB").crop((0, 230, 200, 300))
        assert len(below.getcolors() or []) == 1
        assert read.size == (200, 200 * UPRIGHT[1] // UPRIGHT[0])


# ------------------------------------------------------------------------ pictures of the programme


@pytest.mark.parametrize(
    ("kind", "size"), [("JPEG", (900, 1350)), ("PNG", (300, 200)), ("WEBP", (64, 64))]
)
def test_a_picture_of_any_size_becomes_an_upright_jpeg(
    kind: str, size: tuple[int, int], tmp_path: Path
) -> None:
    file = tmp_path / "cartaz"
    Image.new("RGB", size, "#c8553d").save(file, kind)
    picture = read_picture(file)
    with Image.open(io.BytesIO(picture.jpeg)) as read:
        assert (read.format, read.size) == ("JPEG", SIZE)
    with Image.open(io.BytesIO(wide_picture(picture.jpeg))) as wide:
        assert (wide.format, wide.size) == ("JPEG", WIDE)


def test_what_a_camera_writes_beside_a_picture_is_not_passed_on(tmp_path: Path) -> None:
    """Where it was taken, say. It lies on its side, which is mended."""
    file = tmp_path / "cartaz.jpg"
    lying = Image.new("RGB", (720, 480), "white")
    lying.paste("black", (0, 0, 720, 240))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010E] = "Rua das Flores 7"
    lying.save(file, "JPEG", exif=exif)
    jpeg = read_picture(file).jpeg
    assert b"Flores" not in jpeg
    with Image.open(io.BytesIO(jpeg)) as read:
        grey = read.convert("L").tobytes()
    middle = SIZE[0] * SIZE[1] // 2
    assert grey[middle + 100] > 240
    assert grey[middle + 400] < 16


def a_png(size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "não há arquivo 'cartaz.jpg' ao lado da programação"),
        (b"", "não é uma imagem JPEG, PNG ou WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "não é uma imagem JPEG, PNG ou WebP"),
        (b"GIF89a" + b"\0" * 99, "não é uma imagem JPEG, PNG ou WebP"),
        (a_png((300, 300))[:200], "não pode ser lido como imagem"),
        (partial(a_png, (9_000, 9_000)), "tem mais de 40 megapixels"),
        (b"\xff\xd8" + b"\0" * 8_000_000, "tem mais de 8 MB"),
    ],
    ids=["missing", "empty", "svg", "gif", "cut off", "vast", "heavy"],
)
def test_a_file_that_is_no_picture_is_refused_with_the_reason(
    content: bytes | Callable[[], bytes] | None, reason: str, tmp_path: Path
) -> None:
    file = tmp_path / "cartaz.jpg"
    if content is not None:
        file.write_bytes(content() if callable(content) else content)
    with pytest.raises(NoPicture, match=reason):
        read_picture(file)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(NoPicture, match="não há arquivo"):
        read_picture(tmp_path)


def test_pictures_that_are_drawn_at_the_same_time_are_whole() -> None:
    """A first crowd: nothing of the font has been read yet, and threads draw."""
    alone = svg(poster("a-film", "O Agente Secreto"))
    for _ in range(10):
        for read in (lettering._font, lettering._widths, lettering.units_per_em):
            read.cache_clear()
        with ThreadPoolExecutor(8) as threads:
            drawing = [
                threads.submit(lambda: svg(poster("a-film", "O Agente Secreto"))) for _ in range(8)
            ]
            assert {one.result() for one in drawing} == {alone}
