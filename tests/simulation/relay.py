"""Producers: the real Relay, Outbox and Lease over a Redis whose links break, while processes are
killed and suspended at any await.

Properties. The first deliveries of an order's notifications are in their order. An entry leaves the
outbox only after its delivery, or into the dead letters. None is delivered that no replica has. A
process that was never suspended begins no delivery once its lease has ended. In the end each
notification was delivered or is among the dead letters, and the outbox is empty.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any, cast
from unittest.mock import patch

from cinema.keys import partition_keys, relay_lease_key
from cinema.notification import MESSAGE_FIELD, Notification, Status, outbox_message
from cinema.redis_connection import REDIS_ERRORS, RedisClient
from cinema.retry import keep_running
from notification_producer import _relay
from notifications import outbox, relay
from notifications.delivery_result import Dead, DeliveryResult, Done, Later
from notifications.lease import Lease
from notifications.outbox import REASON, Outbox
from notifications.relay import Relay
from tests.simulation.browser import Wrong
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.redis import Link, SimulatedRedis

PARTITIONS = 2
ORDERS = 5
STEPS = 40
PROCESSES = 2
DRAIN_SECONDS = 2.0
COUNT = 3  # entries of a read: so that it also reads behind the first
PAUSES = (0, 0.01, 0.1, 0.5, 2)
BELIEF_SECONDS = 0.2  # turns of the loop that may lie between a check and a delivery
SETTLED_SECONDS = 120
Fact = tuple[str, str]  # an order and the number of a notification of it


class Outboxes(SimulatedRedis):
    """Looks at each entry that is deleted."""

    def __init__(self, stage: "Stage") -> None:
        super().__init__(lambda: round(stage.loop.time() * 1_000))
        self._stage = stage

    def xdel(self, stream: str, *ids: str) -> int:
        for entry_id, fields in self.streams.get(stream, []):
            if entry_id in ids and _fact(fields) not in self._stage.delivered | self._stage.dead():
                raise Wrong(f"{_fact(fields)} leaves the outbox undelivered")
        return super().xdel(stream, *ids)


class Producer:
    """One process. Its sink takes notifications as Kafka or the delivery does."""

    def __init__(self, stage: "Stage", name: str) -> None:
        self.process = Process(stage.loop, name)
        self.was_suspended = False
        self.link = Link(stage.loop, stage.redis)
        self.me = ""
        self._stage = stage
        client = cast(RedisClient, self.link)
        lease = Lease(client, relay_lease_key())
        self.me = lease._me
        work = Relay(Outbox(client, client), self, asyncio.Event(), DRAIN_SECONDS)
        self.process.begin(
            keep_running("relaying", partial(_relay, client, lease, work), REDIS_ERRORS)
        )

    async def deliver(self, notifications: Sequence[Notification]) -> list[DeliveryResult]:
        stage, pick = self._stage, self._stage.loop.random
        stage.check_may_deliver(self, notifications)
        waiting = set[str]()
        results = list[DeliveryResult]()
        for one in notifications:
            await asyncio.sleep(pick.choice((0, 0, 0.01, 0.2)))
            result = stage.take(one) if one.order_id not in waiting else Later("waits")
            if isinstance(result, Later):
                waiting.add(one.order_id)
            results.append(result)
        await asyncio.sleep(pick.choice((0, 0.01, 1.5)))
        return results


class Stage:
    def __init__(self, loop: SimulatedLoop) -> None:
        self.loop = loop
        self.redis = Outboxes(self)
        self.delivered = set[Fact]()
        self.replicated = set[Fact]()
        self.replica_follows = True
        self.is_settling = False
        self.producers: list[Producer] = []
        self.bad = set[Fact]()  # cannot be delivered
        self.sold = Counter[str]()
        self._numbers = 0
        self._first = defaultdict[str, list[int]](list)

    def begin_producer(self) -> None:
        self._numbers += 1
        self.producers.append(Producer(self, f"producer {self._numbers}"))
        self.loop.note(f"producer {self._numbers} starts")

    def sell(self) -> None:
        order = f"order-{self.loop.random.randrange(ORDERS)}"
        self.sold[order] += 1
        self.loop.note(f"{order}: notification {self.sold[order]}")
        if self.loop.random.random() < 0.05:
            self.bad.add((order, str(self.sold[order])))
        message = outbox_message(order, "s", [str(self.sold[order])], "b", Status.CONFIRMED)
        keys = partition_keys(int(order[-1]) % PARTITIONS)
        self.redis.xadd(keys.outbox, {MESSAGE_FIELD: message})

    async def reaches(self, _partition: int) -> bool:
        """Of Replication: WAIT covers what was written before."""
        written = self.in_outbox()
        await asyncio.sleep(self.loop.random.choice((0, 0.05, 0.3)))
        if self.replica_follows:
            self.replicated |= written
        return self.replica_follows

    def take(self, one: Notification) -> DeliveryResult:
        fact, chance = _fact_of(one), self.loop.random.random()
        if not self.is_settling and chance < 0.1:
            return Later("Kafka is away")
        if fact in self.bad:
            return Dead("nobody knows it")
        if fact not in self.delivered:
            self.delivered.add(fact)
            self._first[one.order_id].append(int(fact[1]))
        # An acknowledgement may be lost: the notification comes again.
        return Later("no answer") if not self.is_settling and chance < 0.2 else Done()

    # ----------------------------------------------------------------------------------- properties

    def in_outbox(self) -> set[Fact]:
        return {_fact(fields) for p in range(PARTITIONS) for _, fields in self._stream(p, "outbox")}

    def dead(self) -> set[Fact]:
        letters = (self._stream(p, "dead_letters") for p in range(PARTITIONS))
        return {_fact(fields) for entries in letters for _, fields in entries if fields[REASON]}

    def _stream(self, partition: int, name: str) -> list[tuple[str, dict[str, str]]]:
        return self.redis.streams.get(getattr(partition_keys(partition), name), [])

    def check_may_deliver(self, producer: Producer, notifications: Sequence[Notification]) -> None:
        for one in notifications:
            if _fact_of(one) not in self.replicated:
                raise Wrong(f"{_fact_of(one)} is delivered, and no replica has it")
        holder, deadline = self.redis.lease.get(relay_lease_key(), ("", 0))
        owns = holder == producer.me and self.loop.time() <= deadline / 1_000 + BELIEF_SECONDS
        if not owns and not producer.was_suspended:
            raise Wrong(f"{producer.process.name} begins a delivery without the lease")

    def check_settled(self) -> None:
        if left := self.in_outbox():
            raise Wrong(f"{sorted(left)} are still in the outbox")
        sold = {(order, str(n + 1)) for order, count in self.sold.items() for n in range(count)}
        if lost := sold - self.delivered - (self.bad & self.dead()):
            raise Wrong(f"{sorted(lost)} are lost")
        for order, numbers in self._first.items():
            if numbers != sorted(numbers):
                raise Wrong(f"{order} was delivered in the order {numbers}")


def _fact(fields: dict[str, str]) -> Fact:
    return _fact_of(Notification.parse(fields[MESSAGE_FIELD]))


def _fact_of(one: Notification) -> Fact:
    return one.order_id, one.seats[0]


def _step(stage: Stage) -> None:
    pick = stage.loop.random
    producer = pick.choice(stage.producers)
    process = producer.process
    if pick.random() < 0.6:
        stage.sell()
    elif pick.random() < 0.3:
        stage.replica_follows = not stage.replica_follows
        stage.loop.note(f"the replica follows: {stage.replica_follows}")
    elif process.is_suspended:
        stage.loop.note(f"{process.name} goes on")
        process.resume()
    elif pick.random() < 0.5:
        stage.loop.note(f"{process.name} is suspended")
        producer.was_suspended = True
        process.suspend()
    else:
        stage.loop.note(f"{process.name} is killed")
        process.kill()
        stage.producers.remove(producer)
        stage.begin_producer()


async def play(loop: SimulatedLoop) -> None:
    stage = Stage(loop)

    def replication(_redis: Any) -> Stage:
        return stage

    with (
        patch.object(relay, "PARTITIONS", PARTITIONS),
        patch.object(outbox, "_COUNT", COUNT),
        patch.object(outbox, "Replication", replication),
    ):
        for _ in range(PROCESSES):
            stage.begin_producer()
        for _ in range(STEPS):
            _step(stage)
            await asyncio.sleep(loop.random.choice(PAUSES))
        stage.is_settling = stage.replica_follows = True
        for producer in stage.producers:
            producer.link.is_reliable = True
            producer.process.resume()
        await asyncio.sleep(SETTLED_SECONDS)
        stage.check_settled()
