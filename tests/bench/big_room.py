"""Programmes to measure: a hall of 3,000 seats (a fan of 25 rows, and a balcony of 20 behind
it), and one of 200."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

SESSION = "GRANDE"
SEATS = 3_000
SMALL_SEATS = 200

_STALLS = [chr(letter) for letter in range(ord("A"), ord("Z"))]
_BALCONY = [f"A{chr(letter)}" for letter in range(ord("A"), ord("A") + 20)]
_MIDDLE = 28
_SHORTEST_SIDE = 14  # of row A; each row behind it has one seat more on both sides
_BALCONY_SIDE = 11
_WIDEST = _MIDDLE + 2 * (_SHORTEST_SIDE + len(_STALLS) - 1) + 2  # with two aisles
_SMALL_ROWS = "ABCDEFGHIJ"
_APART = timedelta(hours=3)

_PROGRAMME = """\
[[filmes]]
id = "filme"
titulo = "O Agente Secreto"
duracao_min = 158
classificacao = "16"
sinopse = ""

[[salas]]
id = "grande"
nome = "Grande Sala"
fileiras = [
{rows}
]

[[salas]]
id = "pequena"
nome = "Pequena Sala"
fileiras = [
{small_rows}
]

"""
_SHOWING = """\
[[sessoes]]
id = "{session}"
filme = "filme"
sala = "{room}"
idioma = "legendado"
inicio = {start:%Y-%m-%dT%H:%M:00}
precos = {{ comum = 3200, premium = 4400 }}
"""


def programme(big: Iterable[str] = (SESSION,), small: Iterable[str] = ()) -> str:
    """The TOML text, with these sessions in either hall.

    The first is in a week: orders can be cancelled.
    """
    rows = [_stalls_row(n, name) for n, name in enumerate(_STALLS)]
    rows += [_balcony_row(name) for name in _BALCONY]
    small_rows = [f"{name} {'.' * 14}_{'.' * 6}" for name in _SMALL_ROWS]
    halls = _PROGRAMME.format(rows=_quoted(rows), small_rows=_quoted(small_rows))
    return halls + "".join([*_showings("grande", big), *_showings("pequena", small)])


def numbered(count: int, prefix: str = "N") -> list[str]:
    """Names for so many sessions."""
    return [f"{prefix}{number:04d}" for number in range(count)]


def _showings(room: str, sessions: Iterable[str]) -> Iterator[str]:
    begin = datetime.now() + timedelta(days=7)
    for n, session in enumerate(sessions):
        yield _SHOWING.format(session=session, room=room, start=begin + n * _APART)


def _stalls_row(n: int, name: str) -> str:
    """Row n from the screen has 56 + 2n seats: 2,000 in all."""
    side = _SHORTEST_SIDE + n
    wing = "CAMM" + "." * (side - 4) if n == 0 else "." * side
    return _row(name, wing, ("P" if n > 20 else ".") * _MIDDLE)


def _balcony_row(name: str) -> str:
    kind = "D" if name == _BALCONY[-1] else "."
    return _row(name, kind * _BALCONY_SIDE, kind * _MIDDLE)


def _row(name: str, wing: str, middle: str) -> str:
    return f"{name} {f'{wing}_{middle}_{wing[::-1]}'.center(_WIDEST, '_')}"


def _quoted(rows: Iterable[str]) -> str:
    return "\n".join(f'  "{row}",' for row in rows)
