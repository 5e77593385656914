"""What a browser says that it takes: Accept-Language and Accept-Encoding (RFC 9110, section 12.5).

Reading them is total: what is malformed is passed over.
"""

import re

from cinema.languages import DEFAULT, LANGUAGES

LANGUAGE_COOKIE = "idioma"
ENCODINGS = ("br", "gzip")  # the smaller one first

_LONGEST_HEADER = 1_000  # characters; what follows is not read
_ITEM = re.compile(
    r"\s*(?P<value>[A-Za-z0-9*-]+)\s*(?:;\s*[Qq]\s*=\s*(?P<weight>[01](?:\.[0-9]{0,3})?)\s*)?",
    re.ASCII,
)


def language(cookie: str | None, accept_language: str) -> str:
    """The buyer's own choice, else the best of what the browser asks for, else the default."""
    if cookie in LANGUAGES:
        return cookie
    for wanted in _preferences(accept_language):
        for known in LANGUAGES:
            if _primary(wanted) == _primary(known):
                return known
    return DEFAULT


def encoding(accept_encoding: str) -> str:
    """One of ENCODINGS, or nothing: the answer is to go as it is."""
    wanted = _preferences(accept_encoding)
    return next((known for known in ENCODINGS if known in wanted), "")


def _preferences(header: str) -> list[str]:
    """In small letters, the most wanted first; those that are refused are left out."""
    weights: dict[str, float] = {}
    for item in header[:_LONGEST_HEADER].split(","):
        match = _ITEM.fullmatch(item)
        if match:
            weights[match["value"].lower()] = float(match["weight"] or 1)
    return sorted(filter(weights.get, weights), key=lambda value: -weights[value])


def _primary(tag: str) -> str:
    """`pt` of `pt-BR`: who reads Portuguese, English or Spanish of any country gets ours."""
    return tag.lower().split("-", 1)[0]
