"""Lines of an iCalendar file."""

import icalendar
import pytest

from cinema.calendar_lines import line, text

WORDS = [
    "Central do Brasil",
    "a; b, c \\ d \\n e",
    "two\nlines",
    "two\r\nlines",
    "two\rlines",
    "ação " * 60,
    "日本語" * 50,
    "x" * 67,
    "x" * 68,
    "x" * 300,
    "\N{GRINNING FACE}" * 40,
]


def read(content: bytes) -> str:
    file = b"BEGIN:VEVENT\r\n" + content + b"END:VEVENT\r\n"
    return str(icalendar.Event.from_ical(file)["SUMMARY"])


@pytest.mark.parametrize("words", WORDS)
def test_words_read_back_as_they_are(words: str) -> None:
    assert read(text("SUMMARY", words)) == words.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("words", WORDS)
def test_no_line_is_longer_than_75_octets_or_cuts_a_character(words: str) -> None:
    content = text("SUMMARY", words)
    assert content.endswith(b"\r\n")
    lines = content[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and line.decode() for line in lines)
    assert all(line.startswith(b" ") for line in lines[1:])


def test_a_value_that_would_add_a_line_is_refused() -> None:
    with pytest.raises(ValueError, match="ORGANIZER"):
        line("ORGANIZER", "mailto:a@b\r\nATTENDEE:eva")
