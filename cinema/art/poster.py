"""The composition: a motif, and the title below or beside it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from cinema.art.lettering import CAPITAL, LEADING, Lettering, fit
from cinema.art.motifs import MOTIFS
from cinema.art.palettes import PALETTES, Palette
from cinema.art.shapes import Circle, Point, Polygon, Shape, rectangle

UPRIGHT = (400, 600)  # for pages and mails
WIDE = (1200, 630)  # for previews of links: the format that is cropped least

_SERIES = 47905  # any seed works; with this one the demo's films get fitting motifs
_MARGIN = 0.075  # of the shorter side


@dataclass(frozen=True)
class Poster:
    """`scene` is drawn first, in order. `at`: the left end of the title's first baseline."""

    width: int
    height: int
    colours: Palette
    scene: tuple[Shape, ...]
    title: Lettering
    at: Point

    @property
    def feet(self) -> Iterator[tuple[str, Point]]:
        """Each line and the left end of its baseline."""
        x, y = self.at
        for number, line in enumerate(self.title.lines):
            yield line, (x, y + number * self.title.size * LEADING)


def poster(film_id: str, title: str) -> Poster:
    """Upright: the motif above, the title below."""
    width, height = UPRIGHT
    margin = width * _MARGIN
    lettering = fit(title, width - 2 * margin, height * 0.44, width * 0.34)
    scene_height = height - lettering.height - 2.1 * margin
    colours, scene = _scene(film_id, width, scene_height)
    ground = rectangle(0, scene_height - 1, width, height, colours.near)
    at = (margin, scene_height + 0.9 * margin + lettering.size * CAPITAL)
    return Poster(width, height, colours, (*scene, ground), lettering, at)


def wide_poster(film_id: str, title: str) -> Poster:
    """The title on the left, the motif on the right."""
    width, height = WIDE
    margin = height * _MARGIN
    split = width * 0.46
    lettering = fit(title, split - 1.6 * margin, height - 3 * margin, height * 0.3)
    colours, scene = _scene(film_id, width - split, height)
    ground = rectangle(0, 0, split, height, colours.near)
    top = (height - lettering.height) / 2
    at = (margin, top + lettering.size * CAPITAL)
    moved = (_moved(shape, split) for shape in scene)
    return Poster(width, height, colours, (*moved, ground), lettering, at)


def _scene(film_id: str, width: float, height: float) -> tuple[Palette, list[Shape]]:
    """Depends on the film's id alone, not on its title."""
    seed = hashlib.sha256(f"{_SERIES}/{film_id}".encode()).digest()
    random = Random(seed)  # noqa: S311 - a picture is no secret
    colours, motif = random.choice(PALETTES), random.choice(MOTIFS)
    sky = rectangle(0, 0, width, height, colours.sky)
    return colours, [sky, *motif(random, width, height, colours)]


def _moved(shape: Shape, right: float) -> Shape:
    if isinstance(shape, Circle):
        return Circle(shape.x + right, shape.y, shape.radius, shape.colour)
    return Polygon([(x + right, y) for x, y in shape.points], shape.colour)
