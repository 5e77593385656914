"""Hands notifications over to Kafka."""

import logging
from collections.abc import Sequence

from cinema.notification import Notification
from cinema.retry import WAITS, brief
from notifications.kafka_clients import TOPIC, Publication, Publisher
from notifications.outcomes import Done, Later, Outcome

log = logging.getLogger(__name__)


class KafkaSink:
    """Keyed by order, so that an order's notifications stay in order. Without Kafka everything is Later."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._away = False

    async def deliver(self, notifications: Sequence[Notification]) -> list[Outcome]:
        publications = [Publication(TOPIC, n.order_id.encode(), n.to_json()) for n in notifications]
        failures = await self._publisher.publish(publications)
        self._tell(next((failure for failure in failures if failure), None))
        return [Later(brief(failure)) if failure else Done() for failure in failures]

    def _tell(self, failure: Exception | None) -> None:
        if failure and not self._away:
            log.warning(
                "Kafka is away (%s): orders wait in the outbox", brief(failure), extra=WAITS
            )
        if self._away and not failure:
            log.info("Kafka is back")
        self._away = failure is not None
