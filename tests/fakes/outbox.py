"""An outbox and a sink in memory."""

import asyncio
from collections.abc import Collection, Sequence
from itertools import groupby

from cinema.notification import MESSAGE_FIELD, Notification, Status, outbox_message
from notifications.delivery_result import DeliveryResult, Done
from notifications.outbox import Entry, Outbox


def entry(partition: int, number: int, message: str | None = None) -> Entry:
    if message is None:
        message = outbox_message(
            f"{partition}-{number}", "S001", ["F07"], "buyer", Status.CONFIRMED
        )
    return Entry(partition, f"1764018000{number:03d}-0", {MESSAGE_FIELD: message})


class FakeOutbox(Outbox):
    def __init__(self, *entries: Entry) -> None:
        self.entries = list(entries)
        self.buried: list[tuple[str, str]] = []
        self.closed = 0

    async def read(self, partitions: Collection[int]) -> list[Entry]:
        found = [entry for entry in self.entries if entry.partition in partitions]
        await asyncio.sleep(0 if found else 0.005)
        return sorted(found, key=lambda entry: entry.partition)

    async def remove(self, entries: Sequence[Entry]) -> None:
        assert len(list(groupby(entries, key=lambda entry: entry.partition))) <= 1
        self.entries = [entry for entry in self.entries if entry not in entries]

    async def bury(self, entry: Entry, reason: str) -> None:
        self.entries.remove(entry)
        self.buried.append((entry.id, reason))

    async def close(self) -> None:
        self.closed += 1


class FakeSink:
    """`answers` has the next results of an order; Done from then on.

    While `hold` is cleared, nothing is answered.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.answers: dict[str, list[DeliveryResult]] = {}
        self.hold = asyncio.Event()
        self.hold.set()

    async def deliver(self, notifications: Sequence[Notification]) -> list[DeliveryResult]:
        self.seen += [notification.order_id for notification in notifications]
        await self.hold.wait()
        return [self._answer(notification.order_id) for notification in notifications]

    def _answer(self, order_id: str) -> DeliveryResult:
        answers = self.answers.get(order_id)
        return answers.pop(0) if answers else Done()
