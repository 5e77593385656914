"""Checking takes time in proportion to the history's length, whatever its shape."""

import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

import pytest

from cinema.identity import owner_tag
from tests.histories.check import check
from tests.histories.lines import Action, Change, LedgerRecord, Line, Map, Message, Order, Outcome
from tests.histories.recording import Recording

Trace = Callable[[FrameType, str, object], Any]
SESSION = "S001"
SMALL, LARGE = 25, 150
SLACK = 1.1


class Shape:
    """Writes a history that is right. Every time is one step later."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._recording = Recording(self.lines.append, iter(range(10**9)).__next__)
        self._recording.header("a test", [SESSION], alone=True)
        self._version = 0
        self._sold: dict[str, str] = {}
        self._orders: list[dict[str, object]] = []

    def hold(self, buyer: str, *seats: str) -> None:
        self._done(Action.HOLD, buyer, seats, "held")

    def release(self, buyer: str, *seats: str) -> None:
        self._done(Action.RELEASE, buyer, seats, "free", reason="liberado")

    def refused(self, buyer: str, *seats: str) -> None:
        call = self._recording.call(Action.HOLD, SESSION, buyer, seats)
        more = {"reason": "assento_indisponivel", "failed": seats}
        self._recording.answer(call, Outcome.REFUSED, **more)

    def unknown(self, buyer: str, *seats: str) -> None:
        call = self._recording.call(Action.RELEASE, SESSION, buyer, seats)
        self._recording.answer(call, Outcome.UNKNOWN)

    def buy(self, buyer: str, *seats: str, tries: int = 1) -> None:
        order = f"o{len(self._orders)}"
        self._done(Action.CONFIRM, buyer, seats, "sold", order=order)
        for _ in range(tries - 1):
            call = self._recording.call(Action.CONFIRM, SESSION, buyer, seats, key=order)
            self._recording.answer(call, Outcome.OK, order=order)
        self._orders.append({"session": SESSION, "order": order, "seats": seats, "buyer": buyer})
        self._sold |= dict.fromkeys(seats, owner_tag(SESSION, buyer))

    def end(self) -> list[Line]:
        records = [{n: v for n, v in order.items() if n != "buyer"} for order in self._orders]
        messages = [record | {"status": "CONFIRMADO"} for record in records]
        state = {"session": SESSION, "version": self._version, "sold": self._sold}
        self._recording.state(Map, source="map", **state)
        self._recording.states(Order, "orders", self._orders)
        self._recording.states(Message, "outbox", ())
        self._recording.states(Message, "kafka", messages)
        self._recording.states(LedgerRecord, "ledger", records)
        self._recording.end()
        return self.lines

    def _done(
        self,
        action: Action,
        buyer: str,
        seats: Iterable[str],
        state: str,
        *,
        reason: str = "",
        order: str = "",
    ) -> None:
        call = self._recording.call(action, SESSION, buyer, seats, key=order)
        self._version += 1
        tag = owner_tag(SESSION, buyer)
        changes = [
            Change.model_validate({"seat": seat, "state": state, "tag": tag, "reason": reason})
            for seat in seats
        ]
        self._recording.event(SESSION, self._version, changes)
        self._recording.answer(call, Outcome.OK, order=order)


def a_crowd(shape: Shape, length: int) -> None:
    for number in range(length):
        shape.hold(f"b{number}", f"A{number}", f"B{number}")
        shape.refused(f"c{number}", f"A{number}")
        shape.buy(f"b{number}", f"A{number}", f"B{number}")


def one_seat(shape: Shape, length: int) -> None:
    for number in range(length):
        shape.hold(f"b{number}", "A01")
        shape.refused(f"c{number}", "A01")
        shape.release(f"b{number}", "A01")


def one_buyer(shape: Shape, length: int) -> None:
    for number in range(length):
        shape.hold("b", "A01", "A02")
        shape.unknown("b", f"B{number}")
        shape.release("b", "A01", "A02")
        shape.hold("b", f"C{number}")
        shape.buy("b", f"C{number}")


def one_order_asked_for_often(shape: Shape, length: int) -> None:
    shape.hold("b", "A01")
    shape.buy("b", "A01", tries=length)


SHAPES = [a_crowd, one_seat, one_buyer, one_order_asked_for_often]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_history_of_six_times_the_length_takes_six_times_the_operations(
    shape: Callable[[Shape, int], None],
) -> None:
    small, large = (operations(shape, length) for length in (SMALL, LARGE))
    assert large <= small * LARGE / SMALL * SLACK


def operations(shape: Callable[[Shape, int], None], length: int) -> int:
    """How many lines of code the checker executes."""
    writer = Shape()
    shape(writer, length)
    lines, executed = writer.end(), 0

    def count(frame: FrameType, event: str, argument: object) -> Trace:
        nonlocal executed
        executed += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        verdict = check(lines)
    finally:
        sys.settrace(before)
    assert verdict.violations == []
    return executed
