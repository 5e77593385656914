"""What Redis has of a session: its public events, and its state at one moment."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from booking.order_record import record_of, times_given_back
from booking.seat_records import SaleRecord, parse_sale
from cinema.keys import session_keys
from cinema.notification import MESSAGE_FIELD, Notification
from cinema.tickets import Category, Ticket, quota_needed
from tests.histories.lines import Map, Message, Order, RedisKeys
from tests.histories.recording import Recording

Fields = dict[str, Any]


class EventReader:
    """Records a session's public events as its stream has them, after a version."""

    def __init__(self, redis: Any, session: str, version: int = 0) -> None:
        self._redis = redis
        self._session = session
        self._after = version
        self._stream = session_keys(session).partition.events
        self._read_to = ""
        self.version = version  # of the last event so far

    async def record(self, recording: Recording) -> None:
        """The events since the last call. Redis keeps a thousand, so call it often."""
        since = f"({self._read_to}" if self._read_to else "-"
        for entry, fields in await self._redis.xrange(self._stream, since):
            self._read_to = entry
            if fields["session"] == self._session and int(fields["version"]) > self._after:
                recording.stream_entry(fields)
                self.version = int(fields["version"])


@dataclass(frozen=True)
class RedisState:
    """One session's state, as the fields of the lines that record it."""

    seat_map: Fields
    keys: Fields
    orders: list[Fields]
    outbox: list[Fields]

    @property
    def version(self) -> int:
        return int(self.seat_map["version"])


def record_baseline(recording: Recording, state: RedisState) -> None:
    """Of a session that was in use before."""
    recording.state(Map, source="map", baseline=True, **state.seat_map)


def record_states(recording: Recording, states: Iterable[RedisState]) -> None:
    """The states of all sessions of the history."""
    states = list(states)
    for state in states:
        recording.state(Map, source="map", **state.seat_map)
        recording.state(RedisKeys, source="redis", **state.keys)
    recording.states(Order, "orders", (order for state in states for order in state.orders))
    recording.states(Message, "outbox", (entry for state in states for entry in state.outbox))


async def read_state(redis: Any, session: str, seats: Iterable[str]) -> RedisState:
    """`seats` are all seats that may be locked."""
    keys, seats = session_keys(session), sorted(seats)
    async with redis.pipeline(transaction=True) as moment:
        moment.time().get(keys.version).get(keys.half_price)
        moment.hgetall(keys.holds).hgetall(keys.sold).hgetall(keys.buyers)
        moment.zrange(keys.partition.due, 0, -1, withscores=True).xrange(keys.partition.outbox)
        for seat in seats:
            moment.get(keys.lock(seat)).pttl(keys.lock(seat))
        time, version, half, holds, sold, buyers, due, outbox, *locks = await moment.execute()
    now, holds = time[0] * 1000 + time[1] // 1000, _decoded(holds)
    sales = {seat: parse_sale(session, text) for seat, text in sold.items()}
    here = {"session": session, "version": int(version or 0)}
    return RedisState(
        seat_map=here
        | {
            "held": {seat: hold["tag"] for seat, hold in holds.items()},
            "sold": {seat: sale.tag for seat, sale in sales.items()},
        },
        keys=here
        | {
            "clock": now,
            "holds": holds,
            "locks": _locks(seats, locks, now),
            "due": _of_session(due, session),
            "buyers": _decoded(buyers),
            "persons": _persons(sales),
            "half_price_sold": int(half or 0),
        },
        orders=list({order["order"]: order async for order in _orders(redis, session)}.values()),
        outbox=list(_of_outbox(outbox, session)),
    )


def _decoded(fields: Mapping[str, str]) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in fields.items()}


def _of_session(due: Iterable[tuple[str, float]], session: str) -> dict[str, float]:
    pairs = ((member.rpartition(":"), score) for member, score in due)
    return {seat: score for (of, _, seat), score in pairs if of == session}


def _locks(seats: Iterable[str], found: list[Any], now: int) -> dict[str, tuple[str, int]]:
    """`found` has token and time to live of each seat's lock, in turn."""
    pairs = zip(seats, found[::2], found[1::2], strict=True)
    return {seat: (token, now + left) for seat, token, left in pairs if token}


def _persons(sales: Mapping[str, SaleRecord]) -> dict[str, str]:
    return {seat: sale.person for seat, sale in sales.items() if sale.person}


def message_fields(message: Notification) -> Fields:
    return {
        "session": message.session_id,
        "order": message.order_id,
        "status": message.status,
        "seats": message.seats,
    }


def _of_outbox(entries: Iterable[tuple[str, dict[str, str]]], session: str) -> Iterable[Fields]:
    for _, fields in entries:
        message = Notification.parse(fields[MESSAGE_FIELD])
        if message.session_id == session:
            yield message_fields(message)


async def _orders(redis: Any, session: str) -> AsyncIterator[Fields]:
    tag = session_keys(session).partition.due.removesuffix("due")
    async for key in redis.scan_iter(f"{tag}order:*", count=1_000):
        fields = await redis.hgetall(key)
        data = record_of(fields)
        if data["sessao_id"] == session:
            given_back = times_given_back(fields)
            tickets = [
                Ticket(seat, Category(name), price) for seat, name, price in data["ingressos"]
            ]
            yield {
                "session": session,
                "order": key.rpartition(":")[2],
                "buyer": data["usuario_id"],
                "seats": tuple(ticket.seat for ticket in tickets),
                "given_back": tuple(given_back),
                "cancelled": fields["state"] == "cancelled",
                "half_price": quota_needed(t for t in tickets if t.seat not in given_back),
                "mail": fields["mail"],
            }
