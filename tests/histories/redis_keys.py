"""What only Redis' keys show: (2), (6), (8), and that the counts beside the seats agree."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from cinema.identity import owner_tag
from tests.histories.history import Session
from tests.histories.lines import Account, Map, RedisKeys, Rules
from tests.histories.replay import only
from tests.histories.violation import Violation

NO_ACCOUNT = Account()
CLOCK_MS = 5  # by how much PTTL and TIME, asked one after the other, may disagree


def keys_fit(session: Session, keys: RedisKeys, rules: Rules) -> Iterator[Violation]:
    """`keys` were read in the same moment as the map of their version."""
    seat_map = next((m for m in reversed(session.maps) if m.version == keys.version), None)
    if seat_map:
        yield from _locked_and_sold(keys, seat_map)
        yield from _accounts(session, keys, seat_map, rules)
    yield from _locks_and_dues(keys)
    yield from _shares(keys, rules)


def _locked_and_sold(keys: RedisKeys, seat_map: Map) -> Iterator[Violation]:
    for seat in seat_map.sold.keys() & (keys.locks.keys() | keys.holds.keys()):
        lines = (only(seat_map, seat), of_seat(keys, seat))
        yield Violation("2", f"{seat} is locked and sold", lines)


def _locks_and_dues(keys: RedisKeys) -> Iterator[Violation]:
    for seat in sorted(keys.locks.keys() | keys.holds.keys() | keys.due.keys()):
        for text in _faults_of_hold(keys, seat):
            yield Violation("6", text, (of_seat(keys, seat),))


def _faults_of_hold(keys: RedisKeys, seat: str) -> Iterator[str]:
    lock, hold, due = keys.locks.get(seat), keys.holds.get(seat), keys.due.get(seat)
    if lock and (hold is None or due is None):
        yield f"{seat} is locked, but not in the due set and the holds"
    elif lock and hold and due is not None:
        token, ends = lock
        if hold.token != token or abs(due - ends) > CLOCK_MS:
            yield f"{seat}'s lock is not that of its hold, or ends at another time than is due"
    if hold and due != hold.deadline:
        yield f"{seat} is held until {hold.deadline}, due at {due}"
    if hold and not lock and hold.deadline > keys.clock + CLOCK_MS:
        yield f"{seat} is held without a lock before its time"
    if due is not None and hold is None:
        yield f"{seat} is due, but not held"


def _shares(keys: RedisKeys, rules: Rules) -> Iterator[Violation]:
    held: defaultdict[str, list[str]] = defaultdict(list)
    for seat, hold in keys.holds.items():
        held[hold.network].append(seat)
    for network, most in rules.networks.items():
        if len(held[network]) > most:
            text = f"{len(held[network])} seats are held from {network}"
            yield Violation("8", text, (of_seat(keys, *held[network]),))
    bought: defaultdict[str, list[str]] = defaultdict(list)
    for seat, person in keys.persons.items():
        bought[person].append(seat)
    for person, seats in bought.items():
        if rules.most_seats is not None and len(seats) > rules.most_seats:
            text = f"{len(seats)} seats are sold to {person}"
            yield Violation("8", text, (of_seat(keys, *seats),))


def half_price_fits(session: Session, keys: RedisKeys) -> Iterator[Violation]:
    """Needs the orders."""
    under_quota = [order for order in session.orders.values() if not order.cancelled]
    if any(order.half_price is None for order in under_quota):
        return
    sold = sum(order.half_price or 0 for order in under_quota)
    if sold != keys.half_price_sold:
        text = f"{sold} half-price tickets are sold, but {keys.half_price_sold} counted"
        yield Violation("+", text, (*(o for o in under_quota if o.half_price), of_seat(keys)))


def _accounts(
    session: Session, keys: RedisKeys, seat_map: Map, rules: Rules
) -> Iterator[Violation]:
    """Each buyer's count of held and sold seats."""
    held, sold = Counter(seat_map.held.values()), Counter(seat_map.sold.values())
    accounts = {owner_tag(session.name, b): (b, count) for b, count in keys.buyers.items()}
    for tag in held.keys() | sold.keys() | accounts.keys():
        buyer, count = accounts.get(tag, (session.buyers.get(tag, tag), NO_ACCOUNT))
        has = held[tag] + sold[tag]
        if (count.held, count.sold) != (held[tag], sold[tag]):
            counted = f"{count.held} and {count.sold}"
            text = f"{buyer} has {held[tag]} held, {sold[tag]} sold, but counts {counted}"
            yield _of_buyer(text, tag, buyer, keys, seat_map)
        if rules.most_seats is not None and not 0 < has <= rules.most_seats:
            text = f"{buyer} has {has} seats of at most {rules.most_seats}"
            yield _of_buyer(text, tag, buyer, keys, seat_map)


def _of_buyer(text: str, tag: str, buyer: str, keys: RedisKeys, seat_map: Map) -> Violation:
    owners = (*seat_map.held.items(), *seat_map.sold.items())
    seats = [seat for seat, owner in owners if owner == tag]
    return Violation("+", text, (only(seat_map, *seats), of_seat(keys, *seats, buyer=buyer)))


def of_seat(keys: RedisKeys, *seats: str, buyer: str = "") -> RedisKeys:
    """The keys of these seats alone, for an excerpt."""
    named = {
        name: {seat: value for seat, value in getattr(keys, name).items() if seat in seats}
        for name in ("holds", "locks", "due", "persons")
    }
    accounts = {buyer: keys.buyers[buyer]} if buyer in keys.buyers else {}
    return keys.model_copy(update={**named, "buyers": accounts})
