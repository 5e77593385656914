"""What a test knows of a session afterwards: its requests, its public events, its state in
Redis."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from booking.answer import Answer
from booking.order_record import record_of, times_given_back
from booking.seat_records import SaleRecord, parse_sale
from cinema.keys import session_keys
from cinema.notification import MESSAGE_FIELD


@dataclass(frozen=True)
class Asked:
    """One request and its answer."""

    action: str  # hold, release, extend, confirm
    buyer: str
    seats: frozenset[str]
    answer: Answer


@dataclass
class History:
    """Requests and public events, each in order."""

    session: str
    asked: list[Asked] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)  # as the stream has them
    _recorded_to: str = ""

    async def record_events(self, redis: Any) -> None:
        """Adds the public events since the last call.

        Redis keeps a thousand events, so call it often.
        """
        stream = session_keys(self.session).partition.events
        since = f"({self._recorded_to}" if self._recorded_to else "-"
        for entry, fields in await redis.xrange(stream, since):
            self._recorded_to = entry
            if fields["session"] == self.session:
                self.events.append(fields)


@dataclass(frozen=True)
class Standing:
    """A session's state in Redis at one moment."""

    now: int
    version: int
    holds: Mapping[str, Mapping[str, Any]]
    sold: Mapping[str, SaleRecord]
    buyers: Mapping[str, Mapping[str, Any]]
    due: Mapping[str, float]  # seat: deadline in ms
    locks: Mapping[str, tuple[str, int]]  # seat: token, and when it ends in ms
    half_price_sold: int  # under the quota
    outbox: list[Mapping[str, Any]]
    orders: Mapping[str, Mapping[str, Any]]  # id: its data and its state


async def read_standing(redis: Any, session: str, seats: Iterable[str]) -> Standing:
    """`seats` are all seats that may be locked."""
    keys, seats = session_keys(session), sorted(seats)
    async with redis.pipeline(transaction=True) as moment:
        moment.time().get(keys.version).get(keys.half_price)
        moment.hgetall(keys.holds).hgetall(keys.sold).hgetall(keys.buyers)
        moment.zrange(keys.partition.due, 0, -1, withscores=True).xrange(keys.partition.outbox)
        for seat in seats:
            moment.get(keys.lock(seat)).pttl(keys.lock(seat))
        time, version, half, holds, sold, buyers, due, outbox, *locks = await moment.execute()
    now = time[0] * 1000 + time[1] // 1000
    messages = [json.loads(fields[MESSAGE_FIELD]) for _, fields in outbox]
    return Standing(
        now=now,
        version=int(version or 0),
        half_price_sold=int(half or 0),
        holds=_decoded(holds),
        sold={seat: parse_sale(session, text) for seat, text in sold.items()},
        buyers=_decoded(buyers),
        due=_of_session(due, session),
        locks={
            seat: (token, now + left)
            for seat, token, left in zip(seats, locks[::2], locks[1::2], strict=True)
            if token
        },
        outbox=[message for message in messages if message["sessao_id"] == session],
        orders={order: data async for order, data in _orders(redis, session)},
    )


def _decoded(fields: Mapping[str, str]) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in fields.items()}


def _of_session(due: Iterable[tuple[str, float]], session: str) -> dict[str, float]:
    pairs = ((member.rpartition(":"), score) for member, score in due)
    return {seat: score for (of, _, seat), score in pairs if of == session}


async def _orders(redis: Any, session: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    tag = session_keys(session).partition.due.removesuffix("due")
    async for key in redis.scan_iter(f"{tag}order:*", count=1_000):
        fields = await redis.hgetall(key)
        data = record_of(fields)
        if data["sessao_id"] == session:
            yield (
                key.rpartition(":")[2],
                {
                    **data,
                    "state": fields["state"],
                    "devolvidos": times_given_back(fields),
                },
            )
