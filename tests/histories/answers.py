"""(3) and (10): whether each answer fits what happened to the seats while it was given."""

from collections import defaultdict
from collections.abc import Iterator

from cinema.refusals import Refusal
from tests.histories.history import Operation, Session
from tests.histories.lines import Action
from tests.histories.real_time import RealTime
from tests.histories.replay import Replay
from tests.histories.violation import Violation

_Wanted = dict[tuple[Action, str, str], dict[frozenset[str], None]]


def answers(session: Session, replay: Replay, real_time: RealTime) -> Iterator[Violation]:
    if not (session.events or session.maps):
        return  # nothing is known of its seats
    for operation in session.operations:
        window = real_time.window(operation)
        if window:
            yield from _fits(operation, replay, window)


def _fits(operation: Operation, replay: Replay, window: range) -> Iterator[Violation]:
    call, tag = operation.call, operation.tag
    match call.action, operation.succeeded:
        case ((Action.HOLD | Action.EXTEND), True):
            if not _held_together(call.seats, tag, replay, window):
                text = f"{sorted(call.seats)} were granted, but never held together"
                yield Violation("3", text, operation.lines)
        case Action.RELEASE, True:
            for seat in call.seats:
                if _always_held(seat, tag, replay, window):
                    text = f"{seat} was released by {call.buyer}, but stayed held"
                    yield Violation("3", text, operation.lines)
        case Action.HOLD, False:
            yield from _taken(operation, replay, window)


def _held_together(seats: tuple[str, ...], tag: str, replay: Replay, window: range) -> bool:
    """At some position of the window the buyer holds all of them."""
    position, steady = window.start, 0
    while steady < len(seats) and position is not None and position < window.stop:
        for seat in seats:
            found = _next_held(seat, tag, replay, position)
            if found is None:
                return False
            steady = steady + 1 if found == position else 1
            position = found
    return position < window.stop


def _next_held(seat: str, tag: str, replay: Replay, position: int) -> int | None:
    for span in replay.spans_from(seat, position):
        if span.is_of("held", tag):
            return max(position, span.begins)
    return None


def _always_held(seat: str, tag: str, replay: Replay, window: range) -> bool:
    span = replay.at(seat, window.start)
    if span is None or not span.is_of("held", tag):
        return False
    return span.ends is None or span.ends >= window.stop


def _taken(operation: Operation, replay: Replay, window: range) -> Iterator[Violation]:
    answer = operation.answer
    if answer is None or answer.reason != Refusal.SEAT_TAKEN:
        return
    for seat in answer.failed:
        span = next(replay.spans_from(seat, window.start), None)
        if span is None or span.begins >= window.stop:
            text = f"{seat} was refused to {operation.call.buyer} as taken, but it was free"
            yield Violation("10", text, operation.lines)


def taken_whole(session: Session, replay: Replay, *, alone: bool) -> Iterator[Violation]:
    """(3): each event takes all seats of some request of its buyer, or sells just these."""
    wanted = _wanted(session)
    known = set(session.tags.values())
    groups: defaultdict[tuple[int, Action, str], list[str]] = defaultdict(list)
    for effect in replay.effects:
        if effect.action in (Action.HOLD, Action.CONFIRM) and (alone or effect.tag in known):
            groups[effect.position, effect.action, effect.tag].append(effect.seat)
    for (position, action, tag), seats in groups.items():
        event, taken = replay.line_at(position), frozenset(seats)
        groups_with = wanted.get((action, tag, seats[0]), {})
        if action is Action.CONFIRM and taken not in groups_with:
            text = f"nobody asked to buy just {sorted(taken)}, sold at version {event.version}"
            yield Violation("3", text, (event,))
        if action is Action.HOLD and not any(
            taken <= group and _all_held(group, tag, replay, position) for group in groups_with
        ):
            text = f"version {event.version} held {sorted(taken)}, part of what was asked for"
            yield Violation("3", text, (event,))


def _wanted(session: Session) -> _Wanted:
    """The groups of seats that a buyer asked for, by each of their seats."""
    wanted: _Wanted = defaultdict(dict)
    for operation in session.operations:
        group = frozenset(operation.call.seats)
        if operation.may_have_acted:
            for seat in group:
                wanted[operation.call.action, operation.tag, seat][group] = None
    return wanted


def _all_held(seats: frozenset[str], tag: str, replay: Replay, position: int) -> bool:
    spans = (replay.at(seat, position) for seat in seats)
    return all(span is not None and span.is_of("held", tag) for span in spans)
