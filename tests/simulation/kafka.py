"""A small Kafka: one topic, one group of static members, and what kafka-python's consumer does of
it. Records are offered again and members lose their partitions as they do in a real one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import CommitFailedError, FencedInstanceIdError, KafkaTimeoutError

from notifications.kafka_clients import TOPIC
from tests.simulation.loop import Process, SimulatedLoop

PARTITIONS = [TopicPartition(TOPIC, number) for number in range(2)]
SESSION_SECONDS = 6.0
RECORDS_A_POLL = 3  # of each partition


@dataclass(frozen=True)
class Record:
    """The fields of kafka-python's that the product reads."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes


class Group:
    """The broker: logs, committed offsets, members. `check` is called with each commit."""

    def __init__(self, loop: SimulatedLoop, check: Callable[[int, int], None]) -> None:
        self.logs = defaultdict[int, list[Record]](list)
        self.committed = dict[TopicPartition, int]()
        self.is_away = False
        self._loop = loop
        self._check = check
        self._members = dict[str, Consumer]()  # by instance
        self._silent_since = dict[Process, float]()

    def append(self, partition: int, value: bytes) -> None:
        log = self.logs[partition]
        log.append(Record(TOPIC, partition, len(log), b"", value))

    def join(self, consumer: "Consumer") -> None:
        self._members[consumer.instance] = consumer

    def share_of(self, consumer: "Consumer") -> set[TopicPartition]:
        """The partitions of this member. Raises FencedInstanceIdError."""
        if self.is_away:
            raise KafkaTimeoutError("no broker")
        self._forget_silent()
        newest = self._members.setdefault(consumer.instance, consumer)
        if newest is not consumer:
            raise FencedInstanceIdError(consumer.instance)
        instances = sorted(self._members)
        mine = instances.index(consumer.instance)
        return {p for n, p in enumerate(PARTITIONS) if n % len(instances) == mine}

    def commit(self, consumer: "Consumer", offsets: Mapping[TopicPartition, int]) -> None:
        if self.is_away:
            raise KafkaTimeoutError("no broker")
        self._forget_silent()
        if self._members.get(consumer.instance) is not consumer:
            raise CommitFailedError
        if not offsets.keys() <= self.share_of(consumer):
            raise CommitFailedError
        for partition, offset in offsets.items():
            self._check(partition.partition, offset)
            self.committed[partition] = offset

    def _forget_silent(self) -> None:
        """A member whose process sends no heartbeat loses its partitions after a while."""
        now = self._loop.time()
        for instance, member in list(self._members.items()):
            process = member.process
            if process.is_alive and not process.is_suspended:
                self._silent_since.pop(process, None)
            elif now - self._silent_since.setdefault(process, now) > SESSION_SECONDS:
                del self._members[instance]


class Consumer:
    """As kafka-python's KafkaConsumer: it learns of a rebalance when it polls."""

    def __init__(self, group: Group, instance: str) -> None:
        process = Process.current.get()
        assert process is not None
        self.process = process
        self.instance = instance
        self._group = group
        self._positions = dict[TopicPartition, int]()
        self._paused = set[TopicPartition]()
        group.join(self)

    def assignment(self) -> set[TopicPartition]:
        return set(self._positions)

    def paused(self) -> set[TopicPartition]:
        return set(self._paused)

    def pause(self, *partitions: TopicPartition) -> None:
        self._paused.update(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self._paused.difference_update(partitions)

    def poll(self, _timeout_ms: int) -> dict[TopicPartition, list[Record]]:
        share = self._group.share_of(self)
        if share != self._positions.keys():
            # Every member begins again at what was committed.
            self._positions = {p: self._group.committed.get(p, 0) for p in sorted(share)}
            self._paused &= share
        found = {}
        for partition, position in self._positions.items():
            log = self._group.logs[partition.partition]
            records = log[position : position + RECORDS_A_POLL]
            if records and partition not in self._paused:
                found[partition] = records
                self._positions[partition] += len(records)
        return found

    def position(self, partition: TopicPartition, timeout_ms: int) -> int:
        return self._positions[partition]

    def end_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {one: len(self._group.logs[one.partition]) for one in partitions}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self._positions[partition] = offset

    def commit(
        self,
        offsets: Mapping[TopicPartition, OffsetAndMetadata],
        timeout_ms: int,
    ) -> None:
        self._group.commit(self, {p: at.offset for p, at in offsets.items()})

    def close(self, **_: Any) -> None:
        """The session goes on: a static member does not leave."""


class Thread:
    """In the place of a ThreadPoolExecutor."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop

    def submit(self, call: Callable[[], Any]) -> None:
        self._loop.run_in_executor(self, call)

    def shutdown(self, wait: bool) -> None:
        """Its calls have ended, or end by themselves."""
