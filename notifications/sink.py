"""Who takes notifications on: Kafka for the relay, the delivery itself for the consumer and where Kafka is off."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from cinema.notification import Notification, Unreadable
from notifications.outcomes import Dead, Outcome

T = TypeVar("T")


class Sink(Protocol):
    async def deliver(self, notifications: Sequence[Notification]) -> list[Outcome]:
        """One outcome for each, in the same order."""


async def deliver_readable(
    items: Sequence[T], read: Callable[[T], Notification], sink: Sink
) -> list[Outcome]:
    """One outcome for each item, in the same order. What `read` finds Unreadable is Dead, and stops nothing else."""
    outcomes: dict[int, Outcome] = {}
    readable: dict[int, Notification] = {}
    for position, item in enumerate(items):
        try:
            readable[position] = read(item)
        except Unreadable as unreadable:
            outcomes[position] = Dead(str(unreadable))
    delivered = await sink.deliver(list(readable.values()))
    outcomes.update(zip(readable, delivered, strict=True))
    return [outcomes[position] for position in range(len(items))]
