"""Checks the guarantees of the seats' state, from a recorded history and the final state in Redis.

(1) a seat is sold at most once between cancellations
(2) no seat is both locked and sold
(3) a request takes all its seats or none
(4) orders and outbox entries match one to one
(5) a session's versions have no gaps
(6) every lock has its due entry
(7) no public event carries a buyer's identity
(8) no network and no person has more than the limits allow
(9) no hold lasts beyond its ceiling, nor begins while its seat cools down for its buyer, however
    often the buyer releases it
(+) events, map and buyers' counts agree
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from booking.hold_rules import HoldRules, Network
from cinema.identity import owner_tag
from cinema.tickets import Category, Ticket, quota_needed
from tests.support.history import History, Standing

EVENT_FIELDS = {"session", "version", "changes", "half_price_sold", "at"}
CHANGE_FIELDS = {"seat", "state", "reason", "deadline", "tag"}
CLOCK_MS = 5  # by how much PTTL and TIME, asked one after the other, may disagree


def violations(
    history: History, standing: Standing, rules: HoldRules, networks: Iterable[Network] = ()
) -> list[str]:
    """A line for each breach, beginning with the invariant's number; empty where all is well."""
    replay = _Replay(history)
    return [
        *replay.run(),
        *_sold_to_two(standing),
        *_locked_and_sold(standing),
        *_answers_kept(history, standing, replay),
        *_orders_and_outbox(standing),
        *_half_price(standing),
        *_version(standing, replay),
        *_locks_and_dues(standing),
        *_identities(history),
        *_shares(standing, rules, networks),
        *_times(history, rules),
        *_books(standing, replay, rules.most_seats),
    ]


class _Replay:
    """Replays the events as a watcher does; knows each seat's owner at every version."""

    def __init__(self, history: History) -> None:
        self._events = history.events
        self.tags = {
            asked.buyer: owner_tag(history.session, asked.buyer) for asked in history.asked
        }
        self._wanted: dict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
        for asked in history.asked:
            self._wanted[asked.action, self.tags[asked.buyer]].add(asked.seats)
        self.held: dict[str, str] = {}
        self.sold: dict[str, str] = {}
        self.version = 0
        self.holdings: dict[str, list[frozenset[str]]] = defaultdict(list)  # of a tag, over time

    def run(self) -> Iterator[str]:
        for event in self._events:
            version = int(event["version"])
            if version != self.version + 1:
                yield f"(5) version {version} follows {self.version}"
            self.version = version
            changes = json.loads(event["changes"])
            newly_held = [c for c in changes if c["state"] == "held" and c["seat"] not in self.held]
            for change in changes:
                yield from self._apply(version, **change)
            for tag in {change["tag"] for change in changes}:
                self.holdings[tag].append(self.held_by(tag))
            yield from self._taken_whole(version, newly_held, changes)

    def held_by(self, tag: str) -> frozenset[str]:
        return frozenset(seat for seat, holder in self.held.items() if holder == tag)

    def _apply(self, version: int, seat: str, state: str, tag: str, **_: object) -> Iterator[str]:
        if state == "held":
            if seat in self.sold:
                yield f"(2) {seat} is held at version {version}, but sold"
            if self.held.setdefault(seat, tag) != tag:
                yield f"(2) {seat} is held by two at version {version}"
        elif state == "sold":
            if seat in self.sold:
                yield f"(1) {seat} is sold again at version {version}"
            if self.held.pop(seat, None) != tag:
                yield f"(1) {seat} is sold at version {version} to somebody who did not hold it"
            self.sold[seat] = tag
        else:
            self.held.pop(seat, None) or self.sold.pop(seat, None)

    def _taken_whole(
        self, version: int, newly_held: list[Any], changes: list[Any]
    ) -> Iterator[str]:
        """Some request of the buyer got all that it named, and this event is what it took."""
        sold = frozenset(change["seat"] for change in changes if change["state"] == "sold")
        if sold and sold not in self._wanted["confirm", changes[0]["tag"]]:
            yield f"(3) nobody asked to buy just {sorted(sold)}, sold at version {version}"
        if newly_held:
            tag, taken = newly_held[0]["tag"], {change["seat"] for change in newly_held}
            wanted, have = self._wanted["hold", tag], self.held_by(tag)
            if not any(taken <= seats <= have for seats in wanted):
                yield f"(3) version {version} held {sorted(taken)}, part of what was asked for"


def _sold_to_two(standing: Standing) -> Iterator[str]:
    owners = Counter(
        seat
        for order in standing.orders.values()
        if order["state"] == "confirmed"
        for seat in _seats_left(order)
    )
    for seat, orders in owners.items():
        if orders > 1:
            yield f"(1) {seat} belongs to {orders} orders"
    if set(owners) != set(standing.sold):
        yield f"(1) sold are {sorted(standing.sold)}, but ordered {sorted(owners)}"


def _seats_of(order: Mapping[str, Any]) -> list[str]:
    return [seat for seat, _category, _price in order["ingressos"]]


def _seats_left(order: Mapping[str, Any]) -> list[str]:
    """Those that were not given back while the order kept others."""
    return [seat for seat in _seats_of(order) if seat not in order["devolvidos"]]


def _locked_and_sold(standing: Standing) -> Iterator[str]:
    for seat in standing.sold.keys() & (standing.locks.keys() | standing.holds.keys()):
        yield f"(2) {seat} is locked and sold"


def _answers_kept(history: History, standing: Standing, replay: _Replay) -> Iterator[str]:
    for asked in history.asked:
        if asked.answer.refusal:
            continue
        tag = owner_tag(history.session, asked.buyer)
        if asked.action == "hold" and not any(asked.seats <= had for had in replay.holdings[tag]):
            yield f"(3) {sorted(asked.seats)} were granted, but never held together"
        if asked.action == "confirm":
            order = standing.orders.get(asked.answer.order_id)
            if order is None or frozenset(_seats_of(order)) != asked.seats:
                yield f"(3) order {asked.answer.order_id} is not of {sorted(asked.seats)}"


def _orders_and_outbox(standing: Standing) -> Iterator[str]:
    sent = Counter(
        (message["pedido_id"], message["status"])
        for message in standing.outbox
        if message["status"] != "ASSENTOS_CANCELADOS"
    )
    expected = Counter((order, "CONFIRMADO") for order in standing.orders)
    expected += Counter(
        (order, "CANCELADO")
        for order, data in standing.orders.items()
        if data["state"] == "cancelled"
    )
    for order_id, status in sent.keys() | expected.keys():
        if sent[order_id, status] != expected[order_id, status]:
            yield f"(4) order {order_id} has {sent[order_id, status]} messages as {status}"
    for message in standing.outbox:
        order = standing.orders.get(message["pedido_id"])
        if order and message["status"] == "CANCELADO" and message["assentos"] != _seats_left(order):
            yield f"(4) {message} was sent, but the order had {_seats_left(order)}"
    yield from _seats_given_back(standing)


def _seats_given_back(standing: Standing) -> Iterator[str]:
    """Each has one message in the outbox."""
    sent = Counter(
        (message["pedido_id"], seat)
        for message in standing.outbox
        if message["status"] == "ASSENTOS_CANCELADOS"
        for seat in message["assentos"]
    )
    given_back = Counter(
        (order_id, seat)
        for order_id, order in standing.orders.items()
        for seat in order["devolvidos"]
    )
    if sent != given_back:
        yield f"(4) given back are {sorted(given_back)}, sent were {sorted(sent.elements())}"


def _version(standing: Standing, replay: _Replay) -> Iterator[str]:
    if standing.version != replay.version:
        yield f"(5) the session is at version {standing.version}, its events at {replay.version}"


def _locks_and_dues(standing: Standing) -> Iterator[str]:
    for seat, (token, ends) in standing.locks.items():
        hold, due = standing.holds.get(seat), standing.due.get(seat)
        if hold is None or due is None:
            yield f"(6) {seat} is locked, but not in the due set and the holds"
        elif hold["token"] != token or abs(due - ends) > CLOCK_MS:
            yield f"(6) {seat}'s lock is not that of its hold, or ends at another time than is due"
    for seat, hold in standing.holds.items():
        if standing.due.get(seat) != hold["deadline"]:
            yield f"(6) {seat} is held until {hold['deadline']}, due at {standing.due.get(seat)}"
        if seat not in standing.locks and hold["deadline"] > standing.now + CLOCK_MS:
            yield f"(6) {seat} is held without a lock before its time"
    for seat in standing.due.keys() - standing.holds.keys():
        yield f"(6) {seat} is due, but not held"


def _identities(history: History) -> Iterator[str]:
    buyers = {asked.buyer for asked in history.asked}
    for event in history.events:
        changed = {name for change in json.loads(event["changes"]) for name in change}
        if event.keys() - EVENT_FIELDS or changed - CHANGE_FIELDS:
            yield f"(7) version {event['version']} says more than it should: {sorted(changed)}"
        for buyer in buyers:
            if buyer in json.dumps(event):
                yield f"(7) version {event['version']} names {buyer}"


def _shares(standing: Standing, rules: HoldRules, networks: Iterable[Network]) -> Iterator[str]:
    held = Counter(hold.get("network", "") for hold in standing.holds.values())
    for network in networks:
        if held[network.tag] > network.most_held:
            yield f"(8) {held[network.tag]} seats are held from {network.tag}"
    sold = Counter(sale.person for sale in standing.sold.values() if sale.person)
    for person, seats in sold.items():
        if seats > rules.most_seats:
            yield f"(8) {seats} seats are sold to {person}"


@dataclass
class _Stay:
    """One buyer's time in one seat, from its first hold, over holds that followed within a
    cool-down."""

    begun: int
    left: float = math.inf
    expired: bool = False


def _times(history: History, rules: HoldRules) -> Iterator[str]:
    stays: dict[tuple[str, str], _Stay] = {}
    for event in history.events:
        at = int(event["at"])
        for change in json.loads(event["changes"]):
            mine = change["seat"], change["tag"]
            stay = stays.get(mine, _Stay(at))
            if change["state"] == "free":
                stays[mine] = replace(stay, left=at, expired=change["reason"] == "timeout")
            elif change["state"] == "held":
                cools = at < stay.left + rules.cooldown_ms
                if cools and stay.expired:
                    yield f"(9) {change['seat']} is held again before it has cooled down"
                if not cools and stay.left < math.inf:
                    stay = _Stay(at)
                if change["deadline"] > stay.begun + rules.ceiling_ms:
                    yield (
                        f"(9) {change['seat']} is held until {change['deadline']}, beyond "
                        "its ceiling"
                    )
                stays[mine] = replace(stay, left=math.inf, expired=False)


def _half_price(standing: Standing) -> Iterator[str]:
    tickets = (
        ticket
        for order in standing.orders.values()
        if order["state"] == "confirmed"
        for ticket in order["ingressos"]
        if ticket[0] not in order["devolvidos"]
    )
    sold = quota_needed(Ticket(seat, Category(name), price) for seat, name, price in tickets)
    if sold != standing.half_price_sold:
        yield f"(+) {sold} half-price tickets are sold, but {standing.half_price_sold} counted"


def _books(standing: Standing, replay: _Replay, most_seats: int) -> Iterator[str]:
    for name, by_events, by_map in (
        ("held", replay.held, {seat: hold["tag"] for seat, hold in standing.holds.items()}),
        ("sold", replay.sold, {seat: sale.tag for seat, sale in standing.sold.items()}),
    ):
        if by_events != by_map:
            yield f"(+) {name} by the events: {sorted(by_events)}, by the map: {sorted(by_map)}"
    held = Counter(hold["buyer"] for hold in standing.holds.values())
    buyers = {tag: buyer for buyer, tag in replay.tags.items()}
    sold = Counter(buyers[sale.tag] for sale in standing.sold.values())
    for buyer in held.keys() | sold.keys() | standing.buyers.keys():
        account = standing.buyers.get(buyer, {"held": 0, "sold": 0})
        if (account["held"], account["sold"]) != (held[buyer], sold[buyer]):
            yield f"(+) {buyer} has {held[buyer]} held, {sold[buyer]} sold, but counts {account}"
        if not 0 < held[buyer] + sold[buyer] <= most_seats:
            yield f"(+) {buyer} has {held[buyer] + sold[buyer]} seats of at most {most_seats}"
