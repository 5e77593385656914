"""Membership in the consumer group, with a real broker."""

import asyncio
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from functools import partial

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError

from cinema.notification import Notification, Status, outbox_message
from cinema.retry import keep_running
from cinema.service import ReadyFile
from deploy import ROOT
from notification_consumer import Consumer, _consume_as_member
from notifications import kafka_clients, kafka_group
from notifications.delivery_result import DeliveryResult, Done, Later
from notifications.kafka_clients import Publisher, ensure_topics
from notifications.kafka_group import GroupMember, Stalled
from tests.support.backends import KafkaBroker
from tests.support.box_office import put_into_kafka
from tests.support.infra import started
from tests.support.waiting import eventually

INSTANCE = "box-office-0"
JOIN_SECONDS = 30
BATCH = 500  # records that one poll returns at most, where the fault occurs
RESTING, BUSY = (
    0,
    1,
)  # partitions: while the one rests with a record left over, the other is read to its end
STALL_SECONDS = 1.5


@pytest.fixture(scope="module")
def shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    folder = tmp_path_factory.mktemp("kafka")
    with started(lambda: KafkaBroker(folder)) as broker:
        yield broker


@pytest.fixture
def topic() -> str:
    return f"reservas-{uuid.uuid4().hex}"


@pytest.fixture
def broker(shared_broker: KafkaBroker, topic: str) -> Iterator[KafkaBroker]:
    """With a topic and a group of the test's own."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (kafka_clients, kafka_group):
            patch.setattr(module, "TOPIC", topic)
        patch.setattr(kafka_group, "GROUP", topic)
        ensure_topics(shared_broker.bootstrap)
        yield shared_broker


@pytest.fixture
def killed_member(broker: KafkaBroker, topic: str) -> None:
    member = [broker.bootstrap, INSTANCE, topic, topic]
    command = [sys.executable, "-m", "tests.support.dying_member", *member]
    killed = subprocess.run(command, cwd=ROOT, timeout=JOIN_SECONDS, check=False)
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.usefixtures("killed_member")
async def test_a_member_that_rejoins_after_a_kill_at_its_first_join_gets_the_messages(
    broker: KafkaBroker, topic: str
) -> None:
    put_into_kafka(broker.bootstrap, b"an order", topic=topic)
    async with GroupMember(broker.bootstrap, INSTANCE) as member:
        [record] = await eventually(member.poll, JOIN_SECONDS, "the message")
    assert record.value == b"an order"


def an_order(partition: int, number: int) -> bytes:
    return outbox_message(
        f"{partition}-{number}", "S001", ["F07"], "buyer", Status.CONFIRMED
    ).encode()


@pytest.fixture
def one_more_than_a_batch(broker: KafkaBroker, topic: str) -> None:
    """In two partitions."""
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap)
    for partition in (RESTING, BUSY):
        for number in range(BATCH + 1):
            producer.send(topic, an_order(partition, number), partition=partition)
    producer.close(10)


@pytest.mark.usefixtures("one_more_than_a_batch")
def test_the_library_drops_the_unreturned_rest_of_a_paused_partition(
    broker: KafkaBroker, topic: str
) -> None:
    """The fault that docs/upstream describes.

    Once this fails the library is mended, and polls may be bounded again.
    """
    consumer = KafkaConsumer(
        bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", max_poll_records=BATCH
    )
    resting, busy = TopicPartition(topic, RESTING), TopicPartition(topic, BUSY)
    try:
        consumer.assign([resting, busy])
        consumer.pause(busy)
        assert read(consumer, resting, BATCH) == BATCH
        consumer.pause(resting)
        consumer.resume(busy)
        assert read(consumer, busy, BATCH + 1) == BATCH + 1
        consumer.resume(resting)
        assert read(consumer, resting, 1) == 0
        assert consumer.position(resting) == BATCH
    finally:
        consumer.close()


def read(consumer: KafkaConsumer, partition: TopicPartition, number: int) -> int:
    """How many records of the partition come, of so many."""
    came = 0
    for _ in range(10):
        came += len(consumer.poll(200).get(partition, ()))
        if came >= number:
            break
    return came


class Reader:
    """Reads as the consumer does.

    The partition that comes first is left for later until the other one is read.
    """

    def __init__(self, member: GroupMember) -> None:
        self._member = member
        self._resting: int | None = None
        self.read: dict[int, set[int]] = {RESTING: set(), BUSY: set()}

    async def has_all(self) -> bool:
        """After one more poll."""
        records = await self._member.poll()
        if records:
            await self._member.settle(records, self._settled(records))
        return all(len(offsets) == BATCH + 1 for offsets in self.read.values())

    def _settled(self, records: list[ConsumerRecord]) -> list[ConsumerRecord]:
        if self._resting is None:
            self._resting = records[0].partition
        other_is_read = len(self.read[1 - self._resting]) == BATCH + 1
        settled = [r for r in records if other_is_read or r.partition != self._resting]
        for record in settled:
            self.read[record.partition].add(record.offset)
        return settled


@pytest.mark.usefixtures("one_more_than_a_batch")
async def test_a_partition_that_rested_while_another_was_read_is_read_on(
    broker: KafkaBroker,
) -> None:
    async with GroupMember(broker.bootstrap, INSTANCE) as member:
        await eventually(Reader(member).has_all, JOIN_SECONDS, "all of both partitions")


@pytest.mark.usefixtures("one_more_than_a_batch")
async def test_a_member_that_stalls_raises_and_the_next_one_gets_the_messages(
    broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_group, "_RECORDS", BATCH)  # so that something is left over
    with pytest.raises(Stalled, match="have messages that no poll returns"):
        async with GroupMember(broker.bootstrap, INSTANCE, STALL_SECONDS) as member:
            await eventually(Reader(member).has_all, JOIN_SECONDS)
    monkeypatch.undo()
    async with GroupMember(broker.bootstrap, INSTANCE) as member:
        assert not member.reads
        await eventually(member.poll, JOIN_SECONDS, "what no poll had brought")
        assert member.reads


class Clerk:
    """The delivery.

    The partition that comes first is left for later until the other one is read.
    """

    def __init__(self) -> None:
        self._resting = ""
        self.done: dict[str, set[str]] = {str(RESTING): set(), str(BUSY): set()}

    @property
    def has_all(self) -> bool:
        return all(len(orders) == BATCH + 1 for orders in self.done.values())

    async def deliver(self, notifications: Sequence[Notification]) -> list[DeliveryResult]:
        self._resting = self._resting or notifications[0].order_id[0]
        return [self._result(notification.order_id) for notification in notifications]

    def _result(self, order_id: str) -> DeliveryResult:
        partition = order_id[0]
        other = next(orders for number, orders in self.done.items() if number != self._resting)
        if partition == self._resting and len(other) < BATCH + 1:
            return Later("booking is away")
        self.done[partition].add(order_id)
        return Done()


@pytest.mark.usefixtures("one_more_than_a_batch")
async def test_a_consumer_that_stalls_says_so_once_is_not_ready_and_joins_again(
    broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kafka_group, "_RECORDS", BATCH)  # so that something is left over
    clerk, ready = Clerk(), ReadyFile(None)
    consumer = Consumer(clerk, Publisher(broker.bootstrap), asyncio.Event(), 1)
    member = partial(GroupMember, broker.bootstrap, INSTANCE, STALL_SECONDS)
    consuming = asyncio.create_task(
        keep_running(
            "consuming", partial(_consume_as_member, member, consumer, ready), (KafkaError,)
        )
    )
    await eventually(lambda: ready.ready, JOIN_SECONDS, "ready")
    await eventually(lambda: "no poll returns" in caplog.text, JOIN_SECONDS, "the stall")
    assert not ready.ready
    await eventually(lambda: clerk.has_all and ready.ready, JOIN_SECONDS, "all, and ready")
    assert caplog.text.count("no poll returns") == 1
    consuming.cancel()
    await asyncio.wait([consuming])
