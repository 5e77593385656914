"""The HTML that a page shows before its scripts run, in the place that the scripts will fill.

A map's page shows film, room, hour and the hall's outline, in which no seat looks free or taken,
since that is not known yet. The programme shows its films, with the hours of the first day that has
seats as links.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from urllib.parse import quote

from cinema.local_time import clock, day_and_hour, local_time
from cinema.programme_words import texts_in, words_in
from cinema_pb2 import Fileira, MapaResponse, SessoesResponse

SCREEN_ROWS = 1.7  # room for the screen, as in static/hall-fit.js
_LARGEST_SEAT = 58  # pixels, as in static/hall-fit.js
_SESSIONS = 2_048  # of which the parts are kept


@dataclass(frozen=True)
class MapLook:
    """One session's. `html` is in one language."""

    film: str
    room: str
    start_ms: int
    outline: str

    @classmethod
    def of(cls, answer: MapaResponse) -> "MapLook":
        session = answer.sessao
        outline = _outline(answer.fileiras)
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


@dataclass(frozen=True)
class ProgrammeLook:
    """The films' titles, each with the id and the start of its sessions on the first day that has
    seats."""

    films: list[tuple[str, list[tuple[str, int]]]]
    cinema: str = ""

    @classmethod
    def of(cls, answer: SessoesResponse) -> "ProgrammeLook":
        sessions = sorted(answer.sessoes, key=lambda session: session.encerrada)
        day = next(
            (_day(one.inicio_ms) for one in sessions if one.livres and not one.encerrada), None
        )
        titles: dict[str, str] = {}
        today: dict[str, list[tuple[str, int]]] = {}
        for one in sessions:
            film, start = one.filme.filme_id, one.inicio_ms
            if film not in titles:
                titles[film] = one.filme.titulo
            if _day(start) == day:
                today.setdefault(film, []).append((one.sessao_id, start))
        shown = sorted(titles, key=lambda film: film not in today)
        return cls([(titles[film], today.get(film, [])) for film in shown], answer.cinema)

    def html(self, language: str) -> str:
        title = escape(texts_in(language)["page"]["programme"])
        films = "".join(_film(name, hours, language) for name, hours in self.films)
        return (
            '<header class="top"><p '
            f'class="cinema">{escape(self.cinema)}</p><h1>{title}</h1></header>'
            '<div class="days"><span class="day"></span></div>'
            f'<main class="programme" aria-busy="true">{films}</main>'
        )


@lru_cache(maxsize=_SESSIONS)
def _day(start_ms: int) -> date:
    return local_time(start_ms).date()


def _film(title: str, hours: list[tuple[str, int]], language: str) -> str:
    links = "".join(_link(session, start, language) for session, start in hours)
    return (
        '<article class="film"><span class="art"></span>'
        f'<div class="film-text"><h2>{escape(title)}</h2></div>'
        f'<div class="film-times"><ul class="sessions">{links}</ul></div></article>'
    )


@lru_cache(maxsize=_SESSIONS)
def _link(session: str, start_ms: int, language: str) -> str:
    return (
        f'<li><a class="session-link" href="/sessao/{quote(session, safe="")}">'
        f'<strong class="session-hour">{clock(local_time(start_ms), language)}</strong></a></li>'
    )


def _outline(rows: Sequence[Fileira]) -> str:
    """Each stretch of seats is a dashed line, one dash a seat: 1 KB for a hall of 3,000.

    The screen is an arc.
    """
    lines = [_stretches(row.SerializeToString()) for row in rows]
    tops = list(_tops(rows))
    width = max((columns for columns, _ in lines), default=0)
    height = (tops[-1] + 1 if tops else 0) + SCREEN_ROWS
    path = "".join(
        f"M{first} {top}h{seats}"
        for top, (_, stretches) in zip(tops, lines, strict=True)
        for first, seats in stretches
    )
    return (
        f'<svg class="outline" aria-hidden="true" width="{width * _LARGEST_SEAT}" '
        f'height="{height * _LARGEST_SEAT:.0f}" viewBox="0 {-SCREEN_ROWS - 0.5} {width} {height}">'
        f'<path d="{path}"/><path d="M1-1.2Q{width / 2}-2.2 {width - 1}-1.2"/></svg>'
    )


def _tops(rows: Iterable[Fileira]) -> Iterator[int]:
    """The vertical position of each row, in rows. An empty row precedes a block."""
    top, before = 0, ""
    for row in rows:
        top += row.bloco != "" or _begins_balcony(before, row.nome)
        yield top
        top, before = top + 1, row.nome


def _begins_balcony(before: str, name: str) -> bool:
    """As in static/room.js: a longer name begins one, except after row Z."""
    return before != "" and len(name) > len(before) and not before.endswith("Z")


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
