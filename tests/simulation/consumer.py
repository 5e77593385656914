"""Consumers: the real Consumer, GroupMember, Delivery and MailRoom in two processes of one group,
which are killed, replaced by the same instance, and suspended at any await.

Properties. At each commit every earlier record has had its effect: its order is in the ledger with
its state, booking has its mail; or it is among the dead letters. In the end all is committed, and
each order's mail was sent. It was sent once, unless a process died, was suspended, or booking was
not reached between the mail server's answer and booking's record of it.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast

from kafka.errors import KafkaError

from cinema.mail_state import MailKind
from cinema.notification import Notification, Status, Unreadable
from cinema.retry import Backoff, keep_running
from cinema.service import ReadyFile
from notification_consumer import Consumer, _consume_as_member
from notifications.delivery import Delivery
from notifications.dependency import Dependency
from notifications.kafka_clients import Publication, Publisher
from notifications.kafka_group import GroupMember
from notifications.mail_room import MailRoom
from notifications.mail_rules import MailRules
from tests.fakes.delivery import new_order, notification
from tests.simulation import kafka
from tests.simulation.browser import Wrong
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.office import Office, OfficeLink

INSTANCES = ("consumer-0", "consumer-1")
STEPS = 40
PAUSES = (0, 0.01, 0.1, 0.5, 2)
DRAIN_SECONDS = 2.0
EMPTY_POLL_SECONDS = 0.5
SETTLED_SECONDS = 180
RULES = MailRules(first_pause=1, longest_pause=20, give_up=1_000_000, lease=15, at_once=2)


class Member(GroupMember):
    """Of the simulated group, without a thread."""

    def __init__(self, stage: "Stage", instance: str) -> None:
        super().__init__("", instance)
        self._group = stage.group
        self._thread = cast(ThreadPoolExecutor, kafka.Thread(stage.loop))

    def _connect(self) -> None:
        self._consumer = kafka.Consumer(self._group, self.instance)

    async def poll(self) -> list[Any]:
        """An empty poll takes its time."""
        records = await super().poll()
        if not records:
            await asyncio.sleep(EMPTY_POLL_SECONDS)
        return records


class ConsumerProcess:
    def __init__(self, stage: "Stage", instance: str) -> None:
        self.instance = instance
        self.process = Process(stage.loop, instance)
        self.link = OfficeLink(stage.office, self.process)
        winding_down = asyncio.Event()
        booking = Dependency("booking", 100)
        mail_room = MailRoom(self.link, booking, self.link, RULES)
        delivery = Delivery(self.link, booking, self.link, mail_room, winding_down)
        consumer = Consumer(delivery, cast(Publisher, stage), winding_down, DRAIN_SECONDS)
        consume = partial(
            _consume_as_member, partial(Member, stage, instance), consumer, ReadyFile(None)
        )
        self.process.begin(keep_running("consuming", consume, (KafkaError,), Backoff(maximum=5)))
        self.process.begin(mail_room.run(DRAIN_SECONDS))


class Stage:
    def __init__(self, loop: SimulatedLoop) -> None:
        self.loop = loop
        self.office = Office(loop)
        self.group = kafka.Group(loop, self.check_commit)
        self.dead = set[bytes]()
        self.consumers: list[ConsumerProcess] = []

    def begin_consumer(self, instance: str) -> None:
        self.loop.note(f"{instance} starts")
        self.consumers.append(ConsumerProcess(self, instance))

    async def publish(self, publications: Sequence[Publication]) -> list[Exception | None]:
        """Of Publisher: dead letters."""
        await asyncio.sleep(self.loop.random.choice((0, 0.01, 0.5)))
        if self.office.fails(0.1):
            return [KafkaError("no broker") for _ in publications]
        self.dead |= {one.value for one in publications if one.value}
        return [None for _ in publications]

    def sell(self) -> None:
        pick = self.loop.random
        partition = pick.randrange(len(kafka.PARTITIONS))
        if pick.random() < 0.05:
            self.group.append(partition, pick.choice((b"{", _message(new_order()))))
            return
        order = self.office.sell(partition)
        self.group.append(partition, _message(order))
        self.loop.note(f"{order.pedido_id} is sold")

    def cancel(self) -> None:
        left = [order for order in self.office.orders.values() if not order.cancelado]
        if left:
            order = self.loop.random.choice(left)
            order.cancelado = True
            self.group.append(int(order.pedido_id[:2]), _message(order, Status.CANCELLED))
            self.loop.note(f"{order.pedido_id} is cancelled")

    # ----------------------------------------------------------------------------------- properties

    def check_commit(self, partition: int, offset: int) -> None:
        for record in self.group.logs[partition][:offset]:
            if record.value not in self.dead and not self._has_effect(record.value):
                raise Wrong(f"{record.offset} of {partition} has no effect, committed is {offset}")

    def _has_effect(self, message: bytes) -> bool:
        try:
            one = Notification.parse(message)
        except Unreadable:
            return False
        order = self.office.orders.get(one.order_id)
        recorded = self.office.ledger.get(one.order_id)
        if order is None or recorded is None:
            return False
        if one.status is Status.CANCELLED:
            return recorded == "cancelado" and self._is_mailed(one.order_id, MailKind.CANCELLATION)
        return order.cancelado or self._is_mailed(one.order_id, MailKind.TICKET)

    def _is_mailed(self, order_id: str, kind: MailKind) -> bool:
        mail = order_id, kind
        return mail in self.office.due or mail in self.office.ended

    def check_settled(self) -> None:
        for partition in kafka.PARTITIONS:
            end = len(self.group.logs[partition.partition])
            if (at := self.group.committed.get(partition, 0)) != end:
                raise Wrong(f"{at} of {end} records of {partition.partition} are committed")
        for order in self.office.orders.values():
            kind = MailKind.CANCELLATION if order.cancelado else MailKind.TICKET
            if not self.office.mailed[order.pedido_id, kind]:
                raise Wrong(f"{order.pedido_id} has no mail")
        for mail, number in self.office.mailed.items():
            if number > 1 and mail not in self.office.disturbed:
                raise Wrong(f"{mail} was sent {number} times")


def _message(order: Any, status: Status = Status.CONFIRMED) -> bytes:
    return notification(order, status).to_json()


def _step(stage: Stage) -> None:
    pick = stage.loop.random
    consumer = pick.choice(stage.consumers)
    process = consumer.process
    if pick.random() < 0.5:
        stage.sell()
    elif pick.random() < 0.3:
        stage.cancel()
    elif pick.random() < 0.2:
        stage.group.is_away = not stage.group.is_away
        stage.loop.note(f"Kafka is away: {stage.group.is_away}")
    elif process.is_suspended:
        stage.loop.note(f"{process.name} goes on")
        process.resume()
    elif pick.random() < 0.5:
        stage.loop.note(f"{process.name} is suspended")
        stage.office.disturb(process)
        process.suspend()
    else:
        stage.loop.note(f"{process.name} is killed")
        stage.office.disturb(process)
        process.kill()
        stage.consumers.remove(consumer)
        stage.begin_consumer(consumer.instance)


async def play(loop: SimulatedLoop) -> None:
    stage = Stage(loop)
    for instance in INSTANCES:
        stage.begin_consumer(instance)
    for _ in range(STEPS):
        _step(stage)
        await asyncio.sleep(loop.random.choice(PAUSES))
    stage.office.is_reliable, stage.group.is_away = True, False
    for consumer in stage.consumers:
        consumer.link.settle()
        consumer.process.resume()
    await asyncio.sleep(SETTLED_SECONDS)
    stage.check_settled()
