"""What a drawn picture shows.

Each motif fills a scene; at its lower edge it has the colour of the ground.
"""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random

from cinema.art.palettes import Palette
from cinema.art.shapes import Circle, Point, Polygon, Shape, rectangle

Motif = Callable[[Random, float, float, Palette], Iterator[Shape]]


def hills(random: Random, width: float, height: float, colours: Palette) -> Iterator[Shape]:
    """A sun behind three ranges."""
    unit = min(width, height)
    yield Circle(
        width * random.uniform(0.28, 0.72),
        height * 0.42,
        unit * random.uniform(0.2, 0.3),
        colours.light,
    )
    for level, colour in (
        (0.5, blend(colours.sky, colours.far)),
        (0.64, colours.far),
        (0.8, colours.near),
    ):
        phase, steep = random.uniform(0, math.tau), random.uniform(0.05, 0.12)
        crest = [
            (x, height * (level + steep * math.sin(phase + x / width * 4.2) * (1.3 - level)))
            for x in steps(width, 24)
        ]
        yield ground(crest, width, height, colour)


def waves(random: Random, width: float, height: float, colours: Palette) -> Iterator[Shape]:
    """A sea in rows of scallops, and the moon or the sun over it."""
    unit = min(width, height)
    yield Circle(
        width * random.uniform(0.25, 0.75),
        height * 0.3,
        unit * random.uniform(0.15, 0.22),
        colours.light,
    )
    rows = 5
    for row in range(rows):
        top = height * (0.48 + 0.52 * row / rows)
        colour = blend(colours.far, colours.near, row / (rows - 1))
        length, shift = width / random.choice((3, 4, 5)), random.uniform(0, 1)
        crest = [
            (x, top + height * 0.035 * abs(math.sin(math.pi * (x / length + shift))))
            for x in steps(width, 48)
        ]
        yield ground(crest, width, height, colour)


def projector(random: Random, width: float, height: float, colours: Palette) -> Iterator[Shape]:
    """The light over the heads of an audience."""
    left = random.random() < 0.5
    source = (width * (0.1 if left else 0.9), height * 0.12)
    far = width * (1.25 if left else -0.25)
    for spread, colour in (
        (0.46, blend(colours.sky, colours.light, 0.3)),
        (0.3, blend(colours.sky, colours.light, 0.6)),
        (0.14, colours.light),
    ):
        middle = height * 0.56
        edge = ((far, middle - height * spread), (far, middle + height * spread))
        yield Polygon((source, *edge), colour)
    yield Circle(*source, min(width, height) * 0.055, colours.light)
    for row, colour in ((0.86, blend(colours.far, colours.near, 0.5)), (1.0, colours.near)):
        yield from audience(random, width, height, row, colour)


def audience(
    random: Random, width: float, height: float, level: float, colour: str
) -> Iterator[Shape]:
    radius = min(width / 11, height / 9)
    for x in steps(width, math.ceil(width / (radius * 2.7))):
        y = height * level - radius * random.uniform(1.3, 1.7)
        yield Circle(x, y, radius, colour)
        yield Circle(x, y + radius * 2, radius * 1.45, colour)


def city(random: Random, width: float, height: float, colours: Palette) -> Iterator[Shape]:
    """Houses at night, with some windows lit."""
    yield Circle(
        width * random.uniform(0.2, 0.8), height * 0.24, min(width, height) * 0.13, colours.light
    )
    for low, high, count, colour in ((0.3, 0.6, 7, colours.far), (0.5, 0.8, 6, colours.near)):
        for left, right in pairwise(steps(width, count)):
            top = height * random.uniform(low, high)
            yield rectangle(left, top, right + 1.5, height, colour)
            if colour == colours.near:
                yield from windows(random, left, top, right, height, colours.light)


def windows(
    random: Random, left: float, top: float, right: float, bottom: float, colour: str
) -> Iterator[Shape]:
    pitch = (right - left) / 4
    y = top + pitch * 0.7
    while y + pitch < bottom:
        for column in range(3):
            x = left + pitch * (0.68 + column)
            if random.random() < 0.42:
                yield rectangle(x, y, x + pitch * 0.6, y + pitch * 0.75, colour)
        y += pitch * 1.3


def rings(random: Random, width: float, height: float, colours: Palette) -> Iterator[Shape]:
    """A whirl, and somebody in it."""
    x, y = width / 2, height * 0.52
    count = random.choice((7, 9))
    reach = math.hypot(width, height) * 0.62
    for ring in range(count, 0, -1):
        turn = ring * random.uniform(0.5, 0.9)
        radius = reach * (ring / count) ** 1.25
        drift = radius * 0.07
        colour = (colours.far, colours.sky)[ring % 2]
        yield Circle(x + drift * math.cos(turn), y + drift * math.sin(turn), radius, colour)
    yield Circle(x, y, min(width, height) * 0.2, colours.light)
    yield from figure(x, y + height * 0.12, height * 0.27, colours.near)
    yield rectangle(0, height * 0.985, width, height, colours.near)


def figure(x: float, foot: float, tall: float, colour: str) -> Iterator[Shape]:
    """Somebody, seen from behind, in a long coat."""
    head = tall * 0.12
    yield Circle(x, foot - tall + head, head, colour)
    top = foot - tall + head * 2.1
    coat = (
        (x - tall * 0.17, top),
        (x + tall * 0.17, top),
        (x + tall * 0.23, foot),
        (x - tall * 0.23, foot),
    )
    yield Circle(x - tall * 0.11, top + tall * 0.055, tall * 0.075, colour)
    yield Circle(x + tall * 0.11, top + tall * 0.055, tall * 0.075, colour)
    yield Polygon(coat, colour)


def corridor(random: Random, width: float, height: float, colours: Palette) -> Iterator[Shape]:
    """Doors behind doors, a light in the last, and somebody before it."""
    x, y = width * random.uniform(0.42, 0.58), height * 0.58
    count = 5
    for door in range(count + 1):
        share = (1 - door / count) ** 1.35 * 0.86 + 0.14
        half, tall = width * 0.5 * share, height * 0.58 * share
        colour = colours.light if door == count else (colours.far, colours.sky)[door % 2]
        centre = width / 2 + (x - width / 2) * (1 - share)
        yield rectangle(centre - half, y - tall, centre + half, y + tall * 0.72, colour)
    floor = (
        (0, height),
        (width, height),
        (x + width * 0.07, y + height * 0.058),
        (x - width * 0.07, y + height * 0.058),
    )
    yield Polygon(floor, colours.near)
    yield from figure(x, y + height * 0.07, height * 0.125, colours.near)


def rays(random: Random, width: float, height: float, colours: Palette) -> Iterator[Shape]:
    """A sun that rises with all its rays."""
    x, y = width * random.uniform(0.4, 0.6), height * 0.82
    reach, count = math.hypot(width, height) * 1.2, random.choice((10, 12, 14))
    for ray in range(count):
        turns = (math.pi * (1 + (ray + side) / count) for side in (0, 0.5))
        ends = [(x + reach * math.cos(turn), y + reach * math.sin(turn)) for turn in turns]
        yield Polygon(((x, y), *ends), colours.far)
    yield Circle(x, y, min(width, height) * random.uniform(0.24, 0.32), colours.light)
    crest = [
        (at, height * (0.84 - 0.03 * math.sin(math.pi * at / width))) for at in steps(width, 16)
    ]
    yield ground(crest, width, height, colours.near)


def stars(random: Random, width: float, height: float, colours: Palette) -> Iterator[Shape]:
    """A night full of lights over a dark ridge."""
    unit = min(width, height)
    for _ in range(46):
        at = (random.uniform(0, width), random.uniform(0, height * 0.8))
        yield Circle(*at, unit * random.choice((0.004, 0.006, 0.011)), colours.ink)
    x, y, radius = (
        width * random.uniform(0.35, 0.65),
        height * 0.4,
        unit * random.uniform(0.16, 0.22),
    )
    for glow in (1.9, 1.45):
        yield Circle(x, y, radius * glow, blend(colours.sky, colours.light, 0.5 - glow / 5))
    yield Circle(x, y, radius, colours.light)
    for level, colour in ((0.74, colours.far), (0.86, colours.near)):
        phase = random.uniform(0, 9)
        crest = [
            (
                at,
                height
                * (level + 0.045 * math.sin(phase + at / width * 9) * math.sin(at / width * 5)),
            )
            for at in steps(width, 24)
        ]
        yield ground(crest, width, height, colour)


def rails(random: Random, width: float, height: float, colours: Palette) -> Iterator[Shape]:
    """Tracks that meet where the sun is."""
    x, y = width * random.uniform(0.4, 0.6), height * 0.46
    yield Circle(x, y, min(width, height) * 0.27, colours.light)
    yield rectangle(0, y, width, height, colours.far)
    bed = width * 0.62
    yield Polygon(((x, y), (x + bed, height), (x - bed, height)), colours.near)
    for sleeper in range(1, 9):
        depth = (sleeper / 9) ** 2
        top, half, thick = (
            y + (height - y) * depth,
            bed * 0.72 * depth,
            height * 0.022 * (0.3 + depth),
        )
        yield rectangle(x - half, top, x + half, top + thick, colours.sky)
    for side in (-1, 1):
        outer, inner = x + side * bed * 0.56, x + side * bed * 0.48
        yield Polygon(((x, y), (outer, height), (inner, height)), colours.light)
    yield rectangle(0, height * 0.985, width, height, colours.near)


MOTIFS: tuple[Motif, ...] = (hills, waves, projector, city, rings, corridor, rays, stars, rails)


def steps(width: float, count: int) -> list[float]:
    return [width * step / count for step in range(count + 1)]


def ground(crest: list[Point], width: float, height: float, colour: str) -> Polygon:
    """All that is below a line."""
    return Polygon((*crest, (width, height), (0, height)), colour)


def blend(first: str, second: str, share: float = 0.5) -> str:
    """`share` of the second colour in the first."""
    pairs = zip(bytes.fromhex(first[1:]), bytes.fromhex(second[1:]), strict=True)
    return "#" + bytes(round(a + (b - a) * share) for a, b in pairs).hex()
