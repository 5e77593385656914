"""A watcher or a reader that falls behind gets a new snapshot, and misses nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis

import cinema_pb2 as pb
from booking.feed import FeedLost, SeatFeed
from booking.mail_limits import MailLimitRules
from booking.newest_events import NewestEvents
from booking.policy import Policy
from booking.programme.file import ProgrammeFile
from booking.retention import RetentionRules
from booking.servicer import BookingServicer
from booking.stores import Stores
from booking.sweeper import Sweeper
from cinema.keys import EVENTS_KEPT, session_keys
from cinema.redis_connection import connect_blocking
from cinema.retry import Backoff
from cinema.settings import RedisSettings
from tests.support.booking_desk import new_session, programme
from tests.support.hall import RULES, Hall, patient_client
from tests.support.waiting import eventually

MORE_THAN_A_WATCHER_KEEPS = 1_200
MORE_THAN_REDIS_KEEPS = 1_500
POLICY = Policy(
    holds=RULES,
    mails=MailLimitRules(0, 0, 0, 0),
    retention=RetentionRules(0, 0, 0),
    cancel_until_ms=0,
    watchers_max=10,
    patience=2,
    person_secret=b"secret",
)


@dataclass
class Bench:
    """The servicer without a server: the test itself reads too slowly."""

    hall: Hall
    feed: SeatFeed
    servicer: BookingServicer
    read: NewestEvents  # by the feed
    url: str

    def watch(self, session: str) -> AsyncIterator[pb.EventoSessao]:
        context: Any = SimpleNamespace(peer=lambda: "a gateway")  # watching asks nothing else of it
        return self.servicer.AcompanharSessao(pb.SessaoRequest(sessao_id=session), context)

    async def has_read_everything(self) -> bool:
        """Whether the feed has passed every event on, also to watchers that do not read."""
        stream = self.hall.keys.partition.events
        ((last, _),) = await self.hall.redis.xrevrange(stream, count=1)
        return bool(self.read.get(stream) == last)


@pytest.fixture
async def bench(redis_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    path, session = tmp_path / "programacao.toml", new_session()
    path.write_text(programme([session]))
    blocking = connect_blocking(RedisSettings(redis_url=redis_url))
    async with patient_client(redis_url) as client, blocking:
        hall = Hall(client, session=session)
        read = NewestEvents()
        feed = SeatFeed(blocking, cluster=False, patience=2, newest=read)
        sweeper = Sweeper(client, hall.seats)
        on_sale = ProgrammeFile(path)
        stores = Stores.over(client, hall.seats, on_sale, POLICY)
        servicer = BookingServicer(stores, feed, sweeper, on_sale, POLICY)
        reading = asyncio.create_task(feed.run(Backoff()))
        await feed.wait_until_open()
        yield Bench(hall, feed, servicer, read, redis_url)
        reading.cancel()
        await asyncio.wait([reading])


async def test_a_watcher_who_is_too_slow_gets_a_new_snapshot_and_then_every_change(
    bench: Bench,
) -> None:
    async def fidget(seat: str) -> None:
        for _ in range(MORE_THAN_A_WATCHER_KEEPS // 20):
            await buyer.hold(seat)
            await buyer.release(seat)

    buyer = bench.hall.with_rules(most_seats=20).buyer()
    stream = bench.watch(bench.hall.session)
    assert (await anext(stream)).instantaneo.versao == 0
    await asyncio.gather(*(fidget(f"B{number:02d}") for number in range(1, 11)))
    await buyer.hold("A06")
    await eventually(bench.has_read_everything)
    events = [await anext(stream)]
    while not events[-1].HasField("instantaneo"):
        events.append(await anext(stream))
    assert len(events) <= 2  # one change may have been on its way already
    assert events[-1].instantaneo.versao == MORE_THAN_A_WATCHER_KEEPS + 1
    assert [seat.assento for seat in events[-1].instantaneo.assentos] == ["A06"]
    await buyer.release("A06")
    assert (await anext(stream)).atualizacao.versao == MORE_THAN_A_WATCHER_KEEPS + 2


async def test_a_reader_who_missed_what_redis_dropped_gives_everybody_there_a_new_snapshot(
    bench: Bench,
) -> None:
    """The last change of a quiet session is dropped unread: no later version would show the gap."""
    stream = bench.watch(bench.hall.session)
    assert (await anext(stream)).instantaneo.versao == 0
    hold_unseen(bench.url, bench.hall.session)
    event = await asyncio.wait_for(anext(stream), 5)
    assert event.HasField("instantaneo")
    assert [seat.assento for seat in event.instantaneo.assentos] == ["A05"]


def hold_unseen(url: str, quiet: str) -> None:
    """A change, and then more events than Redis keeps, while the test's loop, and so the reader, is
    blocked."""
    keys = session_keys(quiet)
    hold = '{"buyer": "ana", "token": "t", "tag": "x", "since": 1, "deadline": 9007199254740991}'
    with redis.Redis.from_url(url) as client:
        pipeline = client.pipeline(transaction=True)
        pipeline.hset(keys.holds, "A05", hold).incr(keys.version)
        change = '[{"seat": "A05", "state": "held", "deadline": 9007199254740991, "tag": "x"}]'
        pipeline.xadd(keys.partition.events, {"session": quiet, "version": 1, "changes": change})
        for version in range(1, MORE_THAN_REDIS_KEEPS + 1):
            event = {"session": "another", "version": version, "changes": "[]"}
            pipeline.xadd(keys.partition.events, event, maxlen=EVENTS_KEPT)
        pipeline.execute()


async def test_what_is_left_of_a_hold_is_right_also_after_redis_clock_was_set_back(
    bench: Bench,
) -> None:
    """Entry ids do not go back: this hold's id is an hour ahead."""
    stream = bench.watch(bench.hall.session)
    await anext(stream)
    ahead = await bench.hall.clock() + 3_600_000
    events, event = bench.hall.keys.partition.events, {"session": "another", "changes": "[]"}
    try:
        await bench.hall.redis.xadd(events, event, id=f"{ahead}-0")
        await bench.hall.buyer().hold("A05")
        (change,) = (await anext(stream)).atualizacao.mudancas
    finally:
        await bench.hall.redis.delete(events)
    assert 299_000 < change.restante_ms <= 300_000


async def test_the_wait_for_a_feed_that_does_not_open_ends(bench: Bench) -> None:
    closed = SeatFeed(bench.hall.redis, cluster=False, patience=0.05)
    with pytest.raises(FeedLost):
        await closed.wait_until_open()


async def test_a_feed_that_closes_ends_every_watch_however_full(bench: Bench) -> None:
    stream = bench.watch(bench.hall.session)
    await anext(stream)
    bench.feed.close()
    with pytest.raises(FeedLost):
        await anext(stream)
    assert bench.feed.watchers == 0
