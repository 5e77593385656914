"""The dead-letter topic keeps messages that cannot be handled, until an operator replays them."""

import asyncio
from collections.abc import Sequence

from kafka.consumer.fetcher import ConsumerRecord

from cinema.retry import brief
from notifications.dependency import DependencyDown
from notifications.kafka_clients import (
    DEAD_LETTER_TOPIC,
    GROUP,
    TOPIC,
    Publication,
    Publisher,
    ensure_topics,
)
from notifications.topic_reader import TopicReader

REASON = "motivo"
ORIGIN = "origem"
REPLAY_GROUP = f"{GROUP}.replay"


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
    await asyncio.to_thread(ensure_topics, servers)
    letters = await asyncio.to_thread(TopicReader, servers, DEAD_LETTER_TOPIC, REPLAY_GROUP)
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
