"""Who takes notifications on: Kafka for the relay, the delivery itself for the consumer and where Kafka is off."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from cinema.notification import Notification, Unreadable
from notifications.delivery_result import Dead, DeliveryResult

T = TypeVar("T")


class Sink(Protocol):
    async def deliver(self, notifications: Sequence[Notification]) -> list[DeliveryResult]:
        """One result for each, in the same order."""


async def deliver_readable(
    items: Sequence[T], read: Callable[[T], Notification], sink: Sink
) -> list[DeliveryResult]:
    """One result for each item, in the same order. What `read` finds Unreadable is Dead, and stops nothing else."""
    results: dict[int, DeliveryResult] = {}
    readable: dict[int, Notification] = {}
    for position, item in enumerate(items):
        try:
            readable[position] = read(item)
        except Unreadable as unreadable:
            results[position] = Dead(str(unreadable))
    delivered = await sink.deliver(list(readable.values()))
    results.update(zip(readable, delivered, strict=True))
    return [results[position] for position in range(len(items))]
