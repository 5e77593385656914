"""The messages that are under way: in the outboxes, in Kafka, among the dead letters."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress

from cinema.keys import PARTITIONS, order_key, partition_keys, partition_of_order
from cinema.notification import MESSAGE_FIELD, Notification, Status, Unreadable
from cinema.redis_connection import RedisClient
from notifications.dead_letter_topic import REPLAY_GROUP
from notifications.kafka_clients import DEAD_LETTER_TOPIC, GROUP, TOPIC
from notifications.topic_reader import TopicReader
from verify.findings import Check, Fault, Look
from verify.reading import ask, entries, in_batches

_ENTRIES_AT_ONCE = 500


@dataclass
class Waiting:
    """`orders` have a message under way; `places` counts the messages by where they are."""

    orders: set[str] = field(default_factory=set)
    places: Counter[str] = field(default_factory=Counter)

    def add(self, place: str, order_id: str) -> None:
        self.orders.add(order_id)
        self.places[place] += 1


async def add_from_redis(redis: RedisClient, waiting: Waiting) -> None:
    """First the outboxes: without Kafka a message goes from there to the dead letters."""
    streams = [("the outbox", partition_keys(one).outbox) for one in range(PARTITIONS)]
    streams += [("the dead letters", partition_keys(one).dead_letters) for one in range(PARTITIONS)]
    lengths = await ask(redis, [("xlen", stream) for _, stream in streams])
    for place, stream in compress(streams, lengths):
        async for _, fields in entries(redis, stream):
            waiting.add(place, _order_in(fields.get(MESSAGE_FIELD)))


def add_from_kafka(servers: str, waiting: Waiting) -> None:
    """What no consumer has committed, then what no replay has. Blocks. Raises KafkaError."""
    places = (("Kafka", TOPIC, GROUP), ("Kafka's dead letters", DEAD_LETTER_TOPIC, REPLAY_GROUP))
    for place, topic, group in places:
        for value in _uncommitted(servers, topic, group):
            waiting.add(place, _order_in(value))


def _order_in(message: bytes | str | None) -> str:
    try:
        return Notification.parse(message).order_id
    except Unreadable:
        return ""


def _uncommitted(servers: str, topic: str, group: str) -> Iterator[bytes | None]:
    """It neither joins the group nor commits."""
    reader = TopicReader(servers, topic, group)
    try:
        while records := reader.next():
            yield from (record.value for record in records)
    finally:
        reader.close()


class MessageCheck:
    """A unit is the number of a partition: each message of its outbox is of an order in Redis."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def look(self, units: Sequence[str]) -> Look:
        look = Look()
        for unit in units:
            stream, messages = partition_keys(int(unit)).outbox, list[tuple[str, str]]()
            async for entry_id, fields in entries(self._redis, stream):
                messages.append((entry_id, fields.get(MESSAGE_FIELD, "")))
            look.checked[Check.MESSAGES] += len(messages)
            for some in in_batches(messages, _ENTRIES_AT_ONCE):
                look.faults.update(await self._faults(unit, stream, some))
        return look

    async def _faults(
        self, unit: str, stream: str, messages: Sequence[tuple[str, str]]
    ) -> list[Fault]:
        faults, orders = [], {}
        for entry_id, text in messages:
            try:
                message = Notification.parse(text)
                partition_of_order(message.order_id)
            except (Unreadable, ValueError):
                found = f"entry {entry_id} of {stream} is no message"
                faults.append(Fault(Check.MESSAGES, unit, entry_id, found))
                continue
            # An order that is removed leaves the message of its erasure, if nobody has read it yet.
            if message.status is not Status.ERASED:
                orders[entry_id] = message.order_id
        there = await ask(self._redis, [("exists", order_key(one)) for one in orders.values()])
        for (entry_id, order_id), exists in zip(orders.items(), there, strict=True):
            if not exists:
                found = f"entry {entry_id} of {stream} is about {order_id}, which Redis lacks"
                faults.append(Fault(Check.MESSAGES, unit, entry_id, found))
        return faults
