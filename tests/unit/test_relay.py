"""The relay: in order, until it was taken, and one partition's trouble is no other's."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from notifications.delivery_result import Dead, Later
from notifications.relay import Relay
from tests.fakes.outbox import FakeOutbox, FakeSink, entry
from tests.support.waiting import eventually


@asynccontextmanager
async def relaying(
    outbox: FakeOutbox, sink: FakeSink, drain_seconds: float = 1
) -> AsyncIterator[asyncio.Task[None]]:
    winding_down = asyncio.Event()
    winding_down.set()  # as an earlier run has left it
    relay = Relay(outbox, sink, winding_down, drain_seconds)
    task = asyncio.create_task(relay.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_delivered_entries_are_removed_in_order() -> None:
    outbox, sink = FakeOutbox(entry(1, 1), entry(1, 2), entry(7, 1)), FakeSink()
    async with relaying(outbox, sink):
        await eventually(lambda: not outbox.entries)
    assert sink.seen == ["1-1", "1-2", "7-1"]
    assert outbox.closed == 1


async def test_a_failed_entry_delays_its_partition_alone() -> None:
    outbox, sink = FakeOutbox(entry(1, 1), entry(1, 2), entry(7, 1), entry(7, 2)), FakeSink()
    sink.answers["1-1"] = [Later("Kafka is away")] * 2
    async with relaying(outbox, sink):
        await eventually(lambda: not any(e.partition == 7 for e in outbox.entries))
        assert [e.id for e in outbox.entries] == [entry(1, 1).id, entry(1, 2).id]
        await eventually(lambda: not outbox.entries)
    # Entries behind a failed one may be delivered twice, but are never removed before it.
    assert [seen for seen in sink.seen if seen[0] == "1"] == ["1-1", "1-2"] * 3


async def test_the_tries_of_a_partition_get_rarer() -> None:
    outbox, sink = FakeOutbox(entry(1, 1)), FakeSink()
    sink.answers["1-1"] = [Later("Kafka is away")] * 1000
    async with relaying(outbox, sink):
        await eventually(lambda: len(sink.seen) >= 3)
    assert len(sink.seen) < 10


async def test_a_dead_entry_is_buried_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    outbox, sink = FakeOutbox(entry(1, 1), entry(1, 2)), FakeSink()
    sink.answers["1-1"] = [Dead("nobody knows it")]
    async with relaying(outbox, sink):
        await eventually(lambda: not outbox.entries)
    assert outbox.buried == [(entry(1, 1).id, "nobody knows it")]
    assert "dead letters" in caplog.text


@pytest.mark.parametrize(
    "message", ["", "{", "[]", '{"pedido_id":"1"}', '{"pedido_id":1,"status":"X"}']
)
async def test_an_unreadable_entry_is_buried_and_blocks_no_other(message: str) -> None:
    outbox, sink = FakeOutbox(entry(1, 1), entry(1, 2, message), entry(1, 3)), FakeSink()
    async with relaying(outbox, sink):
        await eventually(lambda: not outbox.entries)
    assert [buried for buried, _ in outbox.buried] == [entry(1, 2).id]
    assert sink.seen == ["1-1", "1-3"]


async def test_deliveries_under_way_end_before_the_relay() -> None:
    outbox, sink = FakeOutbox(entry(1, 1)), FakeSink()
    sink.hold.clear()
    async with relaying(outbox, sink) as task:
        await eventually(lambda: sink.seen)
        task.cancel()
        await asyncio.sleep(0)
        sink.hold.set()
        await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    assert outbox.entries == []


async def test_the_relay_ends_in_time_even_where_its_work_does_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    outbox, sink = FakeOutbox(entry(1, 1)), FakeSink()
    sink.hold.clear()
    async with relaying(outbox, sink, drain_seconds=0.05) as task:
        await eventually(lambda: sink.seen)
        task.cancel()
        await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    assert outbox.entries == [entry(1, 1)]


async def test_the_time_of_an_entry_is_when_redis_took_it() -> None:
    assert entry(1, 123).notification().timestamp == "2025-11-24T18:00:00.123-03:00"
