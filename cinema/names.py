"""Rules for buyers' names: what people write, without links, markup, formulas, hidden characters.

static/names.js has the same rules: tests/unit_js/names.json checks both.
"""

import re
import unicodedata
from enum import StrEnum

from cinema.typed_text import tidied

LENGTH = range(2, 121)  # characters, composed
_MOST_READ = 1_000  # longer input is refused unread
_MOST_MARKS = 6  # on one letter, composed: Burmese and Tibetan need five

# Control and format characters (such as those that change the writing direction), surrogates, line
# separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Invisible letters, marks and a symbol: Hangul fillers, variation selectors, the Braille blank.
_BLANK = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164"
    r"\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Arabic, the scripts of India and around, Burmese, Khmer, Mongolian: joiners shape their letters.
_JOINED = (
    r"[\u0600-\u0dff\u1000-\u109f\u1780-\u18af\ua840-\ua87f\ufb50-\ufdff\ufe70-\ufefc"
    r"\U00011000-\U00011fff]"
)
_IDEOGRAPH = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_SHAPING = re.compile(
    rf"(?<={_JOINED})[\u200c\u200d]|(?<=[\u1800-\u18aa])[\u180b-\u180d\u180f]"
    rf"|(?<={_IDEOGRAPH})[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# What mail programs turn into links: a scheme, a path, a name with a dot. Not "J.R.R. Tolkien" and
# "M.Silva".
_ADDRESS = re.compile(
    r"[@/\\]|[a-z]{2,}:\S|www[.。]|[\w-]{2,}[.。]\w{2,}|\w[.。]\w{2,3}(?!\w)|\d[.。]\d",
    re.IGNORECASE,
)
# The fast path for most names: Western European letters and single spaces, already composed.
_PLAIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?: [A-Za-zÀ-ÖØ-öø-ÿ]+)*")
_GLUED = re.compile(r"(?<=\w)\.(?=\w{2})")


class NameFault(StrEnum):
    SHORT = "short"
    LONG = "long"
    SIGNS = "signs"
    ADDRESS = "address"


def name_fault(name: str) -> NameFault | None:
    if len(name) > _MOST_READ:
        return NameFault.LONG
    if len(name) in LENGTH and _PLAIN.fullmatch(name):
        return None
    name = tidied(name)
    composed = _composed(name)
    plain = _SHAPING.sub("", composed)
    if _hides_something(_SHAPING.sub("", unicodedata.normalize("NFC", name))):
        return NameFault.SIGNS
    if _has_odd_signs(plain):
        return NameFault.SIGNS
    if _ADDRESS.search(_without_marks(unicodedata.normalize("NFKC", plain))):
        return NameFault.ADDRESS
    if len(composed) < LENGTH.start:
        return NameFault.SHORT
    if len(composed) >= LENGTH.stop:
        return NameFault.LONG
    return None if any(unicodedata.category(c)[0] == "L" for c in plain) else NameFault.SIGNS


def normalise_name(name: str) -> str:
    """The name as it is stored: tidied, NFC, single spaces, one after an initial's dot.

    Without that space, mail programs could turn the name into a link.
    """
    return name if _PLAIN.fullmatch(name) else _GLUED.sub(". ", _composed(tidied(name)))


def _composed(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _hides_something(name: str) -> bool:
    unseen = any(unicodedata.category(character) in _UNSEEN for character in name)
    return unseen or _BLANK.search(name) is not None


def _has_odd_signs(name: str) -> bool:
    markup = "<" in name or ">" in name
    return markup or _begins_a_formula(name) or _has_a_pile_of_marks(name)


def _begins_a_formula(name: str) -> bool:
    """As spreadsheets read it: = + - @, also full-width. Nor may it begin with a combining mark."""
    first = unicodedata.category(name[0]) if name else ""
    return first in {"Sm", "Pd"} or first.startswith("M") or name.startswith(("%", "％"))


def _has_a_pile_of_marks(name: str) -> bool:
    marks = "".join("m" if unicodedata.category(c).startswith("M") else "." for c in name)
    return "m" * (_MOST_MARKS + 1) in marks


def _without_marks(name: str) -> str:
    return "".join(c for c in name if not unicodedata.category(c).startswith("M"))
