"""The languages of mails: texts from templates/<tag>.toml, and formats of money and times."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency

import cinema_pb2 as pb
from cinema.language_tags import DEFAULT, LANGUAGES
from cinema.local_time import clock
from cinema.programme_words import texts_in, words_in

_SEAT = re.compile(r"(?P<row>[A-Z]{1,2})0*(?P<number>[1-9][0-9]*)", re.ASCII)


class Language:
    """`language("ticket.qr", seat="F07")` is a text of its file, with unescaped values."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.texts = _texts(tag)
        self._locale = Locale.parse(self("formats.locale"), sep="-")

    def __call__(self, key: str, /, **values: object) -> str:
        """With n=1 the singular, if the file has one.

        Raises KeyError if the file lacks the text, or `values` lack one that the text names.
        """
        one = self.texts.get(f"{key}_one") if values.get("n") == 1 else None
        return (one or self.texts[key]).format(**values)

    def audio(self, words: str) -> str:
        """A session's sound, which is free text in the programme; known words are translated."""
        return words_in(self.tag).audio(words)

    def room(self, name: str) -> str:
        return words_in(self.tag).room(name)

    def seat(self, name: str) -> str:
        """Fila F · 7"""
        return self.seats([name])

    def seats(self, names: Sequence[str]) -> str:
        """Fila F · 7, 8; Fila G · 1. Row and number are apart: I and 1 look alike."""
        rows: dict[str, list[str]] = {}
        for name in names:
            row, number = _row_and_number(name)
            rows.setdefault(row, []).append(number)
        return "; ".join(
            self("seat.row", row=row, numbers=", ".join(numbers)) if row else ", ".join(numbers)
            for row, numbers in rows.items()
        )

    def money(self, centavos: int) -> str:
        """R$ 1.064,00 or R$1,064.00"""
        amount = format_currency(Decimal(centavos) / 100, "BRL", locale=self._locale)
        return amount.replace("BRL", "R$")  # some locales prefer the code

    def length(self, minutes: int) -> str:
        """2h38, 1h, 45 min"""
        hours, rest = divmod(minutes, 60)
        form = "both" if hours and rest else "hours" if hours else "minutes"
        return self(f"length.{form}", hours=hours, minutes=rest)

    def long_time(self, moment: datetime) -> str:
        """domingo, 13 de dezembro de 2026, às 17h45 (horário de Brasília)"""
        date = format_date(moment, "full", self._locale)
        return self("time.long", date=date, clock=clock(moment, self.tag))

    def short_time(self, moment: datetime) -> str:
        """dom., 13 de dez., 17h45"""
        date = format_skeleton("MMMEd", moment, locale=self._locale)
        return self("time.short", date=date, clock=clock(moment, self.tag))


class Languages:
    """All languages, read at the start: a missing file fails before the first mail."""

    def __init__(self) -> None:
        self._by_tag = {tag: Language(tag) for tag in LANGUAGES}

    def of(self, order: pb.Pedido) -> Language:
        """The buyer's, else Portuguese."""
        return self._by_tag.get(order.idioma, self._by_tag[DEFAULT])


def _row_and_number(seat: str) -> tuple[str, str]:
    """Without a row if it is no seat's name."""
    match = _SEAT.fullmatch(seat)
    return (match["row"], match["number"]) if match else ("", seat)


def _texts(tag: str) -> Mapping[str, str]:
    """By "section.name"."""
    return {
        f"{section}.{name}": text
        for section, texts in texts_in(tag).items()
        for name, text in texts.items()
    }
