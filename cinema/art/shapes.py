"""The shapes of a picture. Coordinates are in its pixels, from the top left."""

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Circle:
    x: float
    y: float
    radius: float
    colour: str


@dataclass(frozen=True)
class Polygon:
    points: Sequence[Point]
    colour: str


Shape = Circle | Polygon


def rectangle(left: float, top: float, right: float, bottom: float, colour: str) -> Polygon:
    return Polygon(((left, top), (right, top), (right, bottom), (left, bottom)), colour)
