"""Replays a session's events as a watcher does: who has each seat after each of them.

A *position* counts events from 1; 0 is before the first. A session's versions are its total order.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.histories.history import Session
from tests.histories.lines import Action, Change, Event, Line, Map
from tests.histories.violation import Violation


@dataclass
class Span:
    """One owner's time in one seat, from the position `begins` to before `ends`."""

    state: str  # held or sold
    tag: str
    begins: int
    line: Line  # the event, or the map, that began it
    ends: int | None = None

    def is_of(self, state: str, tag: str) -> bool:
        return (self.state, self.tag) == (state, tag)


@dataclass(frozen=True)
class Effect:
    """A seat's change that some request has caused."""

    position: int
    action: Action
    seat: str
    tag: str
    event: Event


class Replay:
    """`violations` are those that the events alone show: (1), (2) and (5)."""

    def __init__(self, session: Session) -> None:
        self.events = session.events
        self.effects: list[Effect] = []
        self.holes: list[int] = []  # positions of maps in the place of events that were missed
        self.version = 0
        self.positions = {0: 0}  # of the versions
        self.now: dict[str, Span] = {}  # seats that are not free, after the last event
        self.violations: list[Violation] = []
        self._spans: defaultdict[str, list[Span]] = defaultdict(list)
        self._begins: defaultdict[str, list[int]] = defaultdict(list)  # of these
        self._deadlines: dict[str, int | None] = {}
        self._maps = defaultdict[int, list[Map]](list)
        for seat_map in session.maps:
            self._maps[seat_map.version].append(seat_map)
        self.violations += self._run()

    # ------------------------------------------------------------------------------- what it knows

    def at(self, seat: str, position: int) -> Span | None:
        """Who has the seat after this event; None where it is free."""
        spans = self._spans[seat]
        found = bisect_right(self._begins[seat], position) - 1
        if found < 0:
            return None
        ends = spans[found].ends
        return spans[found] if ends is None or position < ends else None

    def spans_from(self, seat: str, position: int) -> Iterator[Span]:
        """Those of the seat that end after the position, in order."""
        spans = self._spans[seat]
        first = max(0, bisect_right(self._begins[seat], position) - 1)
        for index in range(first, len(spans)):
            span = spans[index]
            if span.ends is None or span.ends > position:
                yield span

    def line_at(self, position: int) -> Event | Map:
        return self.events[position - 1]

    def last_line(self) -> tuple[Line, ...]:
        return (self.events[-1],) if self.events else ()

    # -------------------------------------------------------------------------------- how it knows

    def _run(self) -> Iterator[Violation]:
        yield from self._compare()
        for position, event in enumerate(self.events, start=1):
            if isinstance(event, Map):
                self._go_on_from(position, event)
            else:
                yield from self._follow(position, event)
            self.positions[self.version] = position
            yield from self._compare()
        for version, maps in self._maps.items():
            if version > self.version:
                text = f"the session is at version {version}, its events at {self.version}"
                yield Violation("5", text, (*self.last_line(), only(maps[0])))

    def _go_on_from(self, position: int, seat_map: Map) -> None:
        if position > 1:
            self.holes.append(position)
        for seat in list(self.now):
            self._end(seat, position)
        for state, tags in (("held", seat_map.held), ("sold", seat_map.sold)):
            for seat, tag in tags.items():
                self._begin(seat, Span(state, tag, position, seat_map))
        self.version = seat_map.version
        self._deadlines.clear()

    def _follow(self, position: int, event: Event) -> Iterator[Violation]:
        if event.version != self.version + 1:
            before = (self.line_at(position - 1),) if position > 1 else ()
            text = f"version {event.version} follows {self.version}"
            yield Violation("5", text, (*before, event))
        self.version = event.version
        for change in event.changes:
            span = Span(change.state, change.tag, position, event)
            if change.state == "held":
                yield from self._hold(change, span, event)
            elif change.state == "sold":
                yield from self._sell(change, span, event)
            else:
                self._free(change, span, event)

    def _hold(self, change: Change, span: Span, event: Event) -> Iterator[Violation]:
        seat, now = change.seat, self.now.get(change.seat)
        if now and now.state == "sold":
            text = f"{seat} is held at version {event.version}, but sold"
            yield Violation("2", text, (now.line, event))
        elif now and now.tag != change.tag:
            text = f"{seat} is held by two at version {event.version}"
            yield Violation("2", text, (now.line, event))
        if now and now.is_of("held", change.tag):
            if _later(change.deadline, self._deadlines.get(seat)):
                self._note(Action.EXTEND, change, span, event)
        else:
            self._note(Action.HOLD, change, span, event)
            if not now or now.state == "held":  # what is sold stays sold
                self._begin(seat, span)
        self._deadlines[seat] = change.deadline

    def _sell(self, change: Change, span: Span, event: Event) -> Iterator[Violation]:
        seat, now = change.seat, self.now.get(change.seat)
        if now and now.state == "sold":
            text = f"{seat} is sold again at version {event.version}"
            yield Violation("1", text, (now.line, event))
        elif not now or now.tag != change.tag:
            text = f"{seat} is sold at version {event.version} to somebody who did not hold it"
            yield Violation("1", text, (*((now.line,) if now else ()), event))
        self._note(Action.CONFIRM, change, span, event)
        self._begin(seat, span)

    def _free(self, change: Change, span: Span, event: Event) -> None:
        self._end(change.seat, span.begins)
        if action := _FREED_BY.get(change.reason):
            self._note(action, change, span, event)

    def _note(self, action: Action, change: Change, span: Span, event: Event) -> None:
        self.effects.append(Effect(span.begins, action, change.seat, change.tag, event))

    def _begin(self, seat: str, span: Span) -> None:
        self._end(seat, span.begins)
        self.now[seat] = span
        self._spans[seat].append(span)
        self._begins[seat].append(span.begins)

    def _end(self, seat: str, position: int) -> None:
        if span := self.now.pop(seat, None):
            span.ends = position

    def _compare(self) -> Iterator[Violation]:
        """With every map of this version."""
        for seat_map in self._maps.get(self.version, ()):
            for state, by_map in (("held", seat_map.held), ("sold", seat_map.sold)):
                by_events = {s: span.tag for s, span in self.now.items() if span.state == state}
                yield from self._differences(state, by_events, seat_map, by_map)

    def _differences(
        self, state: str, by_events: dict[str, str], seat_map: Map, by_map: dict[str, str]
    ) -> Iterator[Violation]:
        differ = sorted(
            seat
            for seat in by_events.keys() | by_map.keys()
            if by_events.get(seat) != by_map.get(seat)
        )
        if differ:
            events = [self._spans[seat][-1].line for seat in differ if self._spans[seat]]
            text = (
                f"{state} by the events: {[s for s in differ if s in by_events]}, "
                f"by the map: {[s for s in differ if s in by_map]}, at version {self.version}"
            )
            yield Violation("+", text, (*events, only(seat_map, *differ)))


_FREED_BY = {"liberado": Action.RELEASE, "cancelado": Action.CANCEL}


def _later(deadline: int | None, before: int | None) -> bool:
    """A hold that got longer was extended; one that got shorter, booking shortened (lua/shorten).

    Unknown where the events have no deadlines.
    """
    return deadline is not None and before is not None and deadline > before


def only(seat_map: Map, *seats: str) -> Map:
    """The map of these seats alone, for an excerpt."""
    held, sold = (
        {seat: tag for seat, tag in tags.items() if seat in seats}
        for tags in (seat_map.held, seat_map.sold)
    )
    return seat_map.model_copy(update={"held": held, "sold": sold})
