"""The orders: none is lost or there twice, no seat has two, and each has the seats that were asked
for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from cinema.refusals import Refusal
from tests.histories.history import Operation, Session
from tests.histories.lines import Action, Line, Map, Order
from tests.histories.replay import only
from tests.histories.violation import Violation


def sold_to_two(session: Session) -> Iterator[Violation]:
    """(1), by the orders and the map."""
    owners: defaultdict[str, list[Order]] = defaultdict(list)
    for order in session.orders.values():
        if not order.cancelled:
            for seat in order.seats_left:
                owners[seat].append(order)
    for seat, orders in owners.items():
        if len(orders) > 1:
            yield Violation("1", f"{seat} belongs to {len(orders)} orders", tuple(orders))
    if session.maps:
        yield from _sold_as_ordered(session.maps[-1], owners)


def _sold_as_ordered(seat_map: Map, owners: dict[str, list[Order]]) -> Iterator[Violation]:
    differ = sorted(seat_map.sold.keys() ^ owners.keys())
    if differ:
        sold, ordered = ([s for s in differ if s in some] for some in (seat_map.sold, owners))
        orders = [order for seat in differ for order in owners.get(seat, ())]
        text = f"sold are {sold}, but ordered {ordered}"
        yield Violation("1", text, (*orders, only(seat_map, *differ)))


def promised_twice(session: Session) -> Iterator[Violation]:
    """(1), by the answers alone: a seat in two acknowledged orders that did not give it back."""
    given_back = {
        (operation.call.order, seat)
        for operation in session.operations
        if operation.succeeded and operation.call.action is Action.CANCEL
        for seat in operation.call.seats
    }
    owners: defaultdict[str, dict[str, Operation]] = defaultdict(dict)
    for operation in session.operations:
        if operation.succeeded and operation.answer and operation.call.action is Action.CONFIRM:
            name = operation.answer.order
            order = session.orders.get(name)
            for seat in operation.call.seats:
                kept_it = order is None or (seat in order.seats_left and not order.cancelled)
                if kept_it and (name, seat) not in given_back:
                    owners[seat].setdefault(name, operation)
    for seat, orders in owners.items():
        if len(orders) > 1:
            lines = [line for operation in orders.values() for line in operation.lines]
            text = f"{seat} was acknowledged to {len(orders)} orders: {', '.join(orders)}"
            yield Violation("1", text, tuple(lines))


def kept(session: Session, whole: Line) -> Iterator[Violation]:
    """(11) and (3): what was acknowledged is there. `whole`: the orders were read to their end."""
    for operation in session.operations:
        if operation.succeeded and operation.answer and operation.call.action is Action.CONFIRM:
            order = session.orders.get(operation.answer.order)
            if order is None:
                text = f"order {operation.answer.order} was acknowledged, and is lost"
                yield Violation("11", text, (*operation.lines, whole))
            elif set(order.seats) != set(operation.call.seats):
                text = f"order {order.order} is not of {sorted(operation.call.seats)}"
                yield Violation("3", text, (*operation.lines, order))
        if operation.succeeded and operation.call.action is Action.CANCEL:
            yield from _cancelled(operation, session)


def _cancelled(operation: Operation, session: Session) -> Iterator[Violation]:
    order = session.orders.get(operation.call.order)
    left = set(order.seats_left) if order and not order.cancelled else set()
    if order and not left.isdisjoint(operation.call.seats):
        text = f"{sorted(operation.call.seats)} were given back, but order {order.order} has them"
        yield Violation("11", text, (*operation.lines, order))


_Payment = tuple[str, frozenset[str]]  # a buyer and the seats


def doubled(session: Session, *, alone: bool) -> Iterator[Violation]:
    """(12): one order at most for each order key, and none that nobody asked for."""
    payments: defaultdict[_Payment, dict[str, Operation]] = defaultdict(dict)
    for operation in session.operations:
        call = operation.call
        if call.action is Action.CONFIRM and operation.may_have_acted:
            key = call.key or f"call {call.id}"
            payments[call.buyer, frozenset(call.seats)].setdefault(key, operation)
    orders: defaultdict[_Payment, list[Order]] = defaultdict(list)
    for order in session.orders.values():
        if alone or order.buyer in session.tags:
            orders[order.buyer, frozenset(order.seats)].append(order)
    for payment, made in orders.items():
        asked = payments.get(payment, {})
        if len(made) > len(asked):
            text = (
                f"{len(made)} orders of {made[0].buyer} have {sorted(payment[1])}, which were paid "
                f"for with {len(asked)} order keys"
            )
            calls = [operation.call for operation in asked.values()]
            yield Violation("12", text, (*calls, *made))
    yield from _keys_with_two_orders(session.operations)


def _keys_with_two_orders(operations: Iterable[Operation]) -> Iterator[Violation]:
    """A refusal because of seats that are bought names the order of another request."""
    first: dict[tuple[str, str], Operation] = {}
    for operation in operations:
        call, answer = operation.call, operation.answer
        if answer and answer.reason == Refusal.ALREADY_BOUGHT:
            continue
        if call.action is Action.CONFIRM and call.key and answer and answer.order:
            before = first.setdefault((call.buyer, call.key), operation)
            if before.answer and before.answer.order != answer.order:
                text = f"order key {call.key} has two orders"
                yield Violation("12", text, (*before.lines, *operation.lines))
