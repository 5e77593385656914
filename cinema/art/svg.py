"""A poster as SVG: shapes and outlines alone, which look the same everywhere."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from cinema.art.lettering import advances, outlines, units_per_em
from cinema.art.poster import Poster
from cinema.art.shapes import Circle, Shape


def svg(poster: Poster) -> str:
    parts = (*map(_shape, poster.scene), *_title(poster))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {poster.width} {poster.height}">'
        f"{''.join(parts)}</svg>"
    )


def _shape(shape: Shape) -> str:
    if isinstance(shape, Circle):
        at = f'cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}"'
        return f'<circle {at} fill="{shape.colour}"/>'
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in shape.points)
    return f'<polygon points="{points}" fill="{shape.colour}"/>'


def _title(poster: Poster) -> Iterator[str]:
    """Outlines, each letter's once; or text in the reader's font if ours lacks a letter."""
    lettering, ink = poster.title, poster.colours.ink
    if lettering.is_ours:
        yield from _outlined(poster, f"{lettering.size / units_per_em():.5f}")
        return
    font = f'font-family="sans-serif" font-weight="800" font-size="{_n(lettering.size)}"'
    for line, (x, y) in poster.feet:
        yield f'<text x="{_n(x)}" y="{_n(y)}" fill="{ink}" {font}>{escape(line)}</text>'


def _outlined(poster: Poster, scale: str) -> Iterator[str]:
    letters = sorted(set("".join(poster.title.lines)) - {" "})
    paths = outlines(letters)
    yield "<defs>"
    for letter in letters:
        yield f'<path id="l{ord(letter)}" d="{paths[letter]}"/>'
    yield f'</defs><g fill="{poster.colours.ink}">'
    for line, (x, y) in poster.feet:
        yield f'<g transform="translate({_n(x)} {_n(y)}) scale({scale} -{scale})">'
        for letter, at in advances(line):
            if letter != " ":
                yield f'<use href="#l{ord(letter)}" x="{at}"/>'
        yield "</g>"
    yield "</g>"


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
