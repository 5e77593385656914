"""One session of a test's own in a real Redis, and the buyers who want its seats."""

import json
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from booking.answer import Answer
from booking.fitness import Fitness
from booking.hold_rules import ANYWHERE, HoldRules, Network
from booking.order import GivenBack, Order, OrderTokens, Payer, Purchase, Screening
from booking.order_record import times_given_back
from cinema.keys import SessionKeys, order_key, session_keys
from cinema.mail_state import MailState
from cinema.notification import MESSAGE_FIELD
from cinema.redis_connection import RedisClient, connect, own_node
from cinema.settings import RedisSettings
from cinema.tickets import Category, Ticket, price_of
from seat_state_service import SeatStateService
from tests.support.waiting import eventually

PATIENCE_SECONDS = 30
RULES = HoldRules(
    hold_ms=300_000,
    ceiling_ms=900_000,
    cooldown_ms=5_000,
    most_seats=6,
    network_seats=24,
    network_percent=30,
)


@dataclass(frozen=True)
class Buyer:
    """Asks for seats of one session, as one person."""

    name: str
    session: str
    seats: SeatStateService
    network: Network = ANYWHERE

    async def hold(
        self, *seats: str, token: str = "", closes_at: int = 0, instead_of: Sequence[str] = ()
    ) -> Answer:
        return await self.seats.hold(
            self.session, self.name, seats, token, closes_at, self.network, instead_of
        )

    async def release(self, *seats: str, token: str = "") -> Answer:
        return await self.seats.release(self.session, self.name, seats, token)

    async def extend(self, *seats: str, token: str = "", closes_at: int = 0) -> Answer:
        return await self.seats.extend(self.session, self.name, seats, token, closes_at)

    async def confirm(
        self,
        *seats: str,
        key: str = "",
        token: str = "",
        payer: Payer | None = None,
        category: Category = Category.FULL,
        **more: Any,
    ) -> Answer:
        """`more` are further fields of the Purchase."""
        tickets = _tickets(seats, category)
        purchase = Purchase(tickets, token, key, payer or Payer(), **more)
        return await self.seats.confirm(self.session, self.name, purchase)

    async def cancel(self, order_id: str, *seats: str, category: Category = Category.FULL) -> bool:
        """`seats` are those that were bought with the order."""
        return await self.seats.cancel(await self._order(order_id, seats, category))

    async def give_back(
        self, order_id: str, leaving: str, *seats: str, category: Category = Category.FULL
    ) -> bool:
        """One seat of the order; the last one cancels it."""
        order = await self._order(order_id, seats, category)
        return leaving in order.seats and await self.seats.cancel(order, [leaving])

    async def _order(self, order_id: str, seats: Iterable[str], category: Category) -> Order:
        text = await self.seats.redis.hget(order_key(order_id), "given_back")
        times = times_given_back({"given_back": str(text or "")})
        return Order(
            id=order_id,
            session_id=self.session,
            tickets=_tickets([seat for seat in seats if seat not in times], category),
            given_back=tuple(GivenBack(_tickets([s], category)[0], at) for s, at in times.items()),
            buyer=self.name,
            payer=Payer(),
            payment_method="",
            language="pt-BR",
            screening=Screening(),
            tokens=OrderTokens(),
            created_at=0,
            cancelled=False,
            cancelled_at=0,
            mail=MailState.NO_ADDRESS,
            mail_reason="",
        )


def _tickets(seats: Iterable[str], category: Category) -> tuple[Ticket, ...]:
    return tuple(Ticket(seat, category, price_of(category, 3200)) for seat in seats)


class Hall:
    """An empty session in a real Redis, spoken to through SeatStateService in the test's own
    process.

    `dump` returns everything that Redis has of the session.
    """

    def __init__(
        self, redis: RedisClient, rules: HoldRules = RULES, session: str = "", replicas: int = 0
    ) -> None:
        self.redis: Any = redis  # redis-py types each reply as a union over both protocols
        self.rules = rules
        self.session = session or f"T{secrets.token_hex(8)}"
        self._replicas = replicas
        self.seats = SeatStateService(redis, rules, self.fitness)

    def fitness(self) -> Fitness:
        """With any dataset; a sale waits until so many replicas have it on disk."""
        return Fitness(replicas_to_wait_for=self._replicas, dataset="")

    @property
    def keys(self) -> SessionKeys:
        return session_keys(self.session)

    def with_rules(self, **rules: int) -> "Hall":
        """The same session, under other rules."""
        return Hall(self.redis, replace(self.rules, **rules), self.session, self._replicas)

    def buyer(self, name: str = "", network: Network = ANYWHERE) -> Buyer:
        return Buyer(name or f"buyer-{secrets.token_hex(8)}", self.session, self.seats, network)

    async def states(self) -> Mapping[str, str]:
        """The seats that are not free, as the map shows them: held or sold."""
        seat_map = await self.seats.snapshot(self.session)
        held, sold = dict.fromkeys(seat_map.held, "held"), dict.fromkeys(seat_map.sold, "sold")
        return {**held, **sold}

    async def events(self) -> list[dict[str, Any]]:
        """The session's public events so far."""
        entries = await self.redis.xrange(self.keys.partition.events)
        return [
            {"version": int(fields["version"]), "changes": json.loads(fields["changes"])}
            for _, fields in entries
            if fields["session"] == self.session
        ]

    async def outbox(self) -> list[dict[str, Any]]:
        entries = await self.redis.xrange(self.keys.partition.outbox)
        messages = [json.loads(fields[MESSAGE_FIELD]) for _, fields in entries]
        return [message for message in messages if message["sessao_id"] == self.session]

    async def dump(self) -> dict[str, Any]:
        keys, partition = self.keys, self.keys.partition
        hashes = (keys.holds, keys.sold, keys.buyers, keys.order_keys)
        sets = (partition.due, partition.cooldowns)
        found: dict[str, Any] = {
            name: {
                field: json.loads(value) if value[0] in "[{" else value
                for field, value in (await self.redis.hgetall(name)).items()
            }
            for name in hashes
        }
        for name in sets:
            members = await self.redis.zrange(name, 0, -1, withscores=True)
            found[name] = [pair for pair in members if pair[0].startswith(f"{self.session}:")]
        found["released"] = {
            member: since
            for member, since in (await self.redis.hgetall(partition.released)).items()
            if member.startswith(f"{self.session}:")
        }
        locks = [key async for key in self.redis.scan_iter(f"{keys.prefix}:assento:*")]
        found["locks"] = {key: await self.redis.get(key) for key in sorted(locks)}
        found["version"] = await self.redis.get(keys.version)
        found["events"] = await self.events()
        found["outbox"] = await self.outbox()
        return found

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[None]:
        """What happens in the block leaves no trace in Redis."""
        before = await self.dump()
        yield
        assert await self.dump() == before

    async def lock_ends_at(self, seat: str) -> int:
        """By Redis' clock, in ms; right to a millisecond or two."""
        lock = self.keys.lock(seat)
        node: Any
        async with own_node(self.redis, lock) as node, node.pipeline() as pipeline:
            (seconds, microseconds), left = await pipeline.time().pttl(lock).execute()
        return int(seconds * 1000 + microseconds // 1000 + left)

    async def clock(self) -> int:
        """Redis' clock, in ms."""
        async with own_node(self.redis, self.keys.version) as node:
            seconds, microseconds = await node.time()
        return int(seconds * 1000 + microseconds // 1000)

    async def wait_a_moment(self) -> None:
        """Until Redis' clock has moved on by a millisecond or more."""
        begin = await self.clock()

        async def has_moved() -> bool:
            return await self.clock() > begin

        await eventually(has_moved)

    async def wait_until_gone(self, *seats: str) -> None:
        """Until Redis has expired the locks; no sweep has happened."""

        async def no_lock_is_left() -> bool:
            return bool(await self.redis.exists(*self.keys.locks(seats)) == 0)

        await eventually(no_lock_is_left)

    async def wait_until_swept(self, *seats: str) -> None:
        """Sweeps until every one of the seats was freed."""

        async def all_are_free() -> bool:
            await self.seats.expire(self.session, seats)
            return not set(seats) & (await self.states()).keys()

        await eventually(all_are_free)


def patient_client(url: str, *, cluster: bool = False) -> RedisClient:
    """A service's client with a long timeout, for a busy machine."""
    return connect(
        RedisSettings(redis_url=url, redis_cluster=cluster, redis_timeout_seconds=PATIENCE_SECONDS)
    )


@pytest.fixture
async def hall(redis_url: str) -> AsyncIterator[Hall]:
    """A session of the test's own in the shared Redis. Nothing sweeps there by itself."""
    async with patient_client(redis_url) as redis:
        yield Hall(redis)
