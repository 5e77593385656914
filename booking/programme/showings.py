"""When a session occupies its room, and which sessions collide.

A dated session occupies it once, a daily session every day. Only two sessions of the same kind
certainly collide.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from booking.programme.schema import ProgrammeEntry
from booking.programme.toml_lines import Path

_EPOCH = datetime(2000, 1, 1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Showing:
    """`length` includes the room's cleaning after the film; `path` is the start's in the file."""

    id: str
    room: str
    start: datetime | time
    length: timedelta
    path: Path

    @property
    def is_dated(self) -> bool:
        return isinstance(self.start, datetime)

    @property
    def begins(self) -> datetime:
        """For a daily showing: on an arbitrary day."""
        if isinstance(self.start, datetime):
            return self.start
        return datetime.combine(_EPOCH, self.start)

    @property
    def ends(self) -> datetime:
        return self.begins + self.length

    @property
    def clock(self) -> str:
        return f"{self.begins:%H:%M}"

    @property
    def end_clock(self) -> str:
        return f"{self.ends:%H:%M}"

    def meets_daily(self, other: "Showing") -> bool:
        """Whether they collide if each is repeated every day."""
        after = (other.begins - self.begins) % _DAY
        before = (self.begins - other.begins) % _DAY
        return after < self.length or before < other.length


def showings(programme: ProgrammeEntry) -> list[Showing]:
    """Needs known films and rooms. A cancelled session leaves its room free."""
    minutes = {film.id: film.duration_minutes for film in programme.films}
    cleaning = {room.id: room.cleaning_minutes for room in programme.rooms}
    return [
        Showing(
            session.id,
            session.room,
            session.start,
            timedelta(minutes=minutes[session.film] + cleaning[session.room]),
            ("sessoes", index, "inicio"),
        )
        for index, session in enumerate(programme.sessions)
        if not session.cancelled
    ]


def clashes(of: Iterable[Showing]) -> Iterator[tuple[Showing, Showing]]:
    """Pairs that are in one room at the same time, at most one for each showing that comes
    second."""
    for room in _by_room(of).values():
        yield from _dated_clashes([showing for showing in room if showing.is_dated])
        yield from _daily_clashes([showing for showing in room if not showing.is_dated])


def doubtful(of: Iterable[Showing]) -> Iterator[tuple[Showing, Showing]]:
    """A daily and a dated showing that collide if the daily one also runs on that date."""
    for room in _by_room(of).values():
        daily = [showing for showing in room if not showing.is_dated]
        for dated in (showing for showing in room if showing.is_dated):
            yield from ((one, dated) for one in daily if one.meets_daily(dated))


def _by_room(of: Iterable[Showing]) -> dict[str, list[Showing]]:
    rooms = defaultdict[str, list[Showing]](list)
    for showing in of:
        rooms[showing.room].append(showing)
    return rooms


def _dated_clashes(room: list[Showing]) -> Iterator[tuple[Showing, Showing]]:
    last: Showing | None = None  # of the earlier ones, the one that ends last
    for showing in sorted(room, key=lambda showing: showing.begins):
        if last and showing.begins < last.ends:
            yield last, showing
        last = max(last or showing, showing, key=lambda one: one.ends)


def _daily_clashes(room: list[Showing]) -> Iterator[tuple[Showing, Showing]]:
    for index, showing in enumerate(room):
        earlier = next((one for one in room[:index] if one.meets_daily(showing)), None)
        if earlier:
            yield earlier, showing
