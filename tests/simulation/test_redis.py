"""The simulated Redis answers as a real one does, whose clock is the simulation's."""

import random
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from cinema.lua_scripts import script_text
from cinema.streams import streams_in
from tests.simulation.redis import SimulatedRedis
from tests.state_machine.clocked_redis import ClockedRedis
from tests.support.infra import started

STEPS = 300
STREAMS = ("a", "b")
ME, OTHER = "me", "other"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ClockedRedis]:
    with started(lambda: ClockedRedis(tmp_path)) as redis:
        yield redis


async def _read(real: Any, positions: dict[str, str]) -> Any:
    return streams_in(await real.xread(positions, count=2))


Call = tuple[Callable[[], Awaitable[Any]], Callable[[], Any]]  # to the real one, the simulated


def _calls(real: Any, lease: Any, simulated: SimulatedRedis, pick: random.Random) -> list[Call]:
    stream = pick.choice(STREAMS)
    at = pick.choice([entry[0] for entry in simulated.xrange("a")] or ["0"])
    all_at = dict.fromkeys(STREAMS, at)
    asking, wanted = pick.choice((ME, OTHER)), pick.choice((0, 3_000))
    fields = {"field": "value"}
    return [
        (
            lambda: real.xadd(stream, fields, maxlen=5, approximate=False),
            lambda: simulated.xadd(stream, fields, keep=5),
        ),
        (lambda: real.xdel(stream, at), lambda: simulated.xdel(stream, at)),
        (
            lambda: real.xrange(stream, min=f"({at}", count=2),
            lambda: simulated.xrange(stream, at, 2),
        ),
        (lambda: real.xrange(stream), lambda: simulated.xrange(stream)),
        (lambda: real.xrevrange(stream, count=1), lambda: simulated.xrevrange(stream, 1)),
        (lambda: _read(real, all_at), lambda: dict(simulated.xread(all_at, 2))),
        (
            lambda: lease(["lease"], [asking, wanted]),
            lambda: simulated.take_lease("lease", asking, wanted),
        ),
    ]


async def test_each_command_has_the_same_answer(server: ClockedRedis) -> None:
    pick = random.Random(7)
    simulated = SimulatedRedis(lambda: server.now)
    async with Redis.from_url(server.url, decode_responses=True) as real:
        lease = real.register_script(script_text("lease"))
        for step in range(STEPS):
            if pick.random() < 0.3:
                server.now += pick.choice((1, 20, 2_000))
            to_real, to_simulated = pick.choice(_calls(real, lease, simulated, pick))
            assert to_simulated() == await to_real(), step
