"""A hall of 3,000 seats as a programme: a fan of 25 rows, and a balcony of 20 behind it."""

from datetime import datetime, timedelta

SESSION = "GRANDE"
SEATS = 3_000

_STALLS = [chr(letter) for letter in range(ord("A"), ord("Z"))]
_BALCONY = [f"A{chr(letter)}" for letter in range(ord("A"), ord("A") + 20)]
_MIDDLE = 28
_SHORTEST_SIDE = 14  # of row A; each row behind it has one seat more on both sides
_BALCONY_SIDE = 11
_WIDEST = _MIDDLE + 2 * (_SHORTEST_SIDE + len(_STALLS) - 1) + 2  # with two aisles

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

[[sessoes]]
id = "{session}"
filme = "filme"
sala = "grande"
idioma = "legendado"
inicio = {start:%Y-%m-%dT%H:%M:00}
precos = {{ comum = 3200, premium = 4400 }}
"""


def programme() -> str:
    """The TOML text. Its one session starts in a week, so that orders can be cancelled."""
    start = datetime.now() + timedelta(days=7)
    rows = [_stalls_row(n, name) for n, name in enumerate(_STALLS)]
    rows += [_balcony_row(name) for name in _BALCONY]
    return _PROGRAMME.format(
        rows="\n".join(f'  "{row}",' for row in rows), session=SESSION, start=start
    )


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
