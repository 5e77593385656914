"""Encodes a mail's subject.

CPython's own folding writes empty encoded words and drops spaces (cpython#144156).
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import lru_cache

_LONGEST_LINE = 76  # RFC 2047, section 2, for a line with an encoded word
_LONGEST_WORD = 75
_NAME = "Subject: "
_BEGINNING = {"q": "=?utf-8?q?", "b": "=?utf-8?b?"}
_END = "?="
_UNENCODED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/,.:;()'")


def folded_subject(text: str) -> str:
    """The whole header, without its last CRLF.

    Plain if it fits into one line of ASCII, else encoded words alone, one a line, which include the
    spaces.
    """
    line = f"{_NAME}{text}"
    if text.isascii() and text.isprintable() and len(line) <= _LONGEST_LINE and "=?" not in text:
        return line
    kind = min("qb", key=lambda kind: len(_ENCODERS[kind](text)))
    words = (f"{_BEGINNING[kind]}{_ENCODERS[kind](piece)}{_END}" for piece in _pieces(text, kind))
    return _NAME + "\r\n ".join(words)


def _pieces(text: str, kind: str) -> Iterator[str]:
    """As many whole characters as fit into each encoded word.

    The first has the header's name before it.
    """
    around = len(_BEGINNING[kind]) + len(_END)
    room = _LONGEST_LINE - len(_NAME) - around
    piece, octets = list[str](), 0
    for character in text:
        size = _OCTETS[kind](character)
        if _LENGTHS[kind](octets + size) > room:
            yield "".join(piece)
            piece, octets, room = [], 0, _LONGEST_WORD - around
        piece.append(character)
        octets += size
    yield "".join(piece)


def _q(text: str) -> str:
    return "".join(map(_q_character, text))


@lru_cache(maxsize=1_024)
def _q_character(character: str) -> str:
    if character in _UNENCODED:
        return character
    return "_" if character == " " else "".join(f"={byte:02X}" for byte in character.encode())


def _b(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


_ENCODERS: dict[str, Callable[[str], str]] = {"q": _q, "b": _b}
# How many octets a character adds, and how long that many are in an encoded word.
_OCTETS: dict[str, Callable[[str], int]] = {
    "q": lambda character: len(_q_character(character)),
    "b": lambda character: len(character.encode()),
}
_LENGTHS: dict[str, Callable[[int], int]] = {
    "q": lambda octets: octets,
    "b": lambda octets: 4 * -(-octets // 3),
}
