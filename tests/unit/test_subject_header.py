"""Subjects in any language and of any length reach the reader unchanged."""

import random
import re
from base64 import b64decode
from email.header import decode_header, make_header
from quopri import decodestring

import pytest

import cinema_pb2 as pb
from cinema.language_tags import LANGUAGES
from notifications.language import Languages
from notifications.mails import MailWriter
from notifications.subject_header import folded_subject
from tests.support.mailbox import as_received
from tests.support.orders import film_session, order

WRITER = MailWriter("cinema@example.com", "http://localhost:8000", Languages())
WORD = re.compile(r"=\?utf-8\?([qb])\?([!-<>@-~=]+)\?=")

TITLES = [
    "O Agente Secreto",
    "Maraviósa,mié",
    "É",
    "Ó Paí, Ó 2: A Volta do Bando de Teatro Olodum à Ladeira do Pelourinho em Salvador",
    "千と千尋の神隠し",
    "الفيل الأزرق",
    "Το Βλέμμα του Οδυσσέα",
    "Amélie – O Fabuloso Destino de Amélie Poulain (edição restaurada em 4K)",
    "=?utf-8?q?x?=",
    "a=?b",
    "C’est la vie !",
    "100% Lobo_2 = ?",
    "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1964, restored)",
    "🎬🍿" * 12,
    "n\u0303" * 40,
    "é" * 150,
    "x" * 150,
    "á " * 60 + "z",
    "日本語 " * 30 + "end",
]


def made_up_titles(number: int) -> list[str]:
    chosen = random.Random(20_261_213)
    letters = "abcdefgh áéíóúãõçñü ÀÊ,.:;!?-_=()'\"/ 0123456789 日本語 한국 фильм 🎬"
    return [
        " ".join("".join(chosen.choices(letters, k=chosen.randrange(1, 180))).split()) or "x"
        for _ in range(number)
    ]


def strictly_decoded(folded: str) -> str:
    """As a reader does that knows RFC 2047 and forgives nothing."""
    assert folded.startswith("Subject: ")
    lines = folded[len("Subject: ") :].split("\r\n ")
    if len(lines) == 1 and not lines[0].startswith("=?"):
        assert "=?" not in lines[0]
        return lines[0]
    return "".join(map(decoded_word, lines))


def decoded_word(word: str) -> str:
    found = WORD.fullmatch(word)
    assert found, word
    assert len(word) <= 75
    kind, payload = found.groups()
    raw = b64decode(payload, validate=True) if kind == "b" else decodestring(payload, header=True)
    return raw.decode()  # a character that was cut in two would fail here


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_title_reads_back_as_it_is(language: str) -> None:
    t = Languages().of(order(idioma=language))
    for title in [*TITLES, *made_up_titles(300)]:
        for topic in ("ticket.topic", "cancellation.topic"):
            text = f"{t(topic)}: {title}, dom., 13 de dez., 17h45 (código 3NBS5ZCH)"
            folded = folded_subject(text)
            assert all(len(line) <= 76 for line in folded.split("\r\n"))
            assert strictly_decoded(folded) == text
            value = folded.removeprefix("Subject: ").replace("\r\n", "")
            assert str(make_header(decode_header(value))) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_carries_it_so(language: str) -> None:
    for title in TITLES:
        session = film_session(filme=pb.Filme(titulo=title, duracao_min=90))
        raw = WRITER.cancellation(order(sessao=session, idioma=language))
        message = as_received(raw)
        assert title in message["Subject"]
        assert raw.isascii()
        (header,) = re.findall(rb"^Subject: .*?\r\n(?! )", raw, re.M | re.S)
        assert strictly_decoded(header.decode().removesuffix("\r\n")) == message["Subject"]


@pytest.mark.parametrize("text", ["a\r\nBcc: eva@example.com", "a\nb", "a\x00b", "é\r\nb"])
def test_no_subject_becomes_another_header(text: str) -> None:
    folded = folded_subject(text)
    assert len(re.split(r"[\r\n]+(?! )", folded)) == 1
    assert strictly_decoded(folded) == text


def test_short_ascii_stays_readable_in_the_raw_mail() -> None:
    assert folded_subject("Your tickets: Manas") == "Subject: Your tickets: Manas"


def test_an_empty_subject_is_an_empty_line() -> None:
    assert folded_subject("") == "Subject: "
