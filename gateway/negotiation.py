"""Content negotiation: which language and which encoding an answer has (RFC 9110, section 12.5),
and its compression.

Reading Accept-Language and Accept-Encoding is total: malformed items are skipped.

No page repeats data that an attacker could have put into its request, so the length
of a compressed answer leaks no secret of it (BREACH).
"""

import gzip
import re

import brotli

from cinema.language_tags import DEFAULT, LANGUAGES

LANGUAGE_COOKIE = "idioma"
ENCODINGS = ("br", "gzip")  # the smaller one first
SMALLEST = 1_000  # bytes; a shorter answer fits into one packet anyway

_LONGEST_HEADER = 1_000  # characters; the rest is ignored
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


def compress_hard(content: bytes, encoding: str) -> bytes:
    """Some milliseconds for each module of the page; with an empty encoding the content itself."""
    return _compress(content, encoding, brotli_quality=11, gzip_level=9)


def compress_fast(content: bytes, encoding: str) -> bytes:
    """About a millisecond for the map of a hall with 3,000 seats."""
    return _compress(content, encoding, brotli_quality=5, gzip_level=5)


def _compress(content: bytes, encoding: str, brotli_quality: int, gzip_level: int) -> bytes:
    if encoding == "br":
        packed: bytes = brotli.compress(content, mode=brotli.MODE_TEXT, quality=brotli_quality)
        return packed
    return gzip.compress(content, gzip_level, mtime=0) if encoding == "gzip" else content


def _preferences(header: str) -> list[str]:
    """In small letters, the most wanted first; those that are refused are left out."""
    weights: dict[str, float] = {}
    for item in header[:_LONGEST_HEADER].split(","):
        match = _ITEM.fullmatch(item)
        if match:
            weights[match["value"].lower()] = float(match["weight"] or 1)
    return sorted(filter(weights.get, weights), key=lambda value: -weights[value])


def _primary(tag: str) -> str:
    """`pt` of `pt-BR`: a reader of any country's Portuguese, English or Spanish gets ours."""
    return tag.lower().split("-", 1)[0]
