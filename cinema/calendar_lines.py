"""Lines of an iCalendar file (RFC 5545).

Values are escaped and folded, so that none adds a line.
"""

from datetime import UTC, datetime

_LONGEST = 75  # octets
_ESCAPED = str.maketrans(
    {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None, "\0": None}
)


def line(name: str, value: str) -> bytes:
    """`value` is not escaped. Raises ValueError if it contains a line break."""
    if "\n" in value or "\r" in value:
        raise ValueError(f"{name}: more than one line")
    content = f"{name}:{value}".encode()
    if len(content) <= _LONGEST:
        return content + b"\r\n"
    return _folded(content)


def text(name: str, value: str) -> bytes:
    """Any text, also of several lines."""
    return line(name, value.replace("\r\n", "\n").replace("\r", "\n").translate(_ESCAPED))


def utc(name: str, moment: datetime) -> bytes:
    return line(name, f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def zoned(name: str, moment: datetime, zone: str) -> bytes:
    """A local time in a zone that the file defines."""
    return line(f"{name};TZID={zone}", f"{moment:%Y%m%dT%H%M%S}")


def _folded(content: bytes) -> bytes:
    """Folds between characters."""
    lines, room = [], _LONGEST
    while len(content) > room:
        end = room
        while content[end] & 0xC0 == 0x80:  # within a character of UTF-8
            end -= 1
        lines.append(content[:end])
        content, room = content[end:], _LONGEST - 1  # the space that begins each further line
    return b"\r\n ".join([*lines, content]) + b"\r\n"
