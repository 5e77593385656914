"""Titles in the largest type that fits, in narrow capitals (Fjalla One, SIL Open Font License)."""

import threading
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
_SMALLEST = 9.0  # pixels: from there on words may be broken anywhere


@dataclass(frozen=True)
class Lettering:
    """A title in lines, each within the box's width.

    `is_ours`: our font has all of its letters.
    """

    lines: tuple[str, ...]
    size: float
    is_ours: bool

    @property
    def height(self) -> float:
        """From the top of the first line's capitals to the last baseline."""
        return self.size * (LEADING * (len(self.lines) - 1) + CAPITAL)


def fit(title: str, width: float, height: float, largest: float) -> Lettering:
    """The title in the largest type that fits into the box, in lines of similar length."""
    text = unicodedata.normalize("NFC", title).upper()
    is_ours = all(ord(letter) in _widths() for letter in text)
    size = largest
    while True:
        lines = _wrapped(text.split(), width / size, size <= _SMALLEST, is_ours)
        found = Lettering(tuple(lines), size, is_ours)
        if lines and (found.height <= height or size <= _SMALLEST / 2):
            even = _evened(text.split(), width / size, len(lines), is_ours)
            return Lettering(tuple(even or lines), size, is_ours)
        size *= _SHRINK


def outlines(letters: Iterable[str]) -> dict[str, str]:
    """Each letter's SVG path in font units, upwards from its baseline, from x = 0."""
    paths = {}
    with _font_lock:
        glyphs, names = _font().getGlyphSet(), _font().getBestCmap()
        for letter in letters:
            pen = SVGPathPen(glyphs)
            glyphs[names[ord(letter)]].draw(pen)
            paths[letter] = str(pen.getCommands())
    return paths


def advances(line: str) -> Iterator[tuple[str, int]]:
    """Each letter and its x, in font units."""
    at = 0
    for letter in line:
        yield letter, at
        at += _widths()[ord(letter)]


@cache
def units_per_em() -> int:
    with _font_lock:
        return int(_font()["head"].unitsPerEm)


def length(text: str, is_ours: bool) -> float:
    """In ems; an upper estimate for letters of the reader's own font."""
    if is_ours:
        widths = _widths()
        return sum(widths[ord(letter)] for letter in text) / units_per_em()
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return wide * 1.05 + (len(text) - wide) * 0.8


def _wrapped(words: Iterable[str], room: float, may_break: bool, is_ours: bool) -> list[str]:
    """Lines of at most `room` ems. Empty if a word is longer and may not be broken."""
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
    """`count` lines, the longest as short as possible; empty if that is impossible."""
    best: list[str] = []
    for step in range(30):
        lines = _wrapped(words, room * (1 - step / 40), False, is_ours)
        if len(lines) != count:
            break
        best = lines
    return best


# fontTools reads a table at its first use, and another thread would find half of it.
_font_lock = threading.Lock()


@cache
def _font() -> TTFont:
    """The caller has the lock."""
    return TTFont(FONT_FILE)


@cache
def _widths() -> dict[int, int]:
    """Each letter's advance by code point, in font units."""
    with _font_lock:
        widths = _font()["hmtx"]
        return {point: widths[name][0] for point, name in _font().getBestCmap().items()}
