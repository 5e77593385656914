"""Kafka for producer and consumer: names, topics, and a publisher that knows what the broker has.

kafka-python blocks, so it runs in threads, and every wait there has a deadline.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError, TopicAlreadyExistsError

from cinema.logs import OutageLog
from cinema.notification import ORDERS_TOPIC, Notification
from cinema.retry import brief
from notifications.delivery_result import DeliveryResult, Done, Later

log = logging.getLogger(__name__)

TOPIC = ORDERS_TOPIC
DEAD_LETTER_TOPIC = f"{TOPIC}.dlt"
GROUP = "notificacao-group"
PARTITIONS = 6

CONNECT_MS = 3_000
REQUEST_MS = 5_000
_DELIVERY_MS = 8_000
_DELIVERY_SECONDS = _DELIVERY_MS / 1000 + 1  # kafka-python may miss its own deadline
_CLOSE_SECONDS = 1
# Of one partition: all that the relay delivers at a time, in one round trip.
_BATCH_BYTES = 256 * 1024


@dataclass(frozen=True)
class Publication:
    """A message to publish."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]] = field(default_factory=list)


class Publisher:
    """Connects at the first message, and creates missing topics.

    A message whose outcome is unknown may be published twice. A message is reported as published
    only if the broker has it. After any failure the next message gets a new connection: a producer
    of kafka-python that let a record expire may never send again.
    """

    def __init__(self, servers: str) -> None:
        self._servers = servers
        self._thread = ThreadPoolExecutor(1, "kafka-publisher")
        self._producer: KafkaProducer | None = None

    async def publish(self, publications: Sequence[Publication]) -> list[KafkaError | None]:
        """For each, in order: None if all in-sync replicas have it, else the error.

        Ends in time.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._publish, publications)

    async def close(self) -> None:
        """Messages that are being published fail."""
        await asyncio.to_thread(self._disconnect)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _publish(self, publications: Sequence[Publication]) -> list[KafkaError | None]:
        try:
            producer = self._connected()
        except KafkaError as error:
            return [error] * len(publications)
        futures = [_send(producer, publication) for publication in publications]
        deadline = time.monotonic() + _DELIVERY_SECONDS
        failures = [_failure(future, deadline) for future in futures]
        if any(failures):
            self._disconnect()
        return failures

    def _connected(self) -> KafkaProducer:
        if self._producer is None:
            ensure_topics(self._servers)
            self._producer = KafkaProducer(
                **client_options(self._servers),
                acks="all",
                enable_idempotence=True,
                max_block_ms=CONNECT_MS,
                batch_size=_BATCH_BYTES,
                delivery_timeout_ms=_DELIVERY_MS,
            )
        return self._producer

    def _disconnect(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=_CLOSE_SECONDS)
        except KafkaError:
            # kafka-python 3.0.12 raises if records are pending, and leaves its thread running.
            producer._sender.force_close()
            producer.close(timeout=_CLOSE_SECONDS)


class KafkaSink:
    """Publishes notifications, keyed by order so that an order's stay in order.

    All are Later while Kafka is away.
    """

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._outage = OutageLog(log)

    async def deliver(self, notifications: Sequence[Notification]) -> list[DeliveryResult]:
        publications = [Publication(TOPIC, n.order_id.encode(), n.to_json()) for n in notifications]
        failures = await self._publisher.publish(publications)
        if failure := next(filter(None, failures), None):
            self._outage.begin(f"Kafka is away ({brief(failure)}): orders wait in the outbox")
        else:
            self._outage.end("Kafka is back")
        return [Later(brief(failure)) if failure else Done() for failure in failures]


def _send(producer: KafkaProducer, publication: Publication) -> Any:
    """A future, or the error instead of one."""
    try:
        return producer.send(
            publication.topic, publication.value, publication.key, list(publication.headers)
        )
    except KafkaError as error:
        return error


def _failure(future: Any, deadline: float) -> KafkaError | None:
    if isinstance(future, KafkaError):
        return future
    try:
        future.get(timeout=max(0.0, deadline - time.monotonic()))
    except KafkaError as error:
        return error
    return None


def client_options(servers: str) -> dict[str, object]:
    return {
        "bootstrap_servers": servers.split(","),
        "bootstrap_timeout_ms": CONNECT_MS,
        "request_timeout_ms": REQUEST_MS,
        "reconnect_backoff_max_ms": 1_000,
    }


def ensure_topics(servers: str) -> None:
    """Creates missing topics, with the broker's default number of replicas.

    Blocks. Raises KafkaError.
    """
    admin = KafkaAdminClient(**client_options(servers))
    try:
        missing = {TOPIC, DEAD_LETTER_TOPIC} - set(admin.list_topics())
        for topic in sorted(missing):
            _create(admin, topic)
    finally:
        admin.close()


def _create(admin: KafkaAdminClient, topic: str) -> None:
    try:
        admin.create_topics(
            {topic: {"num_partitions": PARTITIONS}}, timeout_ms=REQUEST_MS, wait_for_metadata=True
        )
    except TopicAlreadyExistsError:
        return  # another process was faster


def silence_library() -> None:
    """While a broker is away kafka-python logs several lines a second; we log one an outage."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
