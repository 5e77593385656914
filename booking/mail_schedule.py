"""The mails to send: in Redis with their orders, until their end is recorded.

A partition's sorted set has each order with such a mail, by the time at which a sender may claim
it. Claiming is a lease: it moves that time on, so after a sender's death the next one claims its
mails, and no mail is in the memory of one process alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from booking.order import Order
from booking.order_record import from_record
from cinema.keys import (
    PARTITIONS,
    PartitionKeys,
    order_key,
    partition_keys,
    partition_of_order,
)
from cinema.lua_scripts import script_text
from cinema.mail_state import MailKind, MailState
from cinema.redis_connection import RedisClient, script_at

_SCHEDULED, _NO_ORDER = 1, 2
_RETRIED_AT_ONCE = 50


@dataclass(frozen=True)
class DueMail:
    order: Order
    kind: MailKind
    tries: int
    copies: int


@dataclass(frozen=True)
class MailRecord:
    """The result of sending a mail. `kind` says which mail is meant, if any; the numbers belong to
    a pending one."""

    state: MailState
    kind: MailKind | None = None
    reason: str = ""
    pause_ms: int = 0
    tries: int = 0
    copies: int = 0
    corrections: int = 0  # of the address that the mail went to
    given_back: int = 0  # seats that the order had given back by then


class MailSchedule:
    """Raises `cinema.keys.MalformedOrderId` where an id cannot be one, and what redis-py raises."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._schedule = script_at(redis, script_text("schedule_mail"))
        self._claim = script_at(redis, script_text("claim_mails"))
        self._record = script_at(redis, script_text("record_mail"))
        self._retry = script_at(redis, script_text("retry_mail"))

    async def add(self, order_id: str, kind: MailKind, lease_ms: int) -> bool | None:
        """Schedules the mail, once. False: it was scheduled before, or there is nothing to send;
        None: no such order."""
        keys = [_keys_of(order_id).mails, order_key(order_id)]
        code: int = await self._schedule(keys=keys, args=[order_id, kind, lease_ms])
        return None if code == _NO_ORDER else code == _SCHEDULED

    async def claim(self, limit: int, lease_ms: int, sending: Sequence[str]) -> list[DueMail]:
        """Due mails for the caller alone, the longest waiting first. Renews the lease of those in
        `sending`."""
        now = await self._now()
        await self._prolong(sending, now + lease_ms)
        claimed: list[str] = []
        for partition, order_ids in (await self._due(limit, now)).items():
            mails = partition_keys(partition).mails
            claimed += await self._claim(keys=[mails], args=[lease_ms, *order_ids])
        orders = zip(claimed, await self._all_fields(claimed), strict=True)
        return [mail for order in orders for mail in await self._due_mail(*order)]

    async def record(self, order_id: str, record: MailRecord) -> bool:
        """False if there is no such order."""
        keys = _keys_of(order_id)
        code: int = await self._record(
            keys=[keys.mails, keys.failed_mails, order_key(order_id)],
            args=[
                *(order_id, record.kind or "", record.state, record.reason),
                *(record.pause_ms, record.tries, record.copies, record.corrections),
                record.given_back,
            ],
        )
        return code != 1

    async def retry_failed(self) -> tuple[int, bool]:
        """Makes some failed mails due again. Returns how many, and whether there are more to
        check."""
        now, retried, seen = await self._now(), 0, 0
        for partition in range(PARTITIONS):
            keys = partition_keys(partition)
            failed: Any = await self._redis.zrange(keys.failed_mails, 0, _RETRIED_AT_ONCE - 1)
            for order_id in failed:
                retried += await self._retry_one(order_id, now)
            seen += len(failed)
            if seen >= _RETRIED_AT_ONCE:
                return retried, True
        return retried, False

    async def _retry_one(self, order_id: str, now: int) -> int:
        keys, order = _keys_of(order_id), await self._fields(order_id)
        if not order or from_record(order_id, order).screening.starts_at <= now:
            await self._redis.zrem(keys.failed_mails, order_id)
            return 0
        retried: int = await self._retry(
            keys=[keys.mails, keys.failed_mails, order_key(order_id)], args=[order_id]
        )
        return retried

    async def _prolong(self, sending: Iterable[str], until: int) -> None:
        """Renews only mails that are still scheduled, and never to an earlier time."""
        pipeline = self._redis.pipeline(transaction=False)
        for order_id in sending:
            pipeline.zadd(_keys_of(order_id).mails, {order_id: until}, xx=True, gt=True)
        await pipeline.execute()

    async def _due(self, limit: int, now: int) -> dict[int, list[str]]:
        """The `limit` mails that have been due longest, by partition."""
        pipeline = self._redis.pipeline(transaction=False)
        for partition in range(PARTITIONS):
            mails = partition_keys(partition).mails
            pipeline.zrangebyscore(mails, "-inf", now, start=0, num=limit, withscores=True)
        found = [
            (float(due), order_id) for mails in await pipeline.execute() for order_id, due in mails
        ]
        chosen: defaultdict[int, list[str]] = defaultdict(list)
        for _, order_id in nsmallest(limit, found):
            chosen[partition_of_order(order_id)].append(order_id)
        return chosen

    async def _due_mail(self, order_id: str, fields: Mapping[str, str]) -> list[DueMail]:
        """Empty if the order is gone, together with its mail; and for the ticket of a cancelled
        order."""
        if not fields:
            await self._redis.zrem(_keys_of(order_id).mails, order_id)
            return []
        kind = MailKind(fields.get("mail_kind", MailKind.TICKET))
        order = from_record(order_id, fields)
        if order.cancelled and kind is MailKind.TICKET:
            return []  # the cancellation's mail replaces it as soon as that is scheduled
        tries, copies = (int(fields.get(name, 0)) for name in ("mail_tries", "mail_copies"))
        return [DueMail(order, kind, tries, copies)]

    async def _fields(self, order_id: str) -> dict[Any, Any]:
        fields: dict[Any, Any] = await self._redis.hgetall(order_key(order_id))
        return fields

    async def _all_fields(self, order_ids: Sequence[str]) -> list[dict[str, str]]:
        pipeline = self._redis.pipeline(transaction=False)
        for order_id in order_ids:
            pipeline.hgetall(order_key(order_id))
        return await pipeline.execute() if order_ids else []

    async def _now(self) -> int:
        seconds, microseconds = await self._redis.time()
        return int(seconds) * 1000 + int(microseconds) // 1000


def _keys_of(order_id: str) -> PartitionKeys:
    return partition_keys(partition_of_order(order_id))
