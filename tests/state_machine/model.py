"""What each transition of a seat does, in plain Python: the contract that the Lua scripts keep.

It knows one session, is asked by one request at a time, and its clock moves when the test says so.
Times are in milliseconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from booking.hold_rules import HoldRules, Network
from cinema.refusals import Refusal
from cinema.tickets import Category, Ticket, quota_needed


@dataclass(frozen=True)
class Guest:
    """A buyer, at a network, who pays as a person. Two buyers may be one person."""

    name: str
    network: Network
    person: str


@dataclass(frozen=True)
class Expected:
    """An answer. `order` is empty where the sale makes a new one."""

    refusal: Refusal | None = None
    failed: tuple[str, ...] = ()
    remaining_ms: int = 0
    order: str = ""
    half_price_left: int = 0
    makes_order: bool = False


@dataclass
class Hold:
    buyer: str
    network: str
    since: int
    deadline: int


@dataclass(frozen=True)
class Sale:
    buyer: str
    network: str
    person: str
    since: int
    order: str


@dataclass
class Order:
    buyer: str
    tickets: tuple[Ticket, ...]
    left: list[str]
    cancelled: bool = False

    def half_price(self, seats: Iterable[str]) -> int:
        return quota_needed(ticket for ticket in self.tickets if ticket.seat in seats)


@dataclass
class SeatModel:
    rules: HoldRules
    quota: int
    now: int
    closes_at: int = 0  # 0: never
    version: int = 0
    half_price_sold: int = 0
    messages: int = 0  # in the outbox
    holds: dict[str, Hold] = field(default_factory=dict)
    sold: dict[str, Sale] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)  # of buyers with holds
    _keys: dict[str, list[tuple[str, object, str]]] = field(default_factory=dict)
    # When a seat cools down until, and its first beginning, for a buyer or a network.
    _cooling: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    @property
    def is_closed(self) -> bool:
        return 0 < self.closes_at <= self.now

    def is_live(self, seat: str) -> bool:
        """Whether the seat has a lock: it ends after its deadline, not at it."""
        return seat in self.holds and self.now <= self.holds[seat].deadline

    def free(self, seats: Iterable[str]) -> list[str]:
        return [seat for seat in seats if seat not in self.holds and seat not in self.sold]

    def held_by(self, buyer: str) -> int:
        """Also what has ended and is not swept yet."""
        return sum(hold.buyer == buyer for hold in self.holds.values())

    def sold_to(self, buyer: str) -> int:
        return sum(sale.buyer == buyer for sale in self.sold.values())

    # ------------------------------------------------------------------------------- free <-> held

    def hold(self, guest: Guest, seats: Sequence[str], token: str, old: Sequence[str]) -> Expected:
        if self.is_closed:
            return Expected(Refusal.SESSION_CLOSED)
        mine, bought, due, taken, cooling = self._sorted(guest, seats)
        if taken:
            return Expected(Refusal.SEAT_TAKEN, taken)
        if bought:
            return Expected(Refusal.ALREADY_BOUGHT, bought, order=self.sold[bought[0]].order)
        if due:
            self.expire(due)
            return self.hold(guest, seats, token, old)
        if cooling:
            return Expected(Refusal.COOLING_DOWN, cooling)
        wanted = [seat for seat in seats if seat not in mine]
        given = [seat for seat in old if self._is_held_by(guest, seat)]
        if refusal := self._over_limits(guest, wanted, given, token):
            return Expected(refusal)
        for seat in given:
            self._free(seat)
        for seat in wanted:
            since, deadline = self._term(guest, seat)
            self.holds[seat] = Hold(guest.name, guest.network.tag, since, deadline)
        self._changed(given or wanted)
        return Expected(remaining_ms=min(self.holds[seat].deadline for seat in seats) - self.now)

    def _sorted(self, guest: Guest, seats: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Those that are the guest's, bought by the guest, due, somebody else's, cooling down."""
        found: dict[str, list[str]] = {name: [] for name in ("mine", "bought", "due", "taken", "c")}
        for seat in seats:
            hold, sale = self.holds.get(seat), self.sold.get(seat)
            if hold and hold.deadline < self.now:
                found["due"].append(seat)
            elif hold and hold.buyer == guest.name:
                found["mine"].append(seat)
            elif sale and sale.buyer == guest.name:
                found["bought"].append(seat)
            elif hold or sale:
                found["taken"].append(seat)
            elif self._term(guest, seat)[1] <= self.now:
                found["c"].append(seat)
        return tuple(map(tuple, found.values()))

    def _over_limits(
        self, guest: Guest, wanted: Sequence[str], given: Sequence[str], token: str
    ) -> Refusal | None:
        more = len(wanted) - len(given)
        if token and token != self.tokens.get(guest.name):
            return Refusal.WRONG_TOKEN
        if wanted and self._seats_of(guest) + more > self.rules.most_seats:
            return Refusal.OVER_LIMIT
        here = [seat for seat, hold in self.holds.items() if hold.network == guest.network.tag]
        held = len(here) + len(wanted) - len(set(given) & set(here))
        return Refusal.NETWORK_LIMIT if wanted and held > guest.network.most_held else None

    def _seats_of(self, guest: Guest) -> int:
        return self.held_by(guest.name) + self.sold_to(guest.name)

    def _is_held_by(self, guest: Guest, seat: str) -> bool:
        return seat in self.holds and self.holds[seat].buyer == guest.name

    def _term(self, guest: Guest, seat: str) -> tuple[int, int]:
        """When a new hold counts as begun, and when it ends."""
        since = self.now
        for who in (guest.name, guest.network.tag):
            until, began = self._cooling.get((seat, who), (0, 0))
            if until > self.now:
                since = min(since, began)
        return since, min(self.now + self.rules.hold_ms, self._ceiling(since))

    def _ceiling(self, since: int) -> int:
        ceiling = since + self.rules.ceiling_ms
        return min(ceiling, self.closes_at) if self.closes_at else ceiling

    def release(self, guest: Guest, seats: Sequence[str], token: str) -> Expected:
        mine = [seat for seat in seats if self._is_held_by(guest, seat)]
        bought = self._bought(guest, seats)
        foreign = [s for s in seats if s in self.holds.keys() | self.sold.keys()]
        foreign = [seat for seat in foreign if seat not in mine and seat not in bought]
        if foreign:
            return Expected(Refusal.NOT_YOURS, tuple(foreign))
        if bought:
            return Expected(Refusal.ALREADY_BOUGHT, bought, order=self.sold[bought[0]].order)
        if mine and token and token != self.tokens[guest.name]:
            return Expected(Refusal.WRONG_TOKEN)
        for seat in mine:
            self._free(seat)
        self._changed(mine)
        return Expected()

    def extend(self, guest: Guest, seats: Sequence[str], token: str) -> Expected:
        if self.is_closed:
            return Expected(Refusal.SESSION_CLOSED)
        bought = self._bought(guest, seats)
        rest = [seat for seat in seats if seat not in bought]
        foreign = [s for s in rest if s in self.holds and not self._is_held_by(guest, s)]
        ended = [s for s in rest if s not in foreign and not self.is_live(s)]
        if foreign:
            return Expected(Refusal.NOT_YOURS, tuple(foreign))
        if bought:
            return Expected(Refusal.ALREADY_BOUGHT, bought, order=self.sold[bought[0]].order)
        if ended:
            return Expected(Refusal.HOLD_ENDED, tuple(ended))
        if token and token != self.tokens[guest.name]:
            return Expected(Refusal.WRONG_TOKEN)
        longest = self.now + self.rules.hold_ms
        holds = [self.holds[seat] for seat in seats]
        ceilings = [self._ceiling(hold.since) for hold in holds]
        ends = [
            max(hold.deadline, min(longest, ceiling))
            for hold, ceiling in zip(holds, ceilings, strict=True)
        ]
        remaining = min(longest, *ends) - self.now
        if all(hold.deadline >= ceiling for hold, ceiling in zip(holds, ceilings, strict=True)):
            return Expected(Refusal.TIME_CEILING, remaining_ms=remaining)
        for hold, end in zip(holds, ends, strict=True):
            hold.deadline = end
        self._changed(seats)
        return Expected(remaining_ms=remaining)

    def expire(self, seats: Iterable[str]) -> int:
        ended = [seat for seat in seats if seat in self.holds and not self.is_live(seat)]
        for seat in ended:
            self._free(seat, expired=True)
        self._changed(ended)
        return len(ended)

    # ------------------------------------------------------------------------------- held <-> sold

    def confirm(self, guest: Guest, tickets: tuple[Ticket, ...], key: str, token: str) -> Expected:
        """A new order's id is not known yet: `sell` is called with it."""
        seats = [ticket.seat for ticket in tickets]
        body = frozenset((ticket.seat, ticket.category) for ticket in tickets)
        if key and (known := self._known(guest, key, body)):
            known_body, order = known
            if known_body != body:
                return Expected(Refusal.KEY_CONFLICT)
            stays = any(s in self.sold and self.sold[s].order == order for s in seats)
            return Expected(None if stays else Refusal.ORDER_CANCELLED, order=order)
        bought = self._bought(guest, seats)
        rest = [seat for seat in seats if seat not in bought]
        foreign = [
            s
            for s in rest
            if s in self.sold or (s in self.holds and not self._is_held_by(guest, s))
        ]
        ended = [seat for seat in rest if seat not in foreign and not self.is_live(seat)]
        if not key and bought and self._is_whole_order(bought, seats):
            return Expected(order=self.sold[bought[0]].order)
        if bought and not foreign:
            return Expected(Refusal.ALREADY_BOUGHT, bought, order=self.sold[bought[0]].order)
        if self.is_closed:
            return Expected(Refusal.SESSION_CLOSED)
        if foreign:
            return Expected(Refusal.SEAT_TAKEN, tuple(foreign))
        if ended:
            return Expected(Refusal.HOLD_ENDED, tuple(ended))
        if token and token != self.tokens[guest.name]:
            return Expected(Refusal.WRONG_TOKEN)
        paid = sum(sale.person == guest.person for sale in self.sold.values())
        if paid + len(seats) > self.rules.most_seats:
            return Expected(Refusal.OVER_LIMIT)
        left = self.quota - self.half_price_sold
        if quota_needed(tickets) > left:
            return Expected(Refusal.HALF_PRICE_GONE, half_price_left=left)
        return Expected(makes_order=True)

    def _known(self, guest: Guest, key: str, body: object) -> tuple[object, str] | None:
        """The same buyer's order of this key, else one with the same body."""
        entries = self._keys.get(key, [])
        own = [(known, order) for buyer, known, order in entries if buyer == guest.name]
        same = [(known, order) for _, known, order in entries if known == body]
        return own[0] if own else same[-1] if same else None

    def _is_whole_order(self, bought: Sequence[str], seats: Sequence[str]) -> bool:
        order = self.sold[bought[0]].order
        of_order = [seat for seat in bought if self.sold[seat].order == order]
        return len(of_order) == len(seats) == len(self.orders[order].tickets)

    def sell(self, guest: Guest, tickets: tuple[Ticket, ...], key: str, order: str) -> None:
        seats = [ticket.seat for ticket in tickets]
        for seat in seats:
            hold = self.holds.pop(seat)
            self.sold[seat] = Sale(guest.name, hold.network, guest.person, hold.since, order)
        self._forget_token(guest.name)
        self.orders[order] = Order(guest.name, tickets, seats)
        self.half_price_sold += quota_needed(tickets)
        if key:
            body = frozenset((ticket.seat, ticket.category) for ticket in tickets)
            self._keys.setdefault(key, []).append((guest.name, body, order))
        self.messages += 1
        self._changed(seats)

    def cancel(self, order_id: str, seats: Sequence[str]) -> bool:
        """Some of the seats that the order still has, or all: then it ends."""
        order = self.orders[order_id]
        ends = set(seats) == set(order.left)
        if order.cancelled:
            return ends
        for seat in seats:
            sale = self.sold.pop(seat)
            self._cool(seat, (sale.buyer, sale.network), sale.since)
        self.half_price_sold -= order.half_price(seats)
        if ends:
            order.cancelled = True
        else:
            order.left = [seat for seat in order.left if seat not in seats]
        self.messages += 1
        self._changed(seats)
        return True

    # ------------------------------------------------------------------------------------- helpers

    def _bought(self, guest: Guest, seats: Sequence[str]) -> tuple[str, ...]:
        return tuple(s for s in seats if s in self.sold and self.sold[s].buyer == guest.name)

    def _free(self, seat: str, *, expired: bool = False) -> None:
        hold = self.holds.pop(seat)
        self._cool(seat, (hold.buyer, hold.network), 0 if expired else hold.since)
        self._forget_token(hold.buyer)

    def _cool(self, seat: str, whom: Iterable[str], since: int) -> None:
        for who in whom:
            self._cooling[seat, who] = (self.now + self.rules.cooldown_ms, since)

    def _forget_token(self, buyer: str) -> None:
        """A token ends with the last of its holds."""
        if all(hold.buyer != buyer for hold in self.holds.values()):
            self.tokens.pop(buyer, None)

    def _changed(self, seats: Iterable[str]) -> None:
        self.version += any(True for _ in seats)


def tickets_of(seats: Sequence[str], category: Category) -> tuple[Ticket, ...]:
    return tuple(Ticket(seat, category, 0) for seat in seats)
