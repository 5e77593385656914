"""What the services are measured beside, each a process of its own: the parts' own limits, and
the naive design."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy import ROOT
from deploy.ports import LOOPBACK, answers
from tests.bench.buyers import Counter, Order, counter
from tests.bench.meter import cost_of
from tests.bench.stage import folder
from tests.support.ports import free_port
from tests.support.processes import LocalProcess

ECHOES_IN_FLIGHT = 64


class Yardstick(LocalProcess):
    """A module of this package that serves a port."""

    def __init__(self, module: str, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        super().__init__(
            module,
            [sys.executable, "-m", f"tests.bench.{module}", str(self.port), *arguments],
            log=folder / f"{module}-{self.port}.log",
            ready=lambda: answers(self.port),
            env=dict(os.environ),
            cwd=ROOT,
        )

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"


def echo(folder: Path) -> Yardstick:
    return Yardstick("echo", folder)


def naive_booking(folder: Path, redis_url: str) -> Yardstick:
    return Yardstick("baseline_booking", folder, redis_url)


def naive_gateway(folder: Path, booking: Yardstick) -> Yardstick:
    return Yardstick("baseline_gateway", folder, booking.address)


def bare_websocket(folder: Path) -> Yardstick:
    return Yardstick("bare_websocket", folder)


class Echoes:
    """A bare echo to measure beside: a slow moment of the machine is slow for it, too."""

    def __init__(self, counter: Counter, process: Yardstick) -> None:
        self._counter = counter
        self._process = process

    async def cpu(self, count: int) -> float:
        """Microseconds of its CPU an echo."""
        orders = [Order.of("S001", ["A01"])] * count
        cost = await cost_of(self._counter.holds(orders), ECHOES_IN_FLIGHT, {"echo": self._process})
        return cost.cpu["echo"]


@asynccontextmanager
async def echoing() -> AsyncIterator[Echoes]:
    with folder() as place, echo(place) as process:
        async with counter(process.address) as at:
            echoes = Echoes(at, process)
            await echoes.cpu(ECHOES_IN_FLIGHT)
            yield echoes


def ready_frames(folder: Path) -> Yardstick:
    return Yardstick("ready_frames", folder)
