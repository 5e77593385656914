"""Refuses a new programme that contradicts sales and holds.

The orders are the authority: each has film, room, language, start and seats from its sale. So the
answer is the same after a restart, and on each of several booking servers. A seat that is sold
between the check and the new version is not lost: its order's page compares it with the programme
of the day.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from booking.order import Order
from booking.order_record import from_record
from booking.programme import Programme, ProgrammeError, Session, parse_programme
from booking.seat_records import parse_sale
from booking.ticket_changes import differences, gone_seats, is_over, screening_of
from cinema.keys import dropped_sessions_key, order_key, programme_key, session_keys
from cinema.local_time import local_time
from cinema.redis_connection import RedisClient

log = logging.getLogger(__name__)

_AT_ONCE = 500  # keys a round trip
_DAY_MS = 86_400_000
_MOST_STARTS_NAMED = 3
_MOST_REFUSALS_NAMED = 20
_ADVICE = 'avise os compradores com alterada = "…" na sessão, ou cancele-a com cancelada = "…"'


@dataclass(frozen=True)
class Taken:
    """The orders and held seats of one session."""

    orders: Sequence[Order] = ()
    held: Collection[str] = ()


class ProgrammeGuard:
    """Implements `booking.programme.file.Guard`. Redis has the text of the version that was in
    force last."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis: Any = redis  # every reply's type is a union over both protocols

    async def last(self, candidate: Programme) -> Programme | None:
        text = await self._redis.get(programme_key())
        if text in (None, candidate.text):
            return candidate if text else None
        try:
            return await asyncio.to_thread(parse_programme, text, candidate.name, candidate.folder)
        except ProgrammeError as error:
            log.warning("the programme that was in force last cannot be read any more: %s", error)
            return None

    async def keep(self, before: Programme | None, programme: Programme) -> None:
        now = _now_ms()
        sessions = before.sessions if before else {}
        dropped = {
            name: _ends_at(session, now)
            for name, session in sessions.items()
            if name not in programme.sessions
        }
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.zremrangebyscore(dropped_sessions_key(), 0, now)
        if dropped:
            pipeline.zadd(dropped_sessions_key(), dropped)
        pipeline.set(programme_key(), programme.text)
        await pipeline.execute()

    async def refusals(self, before: Programme | None, after: Programme) -> list[str]:
        earlier = before.sessions if before else {}
        doubtful = {
            name: (earlier.get(name), after.sessions.get(name))
            for name in {**earlier, **after.sessions}
            if _is_doubtful(earlier.get(name), after.sessions.get(name))
        }
        taken = await self._taken(list(doubtful))
        refused = (
            (after.place_of(name), name, _conflict(*versions, taken[name], _now_ms()))
            for name, versions in doubtful.items()
        )
        found = [
            f"{place}: sessão {name}: {conflict}" for place, name, conflict in refused if conflict
        ]
        return found[:_MOST_REFUSALS_NAMED]

    async def _taken(self, session_ids: list[str]) -> dict[str, Taken]:
        keys = [session_keys(session_id) for session_id in session_ids]
        sold = await self._all([("hvals", key.sold) for key in keys])
        held = await self._all([("hkeys", key.holds) for key in keys])
        order_ids = [
            sorted({parse_sale(session_id, sale).order for sale in sales})
            for session_id, sales in zip(session_ids, sold, strict=True)
        ]
        every = [order_id for ids in order_ids for order_id in ids]
        records = await self._all([("hgetall", order_key(order_id)) for order_id in every])
        orders = {
            order_id: from_record(order_id, record)
            for order_id, record in zip(every, records, strict=True)
            if record
        }
        return {
            session_id: Taken([orders[one] for one in ids if one in orders], seats)
            for session_id, ids, seats in zip(session_ids, order_ids, held, strict=True)
        }

    async def _all(self, commands: list[tuple[str, str]]) -> list[Any]:
        replies: list[Any] = []
        for first in range(0, len(commands), _AT_ONCE):
            pipeline = self._redis.pipeline(transaction=False)
            for command, key in commands[first : first + _AT_ONCE]:
                getattr(pipeline, command)(key)
            replies += await pipeline.execute()
        return replies


def _is_doubtful(before: Session | None, after: Session | None) -> bool:
    """Whether the change may hurt a buyer and does not announce itself. An announcement is good for
    one change."""
    if before is None or after is None:
        return after is None or not (after.change or after.cancelled)
    if before.edition == after.edition or after.cancelled:
        return False
    return not after.change or after.change == before.change


def _conflict(before: Session | None, after: Session | None, taken: Taken, now_ms: int) -> str:
    """Empty if it hurts nobody."""
    orders, changes = list[Order](), set[str]()
    for order in taken.orders:
        broken = set(_broken(order, before, after, now_ms))
        if broken:
            orders.append(order)
            changes |= broken
    held, broken = _broken_holds(before, after, taken.held)
    if not orders and not held:
        return ""
    changed = ", ".join(sorted(changes | broken))
    return f"{_counted(orders, held)}; esta versão muda: {changed}. Desfaça, ou {_ADVICE}"


def _broken(
    order: Order, before: Session | None, after: Session | None, now_ms: int
) -> Iterator[str]:
    is_dated = after is not None and after.closes_at_ms > 0
    if is_over(order.screening, now_ms) and not is_dated:
        return
    if after is None:
        yield "a sessão sai da programação"
        return
    if before and before.cancelled and not after.cancelled:
        yield "a sessão estava cancelada"
    yield from differences(order.screening, order.seats, after)


def _broken_holds(
    before: Session | None, after: Session | None, held: Collection[str]
) -> tuple[Collection[str], set[str]]:
    """Holds are for the session as it is now; if that is unknown, for its seats."""
    if after is None:
        return held, {"a sessão sai da programação"} if held else set()
    changes = set(differences(screening_of(before), held, after)) if before and held else set()
    gone = gone_seats(held, after)
    if before is None and gone:
        return gone, {f"sem {' '.join(gone)}"}
    return (held, changes) if changes else ((), set())


def _ends_at(session: Session, now_ms: int) -> int:
    """When its last film has ended. One that takes place every day was sold for the next two days
    at most."""
    if session.closes_at_ms == 0:
        return now_ms + 2 * _DAY_MS
    return session.closes_at_ms + session.film.duration_minutes * 60_000


def _counted(orders: Sequence[Order], held: Collection[str]) -> str:
    counts = []
    starts = Counter(order.screening.starts_at for order in orders)
    for start, count in starts.most_common(_MOST_STARTS_NAMED):
        what = "pedido vendido" if count == 1 else "pedidos vendidos"
        counts.append(f"{count} {what} para {local_time(start):%d/%m %H:%M}")
    others = sum(starts.values()) - sum(n for _, n in starts.most_common(_MOST_STARTS_NAMED))
    if others:
        counts.append(f"{others} para outros dias")
    if held:
        counts.append(
            f"{len(held)} {'poltrona reservada' if len(held) == 1 else 'poltronas reservadas'}"
        )
    return " e ".join(filter(None, (", ".join(counts[:-1]), counts[-1])))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
