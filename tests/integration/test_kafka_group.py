"""Membership in the consumer group, with a real broker."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from deploy import ROOT
from notifications import kafka_group
from notifications.kafka_clients import TOPIC, ensure_topics
from notifications.kafka_group import GroupMember, Stalled
from tests.backends import KafkaBroker
from tests.box_office import put_into_kafka
from tests.infra import started
from tests.waiting import eventually

INSTANCE = "box-office-0"
JOIN_SECONDS = 30
BATCH = 500  # what one poll takes at most, where the fault shows
RESTING, BUSY = (
    0,
    1,
)  # partitions: while the one rests with a record left over, the other is read to its end
STALL_SECONDS = 1.5


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    with started(lambda: KafkaBroker(tmp_path / "kafka")) as broker:
        ensure_topics(broker.bootstrap)
        yield broker


@pytest.fixture
def killed_member(broker: KafkaBroker) -> None:
    command = [sys.executable, "-m", "tests.dying_member", broker.bootstrap, INSTANCE]
    killed = subprocess.run(command, cwd=ROOT, timeout=JOIN_SECONDS, check=False)
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.usefixtures("killed_member")
async def test_who_comes_back_after_a_kill_at_the_first_join_gets_the_messages(
    broker: KafkaBroker,
) -> None:
    put_into_kafka(broker.bootstrap, b"an order")
    async with GroupMember(broker.bootstrap, INSTANCE) as member:
        [record] = await eventually(member.poll, JOIN_SECONDS, "the message")
    assert record.value == b"an order"


@pytest.fixture
def one_more_than_a_batch(broker: KafkaBroker) -> None:
    """In two partitions."""
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap)
    for partition in (RESTING, BUSY):
        for _ in range(BATCH + 1):
            producer.send(TOPIC, b"an order", partition=partition)
    producer.close(10)


@pytest.mark.usefixtures("one_more_than_a_batch")
def test_the_library_forgets_what_is_left_over_of_a_paused_partition(broker: KafkaBroker) -> None:
    """The fault that docs/upstream describes. Once this fails the library is mended, and polls may be bounded again."""
    consumer = KafkaConsumer(
        bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", max_poll_records=BATCH
    )
    resting, busy = TopicPartition(TOPIC, RESTING), TopicPartition(TOPIC, BUSY)
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
    """Reads as the consumer does. The partition that comes first is left for later until the other one is read."""

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
async def test_a_member_that_does_not_get_what_there_is_says_so_and_the_next_one_gets_it(
    broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_group, "_RECORDS", BATCH)  # so that something is left over
    with pytest.raises(Stalled, match="have messages that no poll brings"):
        async with GroupMember(broker.bootstrap, INSTANCE, STALL_SECONDS) as member:
            await eventually(Reader(member).has_all, JOIN_SECONDS)
    monkeypatch.undo()
    async with GroupMember(broker.bootstrap, INSTANCE) as member:
        assert not member.reads
        await eventually(member.poll, JOIN_SECONDS, "what no poll had brought")
        assert member.reads
