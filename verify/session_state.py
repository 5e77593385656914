"""What Redis has of one session at one moment."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from booking.order import Order
from booking.order_record import from_record
from booking.seat_records import SaleRecord, parse_hold, parse_sale
from cinema.keys import MalformedOrderId, SessionKeys, order_key, session_keys
from cinema.redis_connection import RedisClient
from verify.reading import Command, ask

_TRIES = 20
_AT_ONCE = 1_000  # commands: as long as they are read, no other client has its turn
# What parsing a record raises that somebody has edited.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)


class Restless(Exception):
    """The session changed during each of many reads."""


@dataclass(frozen=True)
class Lock:
    """It ends between these two times; None: never."""

    token: str
    ends: tuple[int, int] | None


@dataclass
class SessionState:
    """Times in ms by Redis' clock. `unreadable` has the fields that are not as they should be.

    `orders` has each order that a seat is sold to; None: Redis has no such order.
    """

    name: str
    clock: int = 0
    half_price: int = 0
    holds: dict[str, Any] = field(default_factory=dict)
    sold: dict[str, SaleRecord] = field(default_factory=dict)
    buyers: dict[str, tuple[int, int]] = field(default_factory=dict)
    locks: dict[str, Lock] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)
    orders: dict[str, Order | None] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    @property
    def keys(self) -> SessionKeys:
        return session_keys(self.name)

    def parse(self, key: str, texts: Mapping[str, str], parse: Callable[[str], Any]) -> Any:
        found = {}
        for name, text in texts.items():
            try:
                found[name] = parse(text)
            except UNREADABLE:
                self.unreadable.append(f"{name} of {key}")
        return found


async def read_session(redis: RedisClient, name: str) -> SessionState:
    """Every transition raises the version: what was read between two equal ones is of one moment.

    The orders are read afterwards. Raises Restless.
    """
    keys, state, held = session_keys(name), SessionState(name), list[str]()
    for _ in range(_TRIES):
        before = await _clock(redis, keys.version)
        version, holds, *others, after = await ask(redis, _commands(keys, name, held), _AT_ONCE)
        state.clock = await _clock(redis, keys.version)
        if version == after and set(holds) <= set(held):
            _fill(state, held, holds, others, before)
            state.orders = await read_orders(redis, {sale.order for sale in state.sold.values()})
            return state
        held = sorted({*held, *holds})
    raise Restless(name)


def _commands(keys: SessionKeys, name: str, held: list[str]) -> list[Command]:
    return [
        ("get", keys.version),
        *(("hgetall", key) for key in (keys.holds, keys.sold, keys.buyers)),
        ("get", keys.half_price),
        *(("zscore", keys.partition.due, f"{name}:{seat}") for seat in held),
        *(("get", keys.lock(seat)) for seat in held),
        *(("pttl", keys.lock(seat)) for seat in held),
        ("get", keys.version),
    ]


def _fill(state: SessionState, held: list[str], holds: Any, others: list[Any], before: int) -> None:
    """From the replies to `_commands`."""
    sold, buyers, half_price, *of_seats = others
    keys, number = state.keys, len(held)
    counted = state.parse(keys.half_price, {"the number": half_price or "0"}, int)
    state.half_price = counted.get("the number", 0)
    state.holds = state.parse(keys.holds, holds, _hold)
    state.buyers = state.parse(keys.buyers, buyers, _account)
    state.sold = state.parse(keys.sold, sold, lambda text: parse_sale(state.name, text))
    state.due = {seat: at for seat, at in zip(held, of_seats, strict=False) if at is not None}
    tokens, lefts = of_seats[number : 2 * number], of_seats[2 * number :]
    for seat, token, left in zip(held, tokens, lefts, strict=True):
        if token:
            ends = (before + left, state.clock + left) if left >= 0 else None
            state.locks[seat] = Lock(token, ends)


def _hold(text: str) -> dict[str, Any]:
    parse_hold(text)
    found: dict[str, Any] = json.loads(text)
    return found


def _account(text: str) -> tuple[int, int]:
    """Held and sold seats."""
    found = json.loads(text)
    return int(found["held"]), int(found["sold"])


async def _clock(redis: RedisClient, key: str) -> int:
    """Of the node that has the key."""
    node: Any = {} if isinstance(redis, Redis) else {"target_nodes": redis.get_node_from_key(key)}
    seconds, microseconds = await redis.time(**node)
    return int(seconds) * 1000 + int(microseconds) // 1000


async def read_orders(redis: RedisClient, order_ids: Iterable[str]) -> dict[str, Order | None]:
    """None for an order that Redis does not have, or that cannot be read."""
    names = {}
    for order_id in order_ids:
        try:
            names[order_id] = order_key(order_id)
        except MalformedOrderId:
            continue
    hashes = await ask(redis, [("hgetall", key) for key in names.values()])
    found = dict.fromkeys(order_ids, None) | dict(zip(names, hashes, strict=True))
    return {order_id: _order(order_id, fields) for order_id, fields in found.items()}


def _order(order_id: str, fields: Any) -> Order | None:
    try:
        return from_record(order_id, fields) if fields else None
    except UNREADABLE:
        return None
