"""The gateway's end of the streams of batches, over real gRPC.

The test decides how long a request takes.
"""

import asyncio
import logging
from typing import Any

import pytest

import cinema_pb2 as pb
from gateway import batch_stream
from gateway import batches as client_side
from gateway.booking_faults import BookingDown, Malformed
from gateway.seat_requests import Buyer
from tests.fakes.batches import FAULTY, SLOW, Server, running
from tests.fakes.booking import FakeBooking
from tests.fakes.messages import SESSION
from tests.support.batching import gateways_client, streams_of
from tests.support.waiting import eventually

ANA = Buyer(SESSION, "ana", "")


def buyer(name: str) -> Buyer:
    return Buyer(SESSION, name, "")


async def test_requests_within_a_turn_of_the_loop_are_one_message(
    fake_booking: FakeBooking,
) -> None:
    async with gateways_client(fake_booking.address) as client:
        await streams_of(client, 2)
        seats = [f"A{number:02d}" for number in range(1, 21)]
        asked = [client.hold(buyer(seat), [seat]) for seat in seats]
        answers = await asyncio.gather(*asked)
        assert [list(answer.assentos) for answer in answers] == [[seat] for seat in seats]
        assert [len(message.pedidos) for message in fake_booking.batches] == [20]


async def test_faults_are_the_same_as_those_of_a_call(server: Server) -> None:
    async with gateways_client(server.address) as client:
        await streams_of(client, 2)
        with pytest.raises(Malformed, match="no such buyer"):
            await client.hold(buyer(FAULTY), ["A01"])


async def test_a_cancelled_caller_gives_its_request_up(server: Server) -> None:
    async with gateways_client(server.address) as client:
        await streams_of(client, 2)
        asking = asyncio.create_task(client.hold(buyer(SLOW), ["A01"]))
        await eventually(lambda: server.under_way == 1)
        asking.cancel()
        await eventually(lambda: server.under_way == 0)


async def test_a_stream_that_misses_a_deadline_is_replaced(
    fake_booking: FakeBooking,
) -> None:
    async with gateways_client(fake_booking.address, deadline=0.3) as client:
        await streams_of(client, 2)
        before = set(client._batches._streams)
        fake_booking.answers.clear()
        with pytest.raises(BookingDown):
            await client.hold(ANA, ["A01"])
        await eventually(lambda: set(client._batches._streams) - before)


@pytest.mark.usefixtures("soon")
async def test_a_broken_stream_makes_outcomes_unknown_and_the_next_request_goes_elsewhere(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async with running() as other, gateways_client(server.address, other.address) as client:
        await streams_of(client, 2, servers=2)
        asking = [asyncio.create_task(client.hold(buyer(SLOW), ["A01"])) for _ in range(1)]
        await eventually(lambda: server.under_way + other.under_way == 1)
        hit, spared = (server, other) if server.under_way else (other, server)
        with caplog.at_level(logging.WARNING):
            await hit.stop()
            with pytest.raises(BookingDown):
                await asking[0]
        assert "the outcome of 1 requests is unknown" in caplog.text
        answers = await asyncio.gather(*(client.hold(ANA, ["A02"]) for _ in range(10)))
        assert all(answer.sucesso for answer in answers)
        assert len(spared.requests) >= 10


@pytest.mark.usefixtures("soon")
async def test_a_stop_of_booking_answers_every_request_under_way(server: Server) -> None:
    async with running() as other, gateways_client(server.address, other.address) as client:
        await streams_of(client, 2, servers=2)
        slow = [asyncio.create_task(client.hold(buyer(SLOW), ["A01"])) for _ in range(2)]
        await eventually(lambda: server.under_way + other.under_way == 2)
        draining = asyncio.create_task(server.drain(10))
        answers = await asyncio.gather(*(client.hold(ANA, ["A02"]) for _ in range(20)))
        assert all(answer.sucesso for answer in answers)
        server.go_on.set()
        other.go_on.set()
        assert all(answer.sucesso for answer in await asyncio.gather(*slow))
        await draining


async def test_renewing_streams_loses_no_request(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_side, "LIFETIME_SECONDS", 0.05)
    monkeypatch.setattr(client_side, "SHORT_LIFETIME_SECONDS", 0.05)
    async with gateways_client(server.address) as client:
        await streams_of(client, 2)
        first = set(client._batches._streams)
        while first & set(client._batches._streams):
            assert (await client.hold(ANA, ["A01"])).sucesso


async def test_an_older_booking_is_asked_call_by_call() -> None:
    old = FakeBooking()
    old.knows_batches = False
    await old.start()
    try:
        async with gateways_client(old.address) as client:
            assert (await client.hold(ANA, ["A01"])).sucesso
            assert not old.batches
            old.knows_batches = True
            await streams_of(client, 2)
            assert (await client.release(ANA, ["A01"])).sucesso
            assert len(old.batches) == 1
    finally:
        await old.stop()


async def test_requests_beyond_the_limit_are_refused_at_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_side, "MOST_WAITING", 2)
    async with gateways_client(server.address) as client:
        await streams_of(client, 2)
        slow = [asyncio.create_task(client.hold(buyer(SLOW), ["A01"])) for _ in range(2)]
        await eventually(lambda: server.under_way == 2)
        with pytest.raises(BookingDown):
            await client.hold(ANA, ["A02"])
        server.go_on.set()
        await asyncio.gather(*slow)
        assert (await client.hold(ANA, ["A02"])).sucesso


async def test_a_full_stream_sends_more_after_an_answer(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_stream, "MOST_UNDER_WAY", 2)
    async with gateways_client(server.address) as client:
        await streams_of(client, 2)
        slow = [asyncio.create_task(client.hold(buyer(SLOW), ["A01"])) for _ in range(10)]
        await eventually(lambda: server.under_way == 4)
        server.go_on.set()
        assert all(answer.sucesso for answer in await asyncio.gather(*slow))


async def test_a_full_stream_is_skipped(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_stream, "MOST_UNDER_WAY", 2)
    async with gateways_client(server.address) as client:
        await streams_of(client, 2)
        slow = [asyncio.create_task(client.hold(buyer(SLOW), ["A01"])) for _ in range(2)]
        await eventually(lambda: server.under_way == 2)
        for _ in range(3):
            assert (await client.hold(ANA, ["A02"])).sucesso
        server.go_on.set()
        assert all(answer.sucesso for answer in await asyncio.gather(*slow))


async def test_a_message_is_never_larger_than_booking_accepts(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_side, "LARGEST_MESSAGE", 400)
    sizes: list[int] = []
    make = batch_stream.BatchStream._message

    def measured(*arguments: Any) -> pb.LotePedidos:
        message = make(*arguments)
        sizes.append(message.ByteSize())
        return message

    monkeypatch.setattr(batch_stream.BatchStream, "_message", measured)
    async with gateways_client(server.address) as client:
        await streams_of(client, 2)
        asked = [client.hold(buyer("x" * 100), ["A01"]) for _ in range(20)]
        assert all(answer.sucesso for answer in await asyncio.gather(*asked))
    assert max(sizes) < 400 + 200
