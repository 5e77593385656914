"""The invariants of a session: its sales, holds, accounts and half-price tickets."""

from collections import Counter
from collections.abc import Iterator, Sequence

from booking.order import Order
from cinema.identity import owner_tag
from cinema.redis_connection import RedisClient
from cinema.tickets import Ticket, quota_needed
from verify.findings import Check, Fault, Look
from verify.session_state import Lock, Restless, SessionState, read_session

_CLOCK_MS = 5  # by how much PTTL and TIME may disagree


class SessionCheck:
    """A unit is a session."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def look(self, units: Sequence[str]) -> Look:
        look = Look()
        for name in units:
            try:
                state = await read_session(self._redis, name)
            except Restless:
                look.unchecked.append(f"session {name} changed during each of many reads")
                continue
            look.faults.update(_unreadable(state), _sales(state), _holds(state), _counts(state))
            look.checked.update(
                {
                    Check.SALES: len(state.sold),
                    Check.HOLDS: len(state.holds),
                    Check.ACCOUNTS: len(state.buyers),
                    Check.HALF_PRICE: 1,
                }
            )
        return look


def _unreadable(state: SessionState) -> Iterator[Fault]:
    for where in state.unreadable:
        yield Fault(Check.KEYS, state.name, where, f"{where} cannot be read")


def _sales(state: SessionState) -> Iterator[Fault]:
    for seat, sale in state.sold.items():
        where = f"seat {seat} in {state.keys.sold}"
        if problem := _problem_of_sale(state.orders[sale.order], state.name, seat, sale.seats):
            sentence = f"{where} is sold to order {sale.order}, {problem}"
            yield Fault(Check.SALES, state.name, f"{seat} {sale.order}", sentence)
        if seat in state.holds:
            sentence = f"{where} is sold, and held in {state.keys.holds}"
            yield Fault(Check.SALES, state.name, f"{seat} held", sentence)


def _problem_of_sale(order: Order | None, session: str, seat: str, seats: int) -> str:
    if order is None:
        return "which Redis does not have or which cannot be read"
    if order.session_id != session:
        return f"which is of session {order.session_id}"
    if order.cancelled:
        return "which is cancelled"
    if seat not in order.seats:
        return "which does not list it"
    if seats != len(order.tickets) + len(order.given_back):
        return f"and said to be one of {seats} seats, which the order never had"
    return ""


def _holds(state: SessionState) -> Iterator[Fault]:
    for seat, hold in state.holds.items():
        for problem in _problems_of_hold(state, seat, hold):
            sentence = f"seat {seat} in {state.keys.holds} {problem}"
            yield Fault(Check.HOLDS, state.name, f"{seat} {problem.partition(':')[0]}", sentence)


def _problems_of_hold(state: SessionState, seat: str, hold: dict[str, object]) -> Iterator[str]:
    deadline, lock = int(str(hold.get("deadline", 0))), state.locks.get(seat)
    if state.due.get(seat) != deadline:
        due = state.keys.partition.due
        yield f"has another deadline than in {due}: {deadline}, and {state.due.get(seat)}"
    if hold.get("tag") != owner_tag(state.name, str(hold.get("buyer"))):
        yield "has a tag that is not its buyer's"
    if lock is None:
        if deadline > state.clock + _CLOCK_MS:  # else it waits for the sweeper
            yield f"has no lock {state.keys.lock(seat)}: its deadline has not come"
    elif not _fits(lock, str(hold.get("token")), deadline):
        yield f"has a lock {state.keys.lock(seat)} with another token or end"


def _fits(lock: Lock, token: str, deadline: int) -> bool:
    if lock.token != token or lock.ends is None:
        return False
    earliest, latest = lock.ends
    return earliest - _CLOCK_MS <= deadline <= latest + _CLOCK_MS


def _counts(state: SessionState) -> Iterator[Fault]:
    tags = {owner_tag(state.name, buyer): buyer for buyer in state.buyers}
    held = Counter(hold.get("tag") for hold in state.holds.values())
    sold = Counter(sale.tag for sale in state.sold.values() if _counts_for_buyer(state, sale.order))
    for tag in {*tags, *held, *sold}:
        counted, has = state.buyers.get(tags.get(tag, ""), (0, 0)), (held[tag], sold[tag])
        if counted != has:
            sentence = (
                f"{state.keys.buyers} counts {counted[0]} held and {counted[1]} sold seats for "
                f"the buyer of tag {tag}, who has {has[0]} and {has[1]}"
            )
            yield Fault(Check.ACCOUNTS, state.name, str(tag), sentence)
    half_price = quota_needed(_tickets(state))
    if half_price != state.half_price:
        key = state.keys.half_price
        sentence = f"{key} is {state.half_price}, and the orders have {half_price} such tickets"
        yield Fault(Check.HALF_PRICE, state.name, "", sentence)


def _counts_for_buyer(state: SessionState, order_id: str) -> bool:
    """A settled order has left its buyer's account."""
    order = state.orders.get(order_id)
    return order is None or not order.settled


def _tickets(state: SessionState) -> Iterator[Ticket]:
    """Of the seats that are sold. An order that was read later may have given some back."""
    for order in filter(None, state.orders.values()):
        for ticket in (*order.tickets, *(one.ticket for one in order.given_back)):
            sale = state.sold.get(ticket.seat)
            if sale and sale.order == order.id:
                yield ticket
