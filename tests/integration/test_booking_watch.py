"""Watching a session: a snapshot, then every change, with no gap, at whichever server one asks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from tests.support.booking_desk import Desk, desk_settings, open_desk
from tests.support.hall import Hall, patient_client
from tests.support.services import Booking
from tests.support.waiting import eventually
from tests.support.watching import watching

MOST_WATCHERS = 12


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("watched")
        yield open_desk(stack, folder, WATCHERS_MAX=str(MOST_WATCHERS))


@pytest.fixture
async def hall_of(watched: Desk) -> AsyncIterator[Hall]:
    """A session of the watched desk, changed from beside it: as fast as Redis can."""
    async with patient_client(watched.redis_server.url) as redis:
        yield Hall(redis, session=watched.new_session())


async def change(hall: Hall, times: int) -> None:
    """Ten buyers who take a seat and give it back, again and again: 2 changes each time."""

    async def fidget(number: int) -> None:
        buyer, seat = hall.buyer(), f"B{number:02d}"
        for _ in range(times // 20):
            await buyer.hold(seat)
            await buyer.release(seat)

    await asyncio.gather(*(fidget(number) for number in range(1, 11)))


async def test_the_first_event_is_a_snapshot_of_what_is_not_free(
    watched: Desk, hall_of: Hall
) -> None:
    ana = hall_of.buyer()
    await ana.hold("A05", "A06")
    await ana.confirm("A06")
    async with watching(watched.booking.address, hall_of.session) as watcher:
        assert watcher.version == 2
        assert watcher.seats == {"A05": "BLOQUEADO_TEMP", "A06": "RESERVADO"}


async def test_every_kind_of_change_reaches_the_watcher(watched: Desk, hall_of: Hall) -> None:
    ana = hall_of.buyer()
    async with watching(watched.booking.address, hall_of.session) as watcher:
        await ana.hold("A05", "A06")
        await watcher.wait_for_seats({"A05": "BLOQUEADO_TEMP", "A06": "BLOQUEADO_TEMP"})
        await ana.extend("A05")
        await ana.release("A06")
        order = (await ana.confirm("A05")).order_id
        await watcher.wait_for_seats({"A05": "RESERVADO"})
        await ana.cancel(order, "A05")
        await watcher.wait_for_version(5)
        assert watcher.seats == {}
        assert watcher.reasons == ["liberado", "cancelado"]
        assert watcher.snapshots == 1


async def test_a_change_carries_the_time_left_and_no_buyer(watched: Desk, hall_of: Hall) -> None:
    async with grpc.aio.insecure_channel(watched.booking.address) as channel:
        stream = ReservaStub(channel).AcompanharSessao(pb.SessaoRequest(sessao_id=hall_of.session))
        await stream.read()
        ana = hall_of.buyer()
        await ana.hold("A05")
        event = await stream.read()
        stream.cancel()
    assert isinstance(event, pb.EventoSessao)
    (change,) = event.atualizacao.mudancas
    assert 299_000 < change.restante_ms <= 300_000
    assert ana.name not in str(event)


async def test_a_watcher_that_comes_during_500_changes_misses_none(
    watched: Desk, hall_of: Hall
) -> None:
    async def come_and_come_again(from_version: int) -> None:
        async def it_is_time() -> bool:
            return (await hall_of.seats.snapshot(hall_of.session)).version >= from_version

        await eventually(it_is_time, 20)
        async with watching(watched.booking.address, hall_of.session) as first:
            await first.wait_for_version(from_version + 20)
        async with watching(watched.booking.address, hall_of.session) as second:
            await second.wait_for_version(500, 20)
            assert second.seats == {}
            assert (first.snapshots, second.snapshots) == (1, 1)

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(come_and_come_again(number * 45))
        group.create_task(change(hall_of, 500))


async def test_scripts_and_events_may_vanish_from_redis_meanwhile(
    watched: Desk, hall_of: Hall
) -> None:
    events = hall_of.keys.partition.events
    async with watching(watched.booking.address, hall_of.session) as watcher:
        changing = asyncio.create_task(change(hall_of, 400))
        await watcher.wait_for_version(50)
        await hall_of.redis.script_flush()
        # Without its newest event a dataset counts as an older copy, and booking pauses sales.
        await hall_of.redis.xtrim(events, maxlen=1, approximate=False)
        await changing
        await watcher.wait_for_version(400)
        assert watcher.seats == {}


async def test_watchers_of_two_booking_servers_see_each_others_changes(
    watched: Desk, tmp_path: Path
) -> None:
    settings = desk_settings(watched.folder, watched.redis_server)
    session = watched.new_session()
    with Booking(tmp_path, settings) as other:
        async with (
            watching(watched.booking.address, session) as here,
            watching(other.address, session) as there,
            grpc.aio.insecure_channel(other.address) as channel,
        ):
            watched.customer(session).hold("A05")
            seat = pb.AssentoID(sessao_id=session, assento_num="A06")
            request = pb.ReservaRequest(assento=seat, usuario_id="ana")
            await ReservaStub(channel).ReservarAssento(request)
            both = {"A05": "BLOQUEADO_TEMP", "A06": "BLOQUEADO_TEMP"}
            await here.wait_for_seats(both)
            await there.wait_for_seats(both)


async def test_a_server_limits_its_watchers_and_does_not_count_those_that_left(
    watched: Desk, hall_of: Hall
) -> None:
    full = grpc.StatusCode.RESOURCE_EXHAUSTED
    async with grpc.aio.insecure_channel(watched.booking.address) as channel:
        stub = ReservaStub(channel)

        async def one_too_many_is_refused() -> bool:
            streams = [
                stub.AcompanharSessao(pb.SessaoRequest(sessao_id=hall_of.session))
                for _ in range(MOST_WATCHERS + 1)
            ]
            firsts = await asyncio.gather(*(one.read() for one in streams), return_exceptions=True)
            for stream in streams:
                stream.cancel()
            refusals = [one for one in firsts if isinstance(one, grpc.aio.AioRpcError)]
            assert {refusal.code() for refusal in refusals} == {full}
            return len(refusals) == 1

        for _ in range(5):
            # Who left a moment ago may still have to be noticed.
            await eventually(one_too_many_is_refused)


async def test_a_caller_that_watches_all_it_may_keeps_no_other_from_watching(
    watched: Desk, hall_of: Hall
) -> None:
    async with grpc.aio.insecure_channel(
        watched.booking.address, options=[("grpc.use_local_subchannel_pool", 1)]
    ) as channel:
        greedy = [
            ReservaStub(channel).AcompanharSessao(pb.SessaoRequest(sessao_id=hall_of.session))
            for _ in range(MOST_WATCHERS)
        ]
        await asyncio.gather(*(stream.read() for stream in greedy))
        async with watching(watched.booking.address, hall_of.session) as gateway:
            assert gateway.version == 0
        for stream in greedy:
            stream.cancel()
