"""Colours of both themes have enough contrast: WCAG 1.4.3 for text, 1.4.11 for shapes. axe leaves
single digits out."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static" / "tokens.css").read_text()
TOKENS = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", CSS)
THEMES = {
    "light": {name: light for name, light, _ in TOKENS},
    "dark": {name: dark for name, _, dark in TOKENS},
}

TEXT = 4.5
SHAPE = 3
PAIRS = [
    *((text, ground, TEXT) for text in ("text", "quiet") for ground in ("bg", "surface", "sunk")),
    ("seat-text", "seat", TEXT),
    ("on-accent", "accent", TEXT),
    ("danger", "surface", TEXT),
    ("danger", "bg", TEXT),
    ("good", "surface", TEXT),
    ("seat-edge", "bg", SHAPE),
    ("seat-edge", "seat", SHAPE),
    ("seat-edge", "surface", SHAPE),
    ("cross", "sunk", SHAPE),
    ("other", "bg", SHAPE),
    ("accent", "bg", SHAPE),
    ("focus", "bg", SHAPE),
    ("focus", "surface", SHAPE),
    ("focus", "seat", SHAPE),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_colours_differ_enough_to_be_distinguished(
    theme: str, front: str, ground: str, least: float
) -> None:
    colours = THEMES[theme]
    assert contrast(colours[front], colours[ground]) >= least


def contrast(one: str, other: str) -> float:
    """From 1 to 21, by WCAG's formula."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Of `#rgb` or `#rrggbb`, from 0 to 1."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
