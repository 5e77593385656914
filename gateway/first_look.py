"""The HTML that a map's page shows before its scripts run: film, room and hour, and the hall's
outline.

No seat in it looks free or taken, since that is not known yet. Every text is where the page will
show it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from cinema.local_time import day_and_hour, local_time
from cinema.programme_words import words_in
from cinema_pb2 import Fileira, MapaResponse

SCREEN_ROWS = 1.7  # room for the screen, as in static/hall-fit.js
_LARGEST_SEAT = 58  # pixels, as in static/hall-fit.js


@dataclass(frozen=True)
class FirstLook:
    """One session's. `html` is in one language."""

    film: str
    room: str
    start_ms: int
    outline: str

    @classmethod
    def of(cls, answer: MapaResponse) -> "FirstLook":
        session = answer.sessao
        outline = _outline(row.SerializeToString() for row in answer.fileiras)
        return cls(session.filme.titulo, session.sala, session.inicio_ms, outline)

    def html(self, language: str) -> str:
        when = day_and_hour(local_time(self.start_ms), language)
        summary = f"<span>{escape(words_in(language).room(self.room))}</span><span>{when}</span>"
        return (
            '<header class="top"><span class="round"></span><span class="head-art"></span>'
            '<div class="top-text">'
            f'<h1>{escape(self.film)}</h1><p class="quiet summary">{summary}</p></div></header>'
            f'<main class="session" aria-busy="true"><div class="stage">{self.outline}</div>'
            '<div class="order"></div></main>'
        )


def _outline(rows: Iterable[bytes]) -> str:
    """Each stretch of seats is a dashed line, one dash a seat: 1 KB for a hall of 3,000.

    The screen is an arc.
    """
    lines = [_stretches(row) for row in rows]
    width = max((columns for columns, _ in lines), default=0)
    height = len(lines) + SCREEN_ROWS
    path = "".join(
        f"M{first} {number}h{seats}"
        for number, (_, stretches) in enumerate(lines)
        for first, seats in stretches
    )
    return (
        f'<svg class="outline" aria-hidden="true" width="{width * _LARGEST_SEAT}" '
        f'height="{height * _LARGEST_SEAT:.0f}" viewBox="0 {-SCREEN_ROWS - 0.5} {width} {height}">'
        f'<path d="{path}"/><path d="M1-1.2Q{width / 2}-2.2 {width - 1}-1.2"/></svg>'
    )


@lru_cache(maxsize=2_048)
def _stretches(row: bytes) -> tuple[int, list[tuple[int, int]]]:
    """The number of places in a row, and its stretches of seats without a gap: first column and
    length."""
    places = Fileira.FromString(row).lugares
    found: list[tuple[int, int]] = []
    for column, place in enumerate(places):
        if not place.assento:
            continue
        if found and sum(found[-1]) == column:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((column, 1))
    return len(places), found
