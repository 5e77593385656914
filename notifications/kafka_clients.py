"""What producer and consumer share of Kafka: names, topics, and a publisher that knows what the broker has.

kafka-python blocks, so all of it runs in threads, and every wait there has an end.
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
_DELIVERY_SECONDS = (
    _DELIVERY_MS / 1000 + 1
)  # kafka-python may overlook its own deadline, so ours is what counts
_CLOSE_SECONDS = 1
_BATCH_BYTES = (
    256 * 1024
)  # of one partition: what the relay hands over at a time takes one round trip


@dataclass(frozen=True)
class Publication:
    """What is to stand in a topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]] = field(default_factory=list)


class Publisher:
    """Connects when there is something to publish; creates the topics that are missing.

    It may publish something twice, after a failure whose result is unknown; it never says that the broker has what it
    does not have. After any failure it goes on with a new connection: a producer of kafka-python that let a record
    expire may never send again.
    """

    def __init__(self, servers: str) -> None:
        self._servers = servers
        self._thread = ThreadPoolExecutor(1, "kafka-publisher")
        self._producer: KafkaProducer | None = None

    async def publish(self, publications: Sequence[Publication]) -> list[KafkaError | None]:
        """For each, in order: None if all replicas in sync have it, else why that is not known. Ends in time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._publish, publications)

    async def close(self) -> None:
        """Ends what is being published, as a failure."""
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
            # kafka-python 3.0.12 gives up closing where records are pending, and leaves its thread behind.
            producer._sender.force_close()
            producer.close(timeout=_CLOSE_SECONDS)


class KafkaSink:
    """Keyed by order, so that an order's notifications stay in order. Without Kafka everything is Later."""

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
    """A future, or why there is none."""
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
    """Creates what is missing, with the broker's own number of replicas. Blocks; raises KafkaError."""
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
        return  # by somebody else, just now


def hush_library() -> None:
    """While a broker is away kafka-python logs several lines a second; who uses it here tells of the outage once."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
