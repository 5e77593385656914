"""What the events alone show: (7) none carries a buyer's identity; (9) no hold outlasts its
ceiling, nor begins while its seat cools down."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.histories.history import Session
from tests.histories.lines import Change, Event, Line, Rules
from tests.histories.violation import Violation

_WORD = re.compile(r"[^\s\"{}\[\]:,]+")


def identities(session: Session) -> Iterator[Violation]:
    buyers = session.tags.keys()
    for event in session.events:
        if not isinstance(event, Event):
            continue
        more = {*(event.model_extra or ())}.union(*(c.model_extra or () for c in event.changes))
        if more:
            text = f"version {event.version} says more than it should: {sorted(more)}"
            yield Violation("7", text, (event,))
        words = set(_WORD.findall(event.model_dump_json(exclude={"session"})))
        words.update(change.tag for change in event.changes)
        for buyer in sorted(words & buyers):
            yield Violation("7", f"version {event.version} names {buyer}", (event,))


@dataclass(frozen=True)
class _Stay:
    """One buyer's time in one seat, from its first hold, over holds that followed within a
    cool-down."""

    begun: int
    begun_with: Line
    left: float = math.inf
    left_with: tuple[Line, ...] = ()
    expired: bool = False
    deadline: int = 0  # of the hold, as its last event said


def times(session: Session, rules: Rules) -> Iterator[Violation]:
    """Needs the events' times by Redis' clock."""
    if rules.ceiling_ms is None or rules.cooldown_ms is None:
        return
    stays: dict[tuple[str, str], _Stay] = {}
    for event in session.events:
        if not isinstance(event, Event) or event.clock is None:
            continue
        for change in event.changes:
            mine = change.seat, change.tag
            stay = stays.get(mine, _Stay(event.clock, event))
            if change.state == "free":
                expired = change.reason == "timeout"
                if expired and event.clock < stay.deadline:
                    text = f"{change.seat} expired at {event.clock}, before {stay.deadline}"
                    yield Violation("9", text, (stay.begun_with, event))
                stays[mine] = replace(stay, left=event.clock, left_with=(event,), expired=expired)
            elif change.state == "held":
                cools = event.clock < stay.left + rules.cooldown_ms
                if cools and stay.expired:
                    text = f"{change.seat} is held again before it has cooled down"
                    yield Violation("9", text, (*stay.left_with, event))
                if not cools and stay.left < math.inf:
                    stay = _Stay(event.clock, event)
                yield from _beyond_ceiling(change, stay, event, rules.ceiling_ms)
                deadline = change.deadline or 0
                stays[mine] = replace(stay, left=math.inf, expired=False, deadline=deadline)


def _beyond_ceiling(
    change: Change, stay: _Stay, event: Event, ceiling_ms: int
) -> Iterator[Violation]:
    if change.deadline is not None and change.deadline > stay.begun + ceiling_ms:
        text = f"{change.seat} is held until {change.deadline}, beyond its ceiling"
        yield Violation("9", text, (stay.begun_with, event))
