"""Membership in the consumer group: polls, heartbeats while records are handled, and offsets."""

import asyncio
import itertools
import logging
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError, KafkaTimeoutError

from cinema.file_lock import FileLock
from cinema.retry import brief
from notifications.kafka_clients import GROUP, TOPIC, client_options, ensure_topics
from notifications.rests import Rests
from notifications.stall_watch import StallWatch

log = logging.getLogger(__name__)
T = TypeVar("T")

_POLL_MS = 500
_STAY_SECONDS = 1.0
_STAY_MS = 200  # enough to take part in a rebalance
_SESSION_MS = 6_000  # without a heartbeat for so long, a member loses its partitions
_HEARTBEAT_MS = 2_000
_COMMIT_MS = 5_000
_CLOSE_MS = 2_000
_FETCH_BYTES = 64 * 1024  # of one partition at a time: some 250 messages
# A poll returns all that was fetched. kafka-python 3.0.12 drops the unreturned rest of a partition
# that is paused (docs/upstream/kafka-python-paused-partition.md), so the fetch bounds the size of a
# batch, not the poll.
_RECORDS = sys.maxsize
STALL_SECONDS = 30.0


class Stalled(KafkaError):  # type: ignore[misc]  # the library has no types
    """Partitions have messages that polls do not return: only a new member helps."""


class GroupMember:
    """One static member of the group, with a thread of its own for kafka-python's consumer.

    A member that rejoins under the same `instance` within the session timeout has its partitions at
    once. Raises KafkaError: the member is then of no more use.
    """

    def __init__(self, servers: str, instance: str, stall_seconds: float = STALL_SECONDS) -> None:
        self._servers = servers
        self.instance = instance
        self._thread = ThreadPoolExecutor(1, "kafka-consumer")
        self._consumer: KafkaConsumer | None = None
        self._to_commit: dict[TopicPartition, OffsetAndMetadata] = {}
        self._rests = Rests[TopicPartition]()
        self._watch = StallWatch[TopicPartition](stall_seconds)
        self.reads = False  # known since it joined: a poll returned records, or there were none

    async def __aenter__(self) -> Self:
        try:
            await self._in_thread(self._connect)
        except BaseException:
            self._thread.submit(self._close)  # after the call that is under way in the thread
            self._thread.shutdown(wait=False)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Does not leave the group: one that rejoins in time causes no rebalance."""
        with suppress(KafkaError):
            await self._in_thread(self._close)
        self._thread.shutdown(wait=False)

    async def poll(self) -> list[ConsumerRecord]:
        """Records that arrive within half a second, each partition's in order. Raises Stalled."""
        return await self._in_thread(self._poll)

    async def stay_until(self, work: asyncio.Task[T]) -> T:
        """The result of the work. Polls paused partitions meanwhile, to remain a member.

        If the membership is lost, the work is cancelled: another member has the partitions now.
        """
        try:
            while not work.done():
                await asyncio.wait([work], timeout=_STAY_SECONDS)
                if not work.done():
                    await self._in_thread(self._stay)
        finally:
            work.cancel()
            await asyncio.wait([work])
        return work.result()

    async def settle(
        self, polled: Sequence[ConsumerRecord], settled: Sequence[ConsumerRecord]
    ) -> None:
        """Commits the settled records, and rewinds partitions to the first one that is not settled.

        Rewound partitions rest for a while. While the group's coordinator is away, offsets wait to
        be committed.
        """
        await self._in_thread(lambda: self._settle(polled, settled))

    # ---------------------------------------------------------------------------- in the thread

    def _connect(self) -> None:
        ensure_topics(self._servers)
        self._consumer = KafkaConsumer(
            TOPIC,
            **client_options(self._servers),
            group_id=GROUP,
            group_instance_id=self.instance,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            session_timeout_ms=_SESSION_MS,
            heartbeat_interval_ms=_HEARTBEAT_MS,
            max_partition_fetch_bytes=_FETCH_BYTES,
            max_poll_records=_RECORDS,
        )
        # Fetch metadata before joining. A group leader that joins without it assigns zero
        # partitions; if it dies before it rejoins, a static member with the same instance id
        # inherits that empty assignment for good.
        self._consumer.partitions_for_topic(TOPIC)

    def _poll(self) -> list[ConsumerRecord]:
        consumer = self._connected()
        self._commit()
        awake = self._rests.awake(consumer.assignment())
        consumer.resume(*awake)
        consumer.pause(*(consumer.assignment() - set(awake)))
        began = time.monotonic()
        polled = consumer.poll(_POLL_MS)
        self.reads = self.reads or bool(polled)
        if self._watch.polled(time.monotonic() - began, polled):
            self._raise_if_stalled(consumer)
        return [record for records in polled.values() for record in records]

    def _raise_if_stalled(self, consumer: KafkaConsumer) -> None:
        awake = list(consumer.assignment() - consumer.paused())
        try:
            ends = consumer.end_offsets(awake) if awake else {}
            positions = {p: consumer.position(p, timeout_ms=_COMMIT_MS) for p in awake}
        except KafkaTimeoutError:
            return  # the broker is away
        places = {p: (at, ends[p]) for p, at in positions.items() if at is not None}
        if stalled := self._watch.stalled(places):
            numbers = ", ".join(str(partition.partition) for partition in sorted(stalled))
            raise Stalled(f"partitions {numbers} have messages that no poll returns")
        self.reads = self.reads or all(at >= end for at, end in places.values())

    def _stay(self) -> None:
        consumer = self._connected()
        consumer.pause(*consumer.assignment())
        # A rebalance may assign a partition between pause and poll: rewind its records, to fetch
        # them again.
        for partition, records in consumer.poll(_STAY_MS).items():
            consumer.seek(partition, records[0].offset)

    def _settle(self, polled: Sequence[ConsumerRecord], settled: Sequence[ConsumerRecord]) -> None:
        consumer = self._connected()
        begun = {_partition(record): record.offset for record in reversed(polled)}
        ended = {_partition(record): record.offset + 1 for record in polled}
        next_offsets = begun | {_partition(record): record.offset + 1 for record in settled}
        self._to_commit |= {p: OffsetAndMetadata(next_offsets[p]) for p in map(_partition, settled)}
        self._commit()
        for partition in begun.keys() & consumer.assignment():
            if next_offsets[partition] == ended[partition]:
                self._rests.reset(partition)
            else:
                self._rests.begin(partition)
            # A rebalance may also have reset the position to an earlier committed offset.
            if consumer.position(partition, timeout_ms=_COMMIT_MS) != next_offsets[partition]:
                consumer.seek(partition, next_offsets[partition])

    def _commit(self) -> None:
        consumer = self._connected()
        mine = consumer.assignment()
        self._to_commit = {p: offset for p, offset in self._to_commit.items() if p in mine}
        if not self._to_commit:
            return
        try:
            consumer.commit(self._to_commit, timeout_ms=_COMMIT_MS)
        except KafkaTimeoutError as error:
            log.warning("the offsets cannot be committed now (%s)", brief(error))
        else:
            self._to_commit.clear()

    def _close(self) -> None:
        if self._consumer is not None:
            self._consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)

    def _connected(self) -> KafkaConsumer:
        if self._consumer is None:
            raise RuntimeError("not a member yet")
        return self._consumer

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def _partition(record: ConsumerRecord) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)


@contextmanager
def claimed_instance(beside: Path) -> Iterator[str]:
    """An instance id that no other process here has: the first free one of host-0, host-1, …

    A locked file next to `beside` marks one as taken; the kernel unlocks it when its process dies.
    Raises OSError.
    """
    beside.parent.mkdir(parents=True, exist_ok=True)
    for number in itertools.count():
        with closing(FileLock(beside.with_name(f".{beside.name}.consumer-{number}"))) as lock:
            if lock.try_acquire():
                yield f"{socket.gethostname()}-{number}"
                return
