"""The programme, parsed from its TOML file and checked whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from booking.programme.pictures import read_pictures
from booking.programme.rooms import Room
from booking.programme.schema import FilmEntry, SessionEntry
from booking.programme.session import Film, Session
from booking.programme.syntax import Fault, FaultyProgrammeError
from booking.programme.text import Reading, read_programme
from cinema.art.picture import Picture
from cinema.local_time import SAO_PAULO

_LARGEST_FILE = 2_000_000  # bytes
_MOST_FAULTS_NAMED = 20


class ProgrammeError(Exception):
    """The text lists the faults in Portuguese, one a line: file, line, key, reason."""


@dataclass(frozen=True, eq=False)
class Programme:
    """`name` and `text` are the file's; `warnings` name valid entries that are probably
    mistakes."""

    sessions: Mapping[str, Session]  # by id, ordered by start as it was when the programme was read
    name: str = ""
    text: str = ""
    warnings: tuple[str, ...] = ()
    folder: Path | None = None  # of the file and its pictures
    pictures: Mapping[str, Picture] = field(default_factory=dict)  # by the films' ids
    picture_files: tuple[Path, ...] = ()  # also faulty ones
    line_of: Callable[[str], int] = lambda _session_id: 1
    cinema: str = ""  # its name; empty: none is given

    def by_start(self) -> list[Session]:
        """Ordered by the start as of now: a daily session moves on by a day once it has begun."""
        return sorted(self.sessions.values(), key=lambda session: (session.starts_at, session.id))

    def place_of(self, session_id: str) -> str:
        """The session's line in the file; the file alone if it has no such session."""
        if session_id not in self.sessions:
            return self.name
        return f"{self.name}, linha {self.line_of(session_id)}"


def load_programme(path: Path) -> Programme:
    """Reads and checks the whole file. Raises ProgrammeError."""
    return parse_programme(_read_text(path), path.name, path.parent)


def parse_programme(text: str, name: str, folder: Path | None = None) -> Programme:
    """Checks the whole text of the file with that name. Raises ProgrammeError.

    A faulty picture is a warning: the film is sold without it. Without a folder no picture is read.
    """
    try:
        reading = read_programme(text)
    except FaultyProgrammeError as error:
        raise ProgrammeError("\n".join(_located(name, error.faults))) from None
    pictures, warnings = read_pictures(reading, folder) if folder else ({}, [])
    sessions = {session.id: session for session in _sessions(reading, pictures)}
    return Programme(
        MappingProxyType({session.id: session for session in Programme(sessions).by_start()}),
        name,
        text,
        tuple(_located(name, sorted([*reading.warnings, *warnings]))),
        folder,
        pictures,
        tuple(folder / film.poster for film in reading.programme.films if folder and film.poster),
        reading.line_of_session,
        reading.programme.cinema,
    )


def _located(name: str, faults: Iterable[Fault]) -> Iterator[str]:
    """The first faults, since one mistake may repeat in every session."""
    return (
        f"{name}, linha {line}: {message}" for line, message in islice(faults, _MOST_FAULTS_NAMED)
    )


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


def _sessions(reading: Reading, pictures: Mapping[str, Picture]) -> Iterator[Session]:
    entry = reading.programme
    films = {film.id: _film(film, pictures.get(film.id)) for film in entry.films}
    rooms = {room.id: Room(room.id, room.name, room.named_rows) for room in entry.rooms}
    for session in entry.sessions:
        yield _session(session, films[session.film], rooms[session.room])


def _film(entry: FilmEntry, picture: Picture | None) -> Film:
    return Film(**entry.model_dump() | {"poster": picture.version if picture else ""})


def _session(entry: SessionEntry, film: Film, room: Room) -> Session:
    start = entry.start
    if isinstance(start, datetime):
        start = start.replace(tzinfo=SAO_PAULO)
    return Session(
        entry.id,
        film,
        room,
        entry.language,
        start,
        MappingProxyType(entry.prices),
        entry.change,
        entry.cancelled,
    )
