"""A font for letters that PDF readers' built-in fonts lack: FiraGO Bold (SIL Open Font License).

It has Latin, Greek, Cyrillic, Arabic, Hebrew, Georgian, Thai and Devanagari. fpdf2 reads the whole
font for each document, which takes 100 ms, so it gets a subset with the needed letters. Each subset
is made once.
"""

import hashlib
import threading
import unicodedata
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pymupdf_fonts
from fontTools.ttLib import TTFont

ENCODING = "cp1252"  # of the built-in fonts

_BOX = "▯"
_JOINERS = "\u200c\u200d"  # they shape letters
# Tables for Hebrew, Arabic and the scripts of India; reading them is most of the work.
_SHAPING = ("GDEF", "GPOS", "GSUB")
_KEPT = 64  # fonts, of some KB each


def is_plain(text: str) -> bool:
    """Whether the built-in fonts of PDF readers have all letters."""
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def writable(text: str) -> str:
    """The text in one line, with a box for each letter that no font here has."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(map(_writable_letter, line)).strip()


def font_file(text: str) -> Path:
    """A font with the letters of the text alone, which must be `writable`."""
    with _lock:
        return _font_file("".join(sorted(set(text))))


def _writable_letter(letter: str) -> str:
    """Empty for invisible characters, and for accents that no font has."""
    if not letter.isprintable() and letter not in _JOINERS:
        return ""
    if is_plain(letter) or ord(letter) in _letters():
        return letter
    return "" if unicodedata.category(letter)[0] in "CM" else _BOX


# fontTools reads a table at its first use, and another thread would find half of it.
_lock = threading.Lock()


@lru_cache(maxsize=_KEPT)
def _font_file(letters: str) -> Path:
    """The caller has the lock."""
    # The import takes 0.1 s: with the first such title, not at the service's start.
    from fontTools.subset import Options, Subsetter

    font = _whole_font()
    if not any("\u0590" <= letter < "\u10a0" for letter in letters):
        for table in _SHAPING:
            del font[table]
    subsetter = Subsetter(Options(hinting=False, notdef_outline=True))
    subsetter.populate(text=letters)
    subsetter.subset(font)
    file = Path(_folder().name, f"{hashlib.sha256(letters.encode()).hexdigest()[:16]}.ttf")
    font.save(file)
    return file


@cache
def _letters() -> frozenset[int]:
    with _lock:
        return frozenset(_whole_font().getBestCmap())


def _whole_font() -> TTFont:
    return TTFont(BytesIO(pymupdf_fonts.myfont("figbo")), lazy=True, recalcTimestamp=False)


@cache
def _folder() -> TemporaryDirectory[str]:
    """fpdf2 reads fonts from files. It goes with the process."""
    return TemporaryDirectory(prefix="cinema-fonts-")
