"""What handles notifications: Kafka, or the delivery itself."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from cinema.notification import Notification, Unreadable
from notifications.delivery_result import Dead, DeliveryResult

T = TypeVar("T")


class Sink(Protocol):
    async def deliver(self, notifications: Sequence[Notification]) -> list[DeliveryResult]:
        """One result for each, in order."""


async def deliver_readable(
    items: Sequence[T], read: Callable[[T], Notification], sink: Sink
) -> list[DeliveryResult]:
    """One result for each item, in order.

    An item that `read` finds Unreadable is Dead, and blocks no other.
    """
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
