"""The programme: which film runs where and when, and what a place costs.

It is a TOML file that is checked whole, and that a running service takes up again when it changes.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from cinema.local_time import SAO_PAULO
from cinema.programme_schema import FilmEntry, SessionEntry
from cinema.programme_syntax import Fault, FaultyProgrammeError
from cinema.programme_text import Reading, read_programme
from cinema.rooms import Place, Room, Row, SeatKind

__all__ = [
    "Film",
    "Place",
    "Programme",
    "ProgrammeError",
    "ProgrammeFile",
    "Room",
    "Row",
    "SeatKind",
    "Session",
    "load_programme",
]

_LARGEST_FILE = 2_000_000  # bytes
_MOST_FAULTS_TOLD = 20

log = logging.getLogger(__name__)


class ProgrammeError(Exception):
    """The text says in Portuguese what is wrong, a line a fault: file, line, key, reason."""


@dataclass(frozen=True)
class Film:
    id: str
    title: str
    duration_minutes: int
    rating: str  # the age rating, such as "16" or "L"
    synopsis: str


@dataclass(frozen=True, eq=False)
class Session:
    """One showing.

    `start` is an aware moment, or a bare time of day for a demonstration that never goes stale.
    """

    id: str
    film: Film
    room: Room
    language: str
    start: datetime | time
    prices: Mapping[SeatKind, int]  # centavos; COMUM is always there

    @property
    def starts_at(self) -> datetime:
        """In America/Sao_Paulo. Of a bare time: the next moment at which the clock shows it."""
        if isinstance(self.start, datetime):
            return self.start
        return next_moment(self.start, datetime.now(SAO_PAULO))

    @property
    def starts_at_ms(self) -> int:
        """`starts_at` as Unix time in ms."""
        return int(self.starts_at.timestamp() * 1_000)

    @property
    def closes_at_ms(self) -> int:
        """When holds are no longer taken, as Unix time in ms: at the start. 0: never."""
        return int(self.start.timestamp() * 1_000) if isinstance(self.start, datetime) else 0

    def price_of(self, kind: SeatKind) -> int:
        """In centavos. A kind without a price of its own costs what COMUM costs."""
        return self.prices.get(kind, self.prices[SeatKind.COMUM])


@dataclass(frozen=True, eq=False)
class Programme:
    sessions: Mapping[str, Session]  # by id, ordered by start as it was when the programme was read
    warnings: tuple[str, ...] = ()  # what is allowed, and probably not meant

    def by_start(self) -> list[Session]:
        """Ordered by the start as of now: a bare time moves on by a day once it is past."""
        return sorted(self.sessions.values(), key=lambda session: (session.starts_at, session.id))


def next_moment(clock: time, now: datetime) -> datetime:
    """The first moment after `now`, in its zone, at which the clock shows `clock`."""
    today = datetime.combine(now.date(), clock, now.tzinfo)
    return today if today > now else today + timedelta(days=1)


def load_programme(path: Path) -> Programme:
    """Reads and checks the whole file. Raises ProgrammeError."""
    try:
        return _build(read_programme(_read_text(path)), path)
    except FaultyProgrammeError as error:
        raise ProgrammeError("\n".join(_told(path, error.faults))) from None


def _told(path: Path, faults: Iterable[Fault]) -> Iterator[str]:
    """The first of them, since one mistake may repeat itself in every session."""
    return (
        f"{path.name}, linha {line}: {message}"
        for line, message in islice(faults, _MOST_FAULTS_TOLD)
    )


class ProgrammeFile:
    """A programme's file and the last good version of it."""

    def __init__(self, path: Path, look_every: float = 1.0) -> None:
        """Reads the file; `watch` looks at it every `look_every` seconds. Raises ProgrammeError."""
        self._path = path
        self._look_every = look_every
        self._known = _version(path)  # before reading: a change meanwhile is a new version
        self._current = load_programme(path)
        self._warn()

    @property
    def current(self) -> Programme:
        return self._current

    async def watch(self) -> NoReturn:
        """Takes up each new version that is good. A bad one is logged once; the old one stays.

        A version counts once two looks have seen it: who writes in place has time to finish.
        """
        seen = self._known
        while True:
            await asyncio.sleep(self._look_every)
            latest = await asyncio.to_thread(_version, self._path)
            if latest == seen and latest != self._known:
                self._known = latest
                await self._take_up()
            seen = latest

    async def _take_up(self) -> None:
        try:
            self._current = await asyncio.to_thread(load_programme, self._path)
        except ProgrammeError as error:
            log.error("the new programme is refused, the old one stays in force: %s", error)
        else:
            log.info("took up a new programme, sessions: %s", " ".join(self._current.sessions))
            self._warn()

    def _warn(self) -> None:
        for warning in self._current.warnings:
            log.warning("%s", warning)


def _version(path: Path) -> tuple[int, int, int] | None:
    """Differs between versions, whether replaced or written in place. None: there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
        if len(data) > _LARGEST_FILE:
            raise ProgrammeError(f"{path.name}: mais de {_LARGEST_FILE} bytes")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise ProgrammeError(f"{path.name}: não pode ser lido ({error.strerror})") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProgrammeError(f"{path.name}, linha {line}: não está em UTF-8") from None


def _build(reading: Reading, path: Path) -> Programme:
    entry = reading.programme
    films = {film.id: _film(film) for film in entry.films}
    rooms = {room.id: Room(room.id, room.name, tuple(room.rows)) for room in entry.rooms}
    sessions = [
        _session(session, films[session.film], rooms[session.room]) for session in entry.sessions
    ]
    unordered = Programme({session.id: session for session in sessions})
    ordered = {session.id: session for session in unordered.by_start()}
    return Programme(MappingProxyType(ordered), tuple(_told(path, reading.warnings)))


def _film(entry: FilmEntry) -> Film:
    return Film(**entry.model_dump())


def _session(entry: SessionEntry, film: Film, room: Room) -> Session:
    start = entry.start
    if isinstance(start, datetime):
        start = start.replace(tzinfo=SAO_PAULO)
    return Session(entry.id, film, room, entry.language, start, MappingProxyType(entry.prices))
