"""Faults between a programme's entries that are valid by themselves."""

from collections.abc import Callable, Iterator

from booking.programme.schema import ProgrammeEntry, RoomEntry
from booking.programme.showings import Showing, clashes, showings
from booking.programme.toml_lines import Path

MOST_SEATS = 5_000
LineOf = Callable[[Path], int]


def inconsistencies(programme: ProgrammeEntry, line_of: LineOf) -> Iterator[tuple[Path, str]]:
    for key, entries in (
        ("filmes", programme.films),
        ("salas", programme.rooms),
        ("sessoes", programme.sessions),
    ):
        for index in _repeated([entry.id for entry in entries]):
            yield (key, index, "id"), f"id: {entries[index].id!r} já existe"
    for index, room in enumerate(programme.rooms):
        yield from _room_faults(("salas", index, "fileiras"), room)
        yield from _block_faults(("salas", index, "blocos"), room)
    unknown = list(_unknown_names(programme))
    yield from unknown or _overlaps(programme, line_of)


def _unknown_names(programme: ProgrammeEntry) -> Iterator[tuple[Path, str]]:
    films = {film.id for film in programme.films}
    rooms = {room.id for room in programme.rooms}
    for index, session in enumerate(programme.sessions):
        if session.film not in films:
            yield ("sessoes", index, "filme"), f"filme: não há filme {session.film!r}"
        if session.room not in rooms:
            yield ("sessoes", index, "sala"), f"sala: não há sala {session.room!r}"


def _room_faults(path: Path, room: RoomEntry) -> Iterator[tuple[Path, str]]:
    for index in _repeated([row.name for row in room.rows]):
        yield (*path, index), f"fileiras: a fileira {room.rows[index].name} aparece duas vezes"
    seats = len(room.places)
    if seats > MOST_SEATS:
        yield path, f"fileiras: {seats} lugares, mais que os {MOST_SEATS} permitidos"


def _block_faults(path: Path, room: RoomEntry) -> Iterator[tuple[Path, str]]:
    rows = {row.name for row in room.rows}
    for index, block in enumerate(room.blocks):
        if block.first_row not in rows:
            yield (*path, index, "desde"), f"desde: não há fileira {block.first_row!r}"
    for index in _repeated([block.first_row for block in room.blocks]):
        begin = room.blocks[index].first_row
        yield (*path, index, "desde"), f"desde: outro bloco já começa na fileira {begin}"


def _overlaps(programme: ProgrammeEntry, line_of: LineOf) -> Iterator[tuple[Path, str]]:
    """Two showings in one room at the same time: each seat could be sold twice."""
    for first, second in clashes(showings(programme)):
        yield second.path, overlap_text(first, second, line_of)


def overlap_text(first: Showing, second: Showing, line_of: LineOf) -> str:
    return (
        f"inicio: {second.id} começa às {second.clock} na sala {second.room!r}, que {first.id}"
        f" (linha {line_of(first.path)}) ocupa das {first.clock} às {first.end_clock}"
    )


def _repeated(names: list[str]) -> Iterator[int]:
    """The positions of repeated names."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield index
        seen.add(name)
