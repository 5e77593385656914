"""Colours that go together, in the manner of printed posters: few, flat and strong."""

from typing import NamedTuple


class Palette(NamedTuple):
    """`near` is the ground that the title stands on, in `ink`."""

    sky: str
    far: str
    near: str
    light: str
    ink: str


PALETTES = (
    Palette("#1f3a68", "#2f5a97", "#0d1b33", "#fca311", "#fdf6e3"),
    Palette("#e4572e", "#b03a1c", "#33110d", "#ffd166", "#fff6e6"),
    Palette("#cfe6e2", "#5ea3a8", "#0d3f4e", "#fb8b24", "#f8fffe"),
    Palette("#f2c14e", "#6c9150", "#1c3a2d", "#f26b4e", "#fff8e7"),
    Palette("#f4d9c6", "#c8553d", "#431222", "#f2a03d", "#fff3e8"),
    Palette("#3a1a70", "#6d34b5", "#170833", "#ff5c93", "#fdf0ff"),
    Palette("#dfe7f2", "#86a3c9", "#1c2f50", "#e63946", "#ffffff"),
    Palette("#f6bd60", "#dd7458", "#3b2629", "#fff1d0", "#fff1d0"),
    Palette("#0f4f4a", "#1d8a80", "#06231f", "#f4d35e", "#f3fbf5"),
    Palette("#ffb8c6", "#f2628f", "#520b20", "#fff0c9", "#fff0f3"),
    Palette("#e9e4da", "#98928a", "#17171b", "#c8141f", "#f6f2ea"),
    Palette("#12a5a5", "#087f86", "#072f39", "#ffd23f", "#f4fffd"),
)
