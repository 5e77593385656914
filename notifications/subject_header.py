"""The subject's line in a mail. CPython's own folding writes empty encoded words and loses spaces (cpython#144156)."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

_LONGEST_LINE = 76  # RFC 2047, section 2, for a line with an encoded word
_LONGEST_WORD = 75
_NAME = "Subject: "
_BEGINNING = {"q": "=?utf-8?q?", "b": "=?utf-8?b?"}
_END = "?="
_AS_THEY_ARE = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/,.:;()'"
)


class MailPolicy(EmailPolicy):
    """With our own way to write a subject."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """A film's title is no header's syntax: `=?…?=` in it is not to be decoded."""
        return (name, value) if _is_subject(name) else super().header_store_parse(name, value)

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        return value if _is_subject(name) else super().header_fetch_parse(name, value)

    def fold(self, name: str, value: str) -> str:
        if _is_subject(name):
            return folded_subject(str(value))
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


# Every server takes seven bits.
MAIL_POLICY = MailPolicy(message_factory=EmailMessage, linesep="\r\n", cte_type="7bit")


def _is_subject(name: str) -> bool:
    return name.lower() == "subject"


def folded_subject(text: str) -> str:
    """Plain where one line of ASCII says it, else nothing but encoded words, one a line: the spaces are in them."""
    line = f"{_NAME}{text}"
    if text.isascii() and text.isprintable() and len(line) <= _LONGEST_LINE and "=?" not in text:
        return f"{line}\r\n"
    kind = min("qb", key=lambda kind: len(_ENCODERS[kind](text)))
    words = (f"{_BEGINNING[kind]}{_ENCODERS[kind](piece)}{_END}" for piece in _pieces(text, kind))
    return _NAME + "\r\n ".join(words) + "\r\n"


def _pieces(text: str, kind: str) -> Iterator[str]:
    """Whole characters, as many as an encoded word takes; the first one shares its line with the header's name."""
    encode, piece = _ENCODERS[kind], ""
    around = len(_BEGINNING[kind]) + len(_END)
    room = _LONGEST_LINE - len(_NAME) - around
    for character in text:
        if len(encode(piece + character)) > room:
            yield piece
            piece, room = "", _LONGEST_WORD - around
        piece += character
    yield piece


def _q(text: str) -> str:
    return "".join(map(_q_character, text))


def _q_character(character: str) -> str:
    if character in _AS_THEY_ARE:
        return character
    return "_" if character == " " else "".join(f"={byte:02X}" for byte in character.encode())


def _b(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


_ENCODERS: dict[str, Callable[[str], str]] = {"q": _q, "b": _b}
