"""What a map's page shows before its scripts are there: film, room and hour, and the hall's outline, as HTML.

No seat in it looks free or taken: nobody knows yet. What it says stands where the page will say it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from cinema.local_time import day_and_hour, local_time
from cinema.programme_words import words_in
from cinema_pb2 import Fileira, MapaResponse

SCREEN_ROWS = 1.7  # as static/hall-fit.js leaves for the screen
_LARGEST_SEAT = 58  # pixels, as there


@dataclass(frozen=True)
class FirstLook:
    """Of one session; `html` is it in one language."""

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
            '<header class="top"><span class="round"></span><span class="head-art"></span><div class="top-text">'
            f'<h1>{escape(self.film)}</h1><p class="quiet summary">{summary}</p></div></header>'
            f'<main class="session" aria-busy="true"><div class="stage">{self.outline}</div>'
            '<div class="order"></div></main>'
        )


def _outline(rows: Iterable[bytes]) -> str:
    """Each stretch of seats is a dashed line, a dash a seat: a hall of 3,000 is 1 KB. The screen is an arc."""
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
    """How many places a row has, and where seats stand in it without a gap: the first, and how many."""
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
