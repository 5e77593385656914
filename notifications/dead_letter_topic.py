"""The dead-letter topic keeps messages that cannot be handled, until an operator replays them."""

import asyncio
import time
from collections.abc import Sequence

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaTimeoutError

from cinema.retry import brief
from notifications.dependency import DependencyDown
from notifications.kafka_clients import (
    DEAD_LETTER_TOPIC,
    GROUP,
    REQUEST_MS,
    TOPIC,
    Publication,
    Publisher,
    client_options,
    ensure_topics,
)

REASON = "motivo"
ORIGIN = "origem"
REPLAY_GROUP = f"{GROUP}.replay"
_POLL_MS = 1_000
_PATIENCE_SECONDS = 20


async def bury(publisher: Publisher, letters: Sequence[tuple[ConsumerRecord, str]]) -> None:
    """Returns once all are in the dead-letter topic, each with its reason.

    Raises DependencyDown.
    """
    await _publish(
        publisher,
        [
            Publication(
                DEAD_LETTER_TOPIC,
                record.key,
                record.value,
                [
                    (REASON, reason.encode()),
                    (ORIGIN, f"{record.partition}@{record.offset}".encode()),
                ],
            )
            for record, reason in letters
        ],
    )


async def replay(servers: str) -> int:
    """Publishes all dead letters again that no replay has published, and returns their number.

    A crash may repeat some, and loses none. One that fails again meanwhile waits for the next
    replay. Raises KafkaError and DependencyDown.
    """
    publisher, count = Publisher(servers), 0
    letters = await asyncio.to_thread(_LettersReader, servers)
    try:
        while records := await asyncio.to_thread(letters.next):
            await _publish(publisher, [Publication(TOPIC, r.key, r.value) for r in records])
            await asyncio.to_thread(letters.commit, records)
            count += len(records)
    finally:
        await asyncio.to_thread(letters.close)
        await publisher.close()
    return count


def put_back(letters: int, where: str) -> str:
    """For the log."""
    if letters:
        return f"{letters} dead letters put back into {where}"
    return f"no dead letter to put back into {where}: there is none, or each was put back before"


async def _publish(publisher: Publisher, publications: Sequence[Publication]) -> None:
    for failure in await publisher.publish(publications):
        if failure:
            raise DependencyDown(f"Kafka: {brief(failure)}")


class _LettersReader:
    """Reads the dead-letter topic from the last replay's end to its present end.

    Blocks. Raises KafkaError.
    """

    def __init__(self, servers: str) -> None:
        ensure_topics(servers)
        self._consumer = KafkaConsumer(
            **client_options(servers),
            group_id=REPLAY_GROUP,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
        )
        numbers = self._consumer.partitions_for_topic(DEAD_LETTER_TOPIC)
        partitions = [TopicPartition(DEAD_LETTER_TOPIC, number) for number in sorted(numbers)]
        self._consumer.assign(partitions)
        self._ends: dict[TopicPartition, int] = self._consumer.end_offsets(partitions)

    def next(self) -> list[ConsumerRecord]:
        """The next batch; empty at the end."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._at_the_end():
            polled = self._consumer.poll(_POLL_MS)
            records = [r for p, batch in polled.items() for r in batch if r.offset < self._ends[p]]
            if records:
                return records
            if time.monotonic() > deadline:
                raise KafkaTimeoutError("the dead-letter topic cannot be read")
        return []

    def commit(self, records: Sequence[ConsumerRecord]) -> None:
        offsets = {
            TopicPartition(r.topic, r.partition): OffsetAndMetadata(r.offset + 1) for r in records
        }
        self._consumer.commit(offsets, timeout_ms=REQUEST_MS)

    def close(self) -> None:
        self._consumer.close(autocommit=False, timeout_ms=REQUEST_MS)

    def _at_the_end(self) -> bool:
        positions = {p: self._consumer.position(p, timeout_ms=REQUEST_MS) for p in self._ends}
        return all((positions[p] or 0) >= end for p, end in self._ends.items())
