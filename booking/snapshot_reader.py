"""Snapshots of sessions, cached and updated by the events since they were read.

A snapshot is never older than its request: each request asks Redis for the events after the last
one that the cached snapshot knows. Only a stream that still has this very event can answer; if the
stream was trimmed, or is another dataset's, the snapshot is read whole.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from booking.seat_records import parse_hold, tag_of_sale
from booking.seat_snapshot import SeatCount, SeatHeld, SeatSnapshot, SeatSold, SoldSeats
from cinema.keys import session_keys
from cinema.lua_scripts import script_text
from cinema.redis_connection import RedisClient, script_at
from cinema.shared_reads import SharedReads

_ALL, _CHANGES = 1, 2
_MOST_SEATS_KEPT = 50_000  # of all snapshots: about 12 MB
_SEATS_A_TURN = 500  # parsed before the event loop has its turn again


@dataclass(frozen=True)
class _Reply:
    """The reply of snapshot.lua."""

    now: int
    version: int
    half_price_sold: int
    held: int
    sold: int
    event: str
    kind: int
    seats: Sequence[Any]

    @classmethod
    def read(cls, reply: Sequence[Any]) -> "_Reply":
        now, version, half_price_sold, held, sold, event, kind, *seats = reply
        return cls(now, version, half_price_sold, held, sold, event, kind, seats)


@dataclass(frozen=True)
class _Kept:
    """A snapshot after `event`. Immutable: another state is another object."""

    event: str = ""
    version: int = 0
    held: dict[str, SeatHeld] = field(default_factory=dict)
    sold: SoldSeats = field(default_factory=SoldSeats)


class SnapshotReader:
    def __init__(self, redis: RedisClient) -> None:
        self._snapshot = script_at(redis, script_text("snapshot"))
        self._kept: OrderedDict[str, _Kept] = (
            OrderedDict()
        )  # the one that was asked for last at the end
        self._seats_kept = 0
        self._reads = SharedReads[str, SeatSnapshot]()

    async def of(self, session_id: str) -> SeatSnapshot:
        """At one version, at most as old as the request."""
        return await self._reads.read(session_id, partial(self._refresh, session_id))

    async def count(self, session_id: str) -> SeatCount:
        """How many seats are not free, at one version."""
        reply = await self._ask(session_id, "", "0")
        return SeatCount(reply.version, reply.held + reply.sold, reply.half_price_sold)

    async def _refresh(self, session_id: str) -> SeatSnapshot:
        before = self._kept.get(session_id, _Kept())
        reply = await self._ask(session_id, before.event)
        now = _after_changes(before, reply) if reply.kind == _CHANGES else None
        if now is None:
            if reply.kind != _ALL:
                reply = await self._ask(session_id, "")
            now = await _parse_whole(reply)
        self._keep(session_id, now)
        return SeatSnapshot(reply.version, now.held, now.sold, reply.half_price_sold, reply.now)

    async def _ask(self, session_id: str, event: str, wanted: str = "1") -> _Reply:
        keys = session_keys(session_id)
        reply = await self._snapshot(
            keys=[keys.version, keys.holds, keys.sold, keys.half_price, keys.partition.events],
            args=[session_id, event, wanted],
        )
        return _Reply.read(reply)

    def _keep(self, session_id: str, now: _Kept) -> None:
        before = self._kept.pop(session_id, None)
        self._seats_kept += _size(now) - (_size(before) if before else 0)
        self._kept[session_id] = now
        while self._seats_kept > _MOST_SEATS_KEPT:
            _, oldest = self._kept.popitem(last=False)
            self._seats_kept -= _size(oldest)


def _size(kept: _Kept) -> int:
    return 1 + len(kept.held) + len(kept.sold)


def _after_changes(before: _Kept, reply: _Reply) -> _Kept | None:
    """The snapshot with the events since; None if that does not lead to Redis' numbers."""
    changes, version = list[Any](), before.version
    for at, text in zip(reply.seats[::2], reply.seats[1::2], strict=True):
        version += 1
        if int(at) != version:
            return None
        changes += json.loads(text)
    held, sold = _applied(changes, before)
    if (version, len(held), len(sold)) != (reply.version, reply.held, reply.sold):
        return None  # somebody changed Redis by hand
    return _Kept(reply.event, version, held, sold)


def _applied(
    changes: Sequence[dict[str, Any]], before: _Kept
) -> tuple[dict[str, SeatHeld], SoldSeats]:
    """Reuses an object that does not change."""
    concerns_sales = any(one["state"] == "sold" or one["seat"] in before.sold for one in changes)
    sold = SoldSeats(before.sold) if concerns_sales else before.sold
    held = dict(before.held) if changes else before.held
    for change in changes:
        seat = change["seat"]
        held.pop(seat, None)
        if concerns_sales:
            sold.pop(seat, None)
        if change["state"] == "held":
            held[seat] = SeatHeld(int(change["deadline"]), change["tag"])
        elif change["state"] == "sold":
            sold[seat] = SeatSold(change["tag"])
    return held, sold


async def _parse_whole(reply: _Reply) -> _Kept:
    holds, sales = reply.seats
    held = dict[str, SeatHeld]()
    async for seat, text in _by_twos(holds):
        hold = parse_hold(text)
        held[seat] = SeatHeld(hold.deadline, hold.tag)
    sold = SoldSeats()
    async for seat, text in _by_twos(sales):
        sold[seat] = SeatSold(tag_of_sale(text))
    return _Kept(reply.event, reply.version, held, sold)


async def _by_twos(flat: Iterable[str]) -> AsyncIterator[tuple[str, str]]:
    """Pairs; yields to the event loop after each batch."""
    texts = iter(flat)
    pairs = zip(texts, texts, strict=True)
    while batch := list(islice(pairs, _SEATS_A_TURN)):
        for pair in batch:
            yield pair
        await asyncio.sleep(0)
