"""When a session occupies its room, and which two do so at the same time.

A dated session does once; one at a bare time of day does every day. Only showings of one kind are
certain to meet: a bare time is meant for demonstrations.
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
    """`length` is the film's and the room's cleaning after it; `path` is the start's in the file."""

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
        """Of a bare time: on a day like any other."""
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
        """Whether they meet if each one is repeated every day."""
        after = (other.begins - self.begins) % _DAY
        before = (self.begins - other.begins) % _DAY
        return after < self.length or before < other.length


def showings(programme: ProgrammeEntry) -> list[Showing]:
    """Of a programme whose sessions name films and rooms that it has; a cancelled one leaves its room free."""
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
    """Pairs that are in one room at the same time: for each showing at most one that was there first."""
    for room in _by_room(of).values():
        yield from _dated_clashes([showing for showing in room if showing.is_dated])
        yield from _daily_clashes([showing for showing in room if not showing.is_dated])


def doubtful(of: Iterable[Showing]) -> Iterator[tuple[Showing, Showing]]:
    """A daily showing and a dated one that meet, if the daily one is shown on that day, too."""
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
    last: Showing | None = None  # of those that began before, the one that ends last
    for showing in sorted(room, key=lambda showing: showing.begins):
        if last and showing.begins < last.ends:
            yield last, showing
        last = max(last or showing, showing, key=lambda one: one.ends)


def _daily_clashes(room: list[Showing]) -> Iterator[tuple[Showing, Showing]]:
    for index, showing in enumerate(room):
        earlier = next((one for one in room[:index] if one.meets_daily(showing)), None)
        if earlier:
            yield earlier, showing
