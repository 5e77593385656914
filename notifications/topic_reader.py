"""Reads a topic from where a consumer group has got to, without being a member of it."""

import time
from collections.abc import Sequence

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaTimeoutError

from notifications.kafka_clients import REQUEST_MS, client_options

_POLL_MS = 1_000
_PATIENCE_SECONDS = 20


class TopicReader:
    """From the group's offsets to the topic's present end; a topic that is missing is empty.

    Blocks. Raises KafkaError.
    """

    def __init__(self, servers: str, topic: str, group: str) -> None:
        self._topic = topic
        self._consumer = KafkaConsumer(
            **client_options(servers),
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
        )
        numbers = self._consumer.partitions_for_topic(topic) or ()
        partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
        self._consumer.assign(partitions)
        self._ends: dict[TopicPartition, int] = (
            self._consumer.end_offsets(partitions) if partitions else {}
        )

    def next(self) -> list[ConsumerRecord]:
        """The next batch; empty at the end."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._at_the_end():
            polled = self._consumer.poll(_POLL_MS)
            records = [r for p, batch in polled.items() for r in batch if r.offset < self._ends[p]]
            if records:
                return records
            if time.monotonic() > deadline:
                raise KafkaTimeoutError(f"the topic {self._topic} cannot be read")
        return []

    def commit(self, records: Sequence[ConsumerRecord]) -> None:
        """The group has got behind these."""
        offsets = {
            TopicPartition(r.topic, r.partition): OffsetAndMetadata(r.offset + 1) for r in records
        }
        self._consumer.commit(offsets, timeout_ms=REQUEST_MS)

    def close(self) -> None:
        self._consumer.close(autocommit=False, timeout_ms=REQUEST_MS)

    def _at_the_end(self) -> bool:
        positions = {p: self._consumer.position(p, timeout_ms=REQUEST_MS) for p in self._ends}
        return all((positions[p] or 0) >= end for p, end in self._ends.items())
