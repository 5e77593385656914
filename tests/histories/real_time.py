"""When each event happened, as far as requests and answers say, and whether that fits the versions'
order.

An event did not happen before the request that caused it was sent, nor after that request was
answered, nor after the recorder read it. If a buyer made several requests for one seat, it is
unknown which of them caused which of the events. Then this is certain: the j-th event happened
after j of the requests were sent, and if i events follow it, i + 1 of the answers came after it.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.histories.history import Operation, Session
from tests.histories.lines import Action, Line
from tests.histories.replay import Effect, Replay, only
from tests.histories.violation import Violation

_Group = tuple[Action, str, str]  # what a buyer, by tag, asked about one seat


@dataclass(frozen=True)
class Moment:
    """A bound of an event's time, and the line that it comes from."""

    at: float
    line: Line | None = None


class RealTime:
    """`violations` are those of (10), and events that no request explains, of (3)."""

    def __init__(self, session: Session, replay: Replay, *, alone: bool) -> None:
        self.violations: list[Violation] = []
        self._replay = replay
        size = len(replay.events)
        self._begun = [Moment(-math.inf)] * size  # not before
        self._done = [Moment(event.at, event) for event in replay.events]  # not after
        self.violations += self._bound_all(session, alone=alone)
        self.violations += self._contradictions()
        self._earliest, self._latest = list[float](), list[float]()
        self._known_by = list[int]()  # the place of the event that `_latest` comes from
        self._put_in_order()
        self.violations += self._stale_maps(session)

    def window(self, operation: Operation) -> range:
        """The positions after which the seats' state may be what the operation found or left.

        Empty where the times contradict each other, or the recorder has missed events.
        """
        answer = operation.answer
        first = bisect_left(self._latest, operation.call.at)
        last = bisect_right(self._earliest, answer.at if answer else math.inf)
        holes = self._replay.holes
        next_hole = bisect_right(holes, first)
        if next_hole < len(holes) and holes[next_hole] <= last:
            return range(0)
        return range(first, last + 1)

    def _bound_all(self, session: Session, *, alone: bool) -> Iterator[Violation]:
        requests, known = _requests(session), set(session.tags.values())
        groups: defaultdict[_Group, list[Effect]] = defaultdict(list)
        for effect in self._replay.effects:
            groups[effect.action, effect.tag, effect.seat].append(effect)
        for group, effects in groups.items():
            operations = requests.get(group, [])
            self._bound(effects, operations)
            if alone or group[1] in known:
                for effect in effects[len(operations) :]:
                    yield _unexplained(effect)

    def _bound(self, effects: list[Effect], operations: list[Operation]) -> None:
        answered = sorted(operations, key=lambda operation: operation.acted_by)
        spare = len(operations) - len(effects)
        for number, effect in enumerate(effects[: len(operations)]):
            place = effect.position - 1
            call = operations[number].call
            self._begun[place] = _max(self._begun[place], Moment(call.at, call))
            if number + spare >= 0:
                last = answered[number + spare]
                self._done[place] = _min(self._done[place], Moment(last.acted_by, last.answer))

    def _contradictions(self) -> Iterator[Violation]:
        """A request that was sent after a later version than its own was known."""
        begun, culprit, reported = Moment(-math.inf), 0, -1
        for place, event in enumerate(self._replay.events):
            if self._begun[place].at > begun.at:
                begun, culprit = self._begun[place], place
            if begun.at > self._done[place].at and culprit != reported:
                reported = culprit
                earlier = self._replay.events[culprit]
                text = (
                    f"version {event.version} was known before the request for version "
                    f"{earlier.version} was sent"
                )
                lines = (begun.line, earlier, event, self._done[place].line)
                yield Violation("10", text, tuple(line for line in lines if line))

    def _stale_maps(self, session: Session) -> Iterator[Violation]:
        """A map that lacks what was known before it was asked for."""
        for seat_map in session.maps:
            position = self._replay.positions.get(seat_map.version)
            if seat_map.asked is None or position is None:
                continue
            known = bisect_left(self._latest, seat_map.asked)
            if position < known:
                done = self._known_by[known - 1]
                event = self._replay.events[done]
                text = (
                    f"the map shows version {seat_map.version}, but version {event.version} was "
                    "known before the map was asked for"
                )
                lines = (event, self._done[done].line, only(seat_map))
                yield Violation("10", text, tuple(line for line in lines if line))

    def _put_in_order(self) -> None:
        """The bounds, with those of the events before and after taken into account."""
        begun, done, place = -math.inf, math.inf, len(self._done)
        for moment in self._begun:
            begun = max(begun, moment.at)
            self._earliest.append(begun)
        known_by = place
        for moment in reversed(self._done):
            place -= 1
            if moment.at < done:
                done, known_by = moment.at, place
            self._latest.append(done)
            self._known_by.append(known_by)
        self._latest.reverse()
        self._known_by.reverse()


def _requests(session: Session) -> dict[_Group, list[Operation]]:
    """Those that may have had an effect, in the order in which they were sent."""
    groups: defaultdict[_Group, list[Operation]] = defaultdict(list)
    for operation in session.operations:
        if operation.may_have_acted:
            call = operation.call
            for seat in call.seats:
                groups[call.action, operation.tag, seat].append(operation)
            for seat in call.instead_of:
                groups[Action.RELEASE, operation.tag, seat].append(operation)
    return groups


def _unexplained(effect: Effect) -> Violation:
    text = (
        f"{effect.seat} changed at version {effect.event.version}, but its owner had not asked "
        f"to {effect.action}"
    )
    return Violation("3", text, (effect.event,))


def _max(one: Moment, other: Moment) -> Moment:
    return other if other.at > one.at else one


def _min(one: Moment, other: Moment) -> Moment:
    return other if other.at < one.at else one
