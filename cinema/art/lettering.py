"""Titles in large type: as large as they fit, in a poster's narrow capitals (Fjalla One, SIL Open Font License)."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from font_fjallaone import FjallaOne
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

FONT_FILE = str(FjallaOne)
LEADING = 1.08  # from line to line, in ems
CAPITAL = 0.834  # a capital's height, in ems
_SHRINK = 0.95
_SMALLEST = 9.0  # pixels: below that a line is broken wherever it has to


@dataclass(frozen=True)
class Lettering:
    """A title in lines, each as wide as the box at most; `is_ours`: the font has all of its letters."""

    lines: tuple[str, ...]
    size: float
    is_ours: bool

    @property
    def height(self) -> float:
        """From the first line's capitals to the last one's feet."""
        return self.size * (LEADING * (len(self.lines) - 1) + CAPITAL)


def fit(title: str, width: float, height: float, largest: float) -> Lettering:
    """The title in the largest type in which it fits into the box, in lines of about one length."""
    text = unicodedata.normalize("NFC", title).upper()
    is_ours = all(ord(letter) in _characters() for letter in text)
    size = largest
    while True:
        lines = _wrapped(text.split(), width / size, size <= _SMALLEST, is_ours)
        found = Lettering(tuple(lines), size, is_ours)
        if lines and (found.height <= height or size <= _SMALLEST / 2):
            even = _evened(text.split(), width / size, len(lines), is_ours)
            return Lettering(tuple(even or lines), size, is_ours)
        size *= _SHRINK


def outlines(letters: Iterable[str]) -> dict[str, str]:
    """Of each letter an SVG path in the font's own units, upwards from its baseline, from x = 0 on."""
    glyphs, paths = _font().getGlyphSet(), {}
    for letter in letters:
        pen = SVGPathPen(glyphs)
        glyphs[_characters()[ord(letter)]].draw(pen)
        paths[letter] = str(pen.getCommands())
    return paths


def advances(line: str) -> Iterator[tuple[str, int]]:
    """Each letter with where it begins, in the font's own units."""
    at, widths = 0, _font()["hmtx"]
    for letter in line:
        yield letter, at
        at += widths[_characters()[ord(letter)]][0]


def units_per_em() -> int:
    return int(_font()["head"].unitsPerEm)


def length(text: str, is_ours: bool) -> float:
    """In ems; guessed, and rather too long, for letters that are the reader's own font's."""
    if is_ours:
        widths, names = _font()["hmtx"], _characters()
        units: int = sum(widths[names[ord(letter)]][0] for letter in text)
        return units / units_per_em()
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return wide * 1.05 + (len(text) - wide) * 0.8


def _wrapped(words: Iterable[str], room: float, may_break: bool, is_ours: bool) -> list[str]:
    """In lines of `room` ems at most. Empty where a word is longer and may not be broken."""
    lines = [""]
    for word in words:
        if length(word, is_ours) > room and not may_break and len(word) <= _LONGEST_WORD:
            return []
        longer = f"{lines[-1]} {word}".strip()
        if length(longer, is_ours) <= room:
            lines[-1] = longer
        else:
            lines += _broken(word, room, is_ours)
    return [line for line in lines if line]


_LONGEST_WORD = 24  # a longer one is broken at any size


def _broken(word: str, room: float, is_ours: bool) -> Iterator[str]:
    piece = ""
    for letter in word:
        if piece and length(piece + letter, is_ours) > room:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _evened(words: list[str], room: float, count: int, is_ours: bool) -> list[str]:
    """As many lines, the longest of them as short as can be; empty where that cannot be had."""
    best: list[str] = []
    for step in range(30):
        lines = _wrapped(words, room * (1 - step / 40), False, is_ours)
        if len(lines) != count:
            break
        best = lines
    return best


@cache
def _font() -> TTFont:
    return TTFont(FONT_FILE)


@cache
def _characters() -> dict[int, str]:
    """The names of the font's glyphs by code point."""
    return dict(_font().getBestCmap())
