"""What an open map takes of the gateway's memory, beside a WebSocket of bare uvicorn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

from tests.bench import big_room, yardsticks
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.sockets import pages
from tests.bench.stage import ONE_ADDRESS, box_office, folder
from tests.support.processes import LocalProcess

BROWSERS = 1_000  # always: fewer fit into what the process has taken for its start
FIRST = 50  # opened before, so that what all of them share is there


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    with box_office(big_room.programme(), **ONE_ADDRESS) as office:

        async def one_round() -> Figures:
            # New ones in each round: a process keeps the memory that it once had.
            with office.gateway() as gateway, folder() as place:
                ours = await _kib_each(gateway.url, gateway)
                with yardsticks.bare_websocket(place) as server:
                    bare = await _kib_each(server.url, server)
            return {"kib": ours, "bare_kib": bare, "of_bare": ours / bare}

        yield one_round


async def _kib_each(url: str, process: LocalProcess) -> float:
    async with pages(url, big_room.SESSION, FIRST):
        before = _memory(process)
        async with pages(url, big_room.SESSION, BROWSERS):
            return (_memory(process) - before) / BROWSERS / 1_024


def _memory(process: LocalProcess) -> int:
    return int(psutil.Process(process.pid).memory_full_info().uss)


BROWSER = Row(
    "browser",
    "Memory of an open map, of 1,000",
    "The process's own memory (USS), before and after the maps are opened. Beside it a "
    "WebSocket of "
    "uvicorn alone on uvloop (`bare_websocket.py`).",
    (
        Figure("kib", "of the gateway's memory", 33, unit="KiB"),
        Figure("bare_kib", "of bare uvicorn's", unit="KiB"),
        Figure("of_bare", "in bare ones", guarded=True),
    ),
    _stage,
    rounds=3,
)
