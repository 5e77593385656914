"""How many acknowledged sales are lost when a replica takes over, in a cluster or with Sentinel:
measured, with and without waiting for replicas.

The master's replica is cut off for a while and the master is then killed: the replica takes over
without the sales of that time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
from redis import Redis

import cinema_pb2 as pb
from cinema.booking_channel import open_channel
from cinema.keys import session_keys
from cinema.settings import BookingClientSettings
from cinema_pb2_grpc import ReservaStub
from deploy.ports import LOOPBACK
from tests.bench import big_room
from tests.bench.stage import ONE_ADDRESS, folder
from tests.faults.figures import Figures
from tests.faults.load import Answers, Load
from tests.histories.recording import NOWHERE
from tests.support.processes import LocalProcess
from tests.support.redis_cluster import MASTERS, SLOTS, LocalCluster
from tests.support.redis_sentinel import LocalSentinel
from tests.support.redis_servers import redis_servers, using
from tests.support.services import Booking
from tests.support.waiting import eventually

SESSION = "S001"
A_SECOND = 10
CUT_OFF_SECONDS = 3
FAILOVER_SECONDS = 40
SALES_AROUND = 15
OLD, NEW = "Redis 7.0", "Valkey"


@dataclass(frozen=True)
class Pair:
    """Who has the session's keys, and how one knows that the replica took over."""

    booking: Booking
    master: LocalProcess
    replica_port: int
    has_taken_over: Callable[[], bool]


@dataclass(frozen=True)
class FailOver:
    """`promised`: no acknowledged sale may be lost."""

    name: str
    title: str
    ground: Callable[[], AbstractContextManager[Pair]]
    cut_off: float  # seconds
    promised: bool


@contextmanager
def cluster(server: str, settings: dict[str, str | int] | None = None) -> Iterator[Pair]:
    """`server` is the beginning of its name and version; `settings` are each node's."""
    path = next(path for name, path in redis_servers().items() if name.startswith(server))
    with ExitStack() as parts:
        place = parts.enter_context(folder())
        parts.enter_context(using(path))
        nodes = parts.enter_context(LocalCluster(place / "cluster"))
        nodes.start()
        for node in nodes.nodes:
            with Redis(LOOPBACK, node.port) as redis:
                for name, value in (settings or {}).items():
                    redis.config_set(name, value)
        booking = _booking(parts, place, REDIS_URL=nodes.urls[0], REDIS_CLUSTER="true")
        slot = int(nodes.nodes[0].cluster("KEYSLOT", session_keys(SESSION).version))
        number = max(n for n in range(MASTERS) if SLOTS * n // MASTERS <= slot)
        replica = nodes.nodes[number + MASTERS]
        yield Pair(booking, nodes.nodes[number], replica.port, lambda: replica.is_master)


@contextmanager
def sentinel() -> Iterator[Pair]:
    """A master and two replicas whose disks can be waited for, and three Sentinels."""
    with ExitStack() as parts:
        place = parts.enter_context(folder())
        servers = parts.enter_context(LocalSentinel(place / "sentinel"))
        servers.start()
        booking = _booking(parts, place, REDIS_URL=servers.url)
        master = servers.master
        yield Pair(
            booking, master, servers.replicas[0].port, lambda: servers.master_port != master.port
        )


def _booking(parts: ExitStack, place: Path, **settings: str) -> Booking:
    file = place / "programacao.toml"
    file.write_text(big_room.programme([SESSION]), encoding="utf-8")
    settings |= ONE_ADDRESS | {"PROGRAMME_FILE": str(file), "LOG_LEVEL": "INFO"}
    return parts.enter_context(Booking(place, settings))


WAITS_FOR_A_REPLICA: dict[str, str | int] = {"min-replicas-to-write": 1, "min-replicas-max-lag": 1}
FAILOVERS = [
    FailOver(
        "cluster-async", "Cluster, no waiting: replica cut off 3 s", partial(cluster, OLD), 3, False
    ),
    FailOver(
        "cluster-min-replicas",
        "Cluster, min-replicas-to-write 1, max-lag 1: replica cut off 3 s",
        partial(cluster, OLD, WAITS_FOR_A_REPLICA),
        3,
        False,
    ),
    FailOver(
        "cluster-waitaof-kill",
        "Cluster with WAITAOF: master killed",
        partial(cluster, NEW),
        0,
        True,
    ),
    FailOver(
        "cluster-waitaof",
        "Cluster with WAITAOF: replica cut off 3 s",
        partial(cluster, NEW),
        3,
        False,
    ),
    FailOver(
        "cluster-waitaof-min",
        "Cluster with WAITAOF and min-replicas-to-write 1: replica cut off 3 s",
        partial(cluster, NEW, WAITS_FOR_A_REPLICA),
        3,
        False,
    ),
    FailOver("sentinel", "Sentinel with WAITAOF: master killed", sentinel, 0, True),
]


async def fail_over(this: FailOver) -> Figures:
    with this.ground() as pair:
        async with _selling(pair) as load, load.running(A_SECOND) as answers:
            await _sells(answers)
            begin = time.monotonic()
            await _cut_off_and_kill(pair, this.cut_off)
            end = time.monotonic()
            problems = await _resumes(answers, end)
        missing = await _lost(pair, answers)
    if this.promised and missing:
        problems.append(f"{missing} acknowledged orders are lost")
    if not answers.unknown:
        problems.append("not reached: no call was under way")
    first = answers.first_sale_after(end)
    return Figures(
        name=this.name,
        title=this.title,
        acknowledged=len(answers.sales),
        lost=missing,
        doubled=0,
        reached=f"a replica is master, {answers.unknown} calls whose outcome was unknown",
        seconds=time.monotonic() - begin,
        offered=answers.offered,
        served=answers.served,
        a_second=A_SECOND,
        pause=answers.longest_pause(begin, time.monotonic()),
        recovery=first - end if first else None,
        problems=problems,
    )


@asynccontextmanager
async def _selling(pair: Pair) -> AsyncIterator[Load]:
    seats = [f"{row}{number:02d}" for row in "EFGHIJKLMNOP" for number in range(1, 57)]
    yield Load([pair.booking.address], SESSION, iter(seats), NOWHERE)


async def _sells(answers: Answers) -> None:
    wanted = len(answers.sales) + SALES_AROUND
    await eventually(lambda: len(answers.sales) >= wanted, FAILOVER_SECONDS, "more sales")


async def _cut_off_and_kill(pair: Pair, cut_off: float) -> None:
    if cut_off:
        with Redis(LOOPBACK, pair.replica_port) as redis:
            # The replica's next connection to its master is refused: a password that none has.
            redis.config_set("masterauth", "wrong")
            redis.execute_command("CLIENT", "KILL", "TYPE", "master")
        await asyncio.sleep(cut_off)
    await asyncio.to_thread(pair.master.kill)
    await eventually(pair.has_taken_over, FAILOVER_SECONDS, "a takeover")
    await asyncio.to_thread(pair.master.start)  # as its replica


async def _resumes(answers: Answers, end: float) -> list[str]:
    try:
        await eventually(lambda: answers.first_sale_after(end), FAILOVER_SECONDS)
        await _sells(answers)
    except TimeoutError:
        return [f"sales did not resume within {FAILOVER_SECONDS} s"]
    return []


async def _lost(pair: Pair, answers: Answers) -> int:
    """Acknowledged orders that booking does not know."""
    async with open_channel(BookingClientSettings(booking_address=pair.booking.address)) as channel:
        stub = ReservaStub(channel)
        return sum([not await _is_known(stub, order) for order in answers.sales])


async def _is_known(stub: Any, order: str) -> bool:
    """Booking may still be looking for the new master."""
    until = time.monotonic() + FAILOVER_SECONDS
    while True:
        try:
            await stub.ObterPedido(pb.PedidoRequest(pedido_id=order), timeout=10)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return False
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.2)
        else:
            return True
