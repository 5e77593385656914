"""What Redis keeps for a sold seat: MEMORY USAGE of every key but of those that are emptied once
the mail is sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis import Redis

from tests.bench import big_room
from tests.bench.buyers import counter, in_groups, sell
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.stage import box_office

SEATS = 1_200
SESSIONS = 20
PASSING = (":events", ":outbox", ":mails")  # what is read, relayed or sent goes away


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    sessions = big_room.numbered(SESSIONS)
    unused = iter(sessions)
    with box_office(big_room.programme(sessions)) as office:
        async with counter(office.booking.address) as at:
            redis = Redis.from_url(office.redis.url, decode_responses=True)
            seats = (await at.seats(sessions[0]))[: scale.of(SEATS)]

            async def one_round() -> Figures:
                empty = _kept(redis)
                await sell(at, in_groups(next(unused), seats, 1))
                singles = _kept(redis)
                await sell(at, in_groups(next(unused), seats, 2))
                pairs = _kept(redis)
                return {
                    "one": (singles - empty) / len(seats),
                    "two": (pairs - singles) / len(seats),
                }

            yield one_round


def _kept(redis: "Redis") -> int:
    keys = [key for key in redis.scan_iter(count=1_000) if not key.endswith(PASSING)]
    with redis.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.memory_usage(key, samples=0)
        return sum(filter(None, pipeline.execute()))


REDIS_BYTES = Row(
    "redis_bytes",
    "Redis for a sold seat",
    "`MEMORY USAGE` of every key before and after, but for the streams and schedules that are "
    "emptied once the mail is sent.",
    (
        Figure("one", "one seat a sale", 700, unit="bytes", guarded=True),
        Figure("two", "two seats a sale", 400, unit="bytes", guarded=True),
    ),
    _stage,
    rounds=1,
)
