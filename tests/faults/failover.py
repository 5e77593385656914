"""How many acknowledged sales a cluster loses when a replica takes over: measured, with and without
waiting for replicas.

The master's replica is cut off for a while and the master is then killed: the replica takes over
without the sales of that time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

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
from tests.support.redis_cluster import MASTERS, SLOTS, ClusterNode, LocalCluster
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
class FailOver:
    """`promised`: no acknowledged sale may be lost."""

    name: str
    title: str
    server: str  # the beginning of its name and version
    settings: dict[str, str | int]
    cut_off: float
    promised: bool


FAILOVERS = [
    FailOver("cluster-async", "Cluster, no waiting: replica cut off 3 s", OLD, {}, 3, False),
    FailOver(
        "cluster-min-replicas",
        "Cluster, min-replicas-to-write 1, max-lag 1: replica cut off 3 s",
        OLD,
        {"min-replicas-to-write": 1, "min-replicas-max-lag": 1},
        3,
        False,
    ),
    FailOver("cluster-waitaof-kill", "Cluster with WAITAOF: master killed", NEW, {}, 0, True),
    FailOver("cluster-waitaof", "Cluster with WAITAOF: replica cut off 3 s", NEW, {}, 3, False),
    FailOver(
        "cluster-waitaof-min",
        "Cluster with WAITAOF and min-replicas-to-write 1: replica cut off 3 s",
        NEW,
        {"min-replicas-to-write": 1, "min-replicas-max-lag": 1},
        3,
        False,
    ),
]


@dataclass(frozen=True)
class Pair:
    """Who has the session's keys."""

    cluster: LocalCluster
    booking: Booking
    master: ClusterNode
    replica: ClusterNode


async def fail_over(this: FailOver) -> Figures:
    with _clustered(this) as pair:
        async with _selling(pair) as load, load.running(A_SECOND) as answers:
            await _sells(answers)
            begin = time.monotonic()
            await _cut_off_and_kill(pair, this.cut_off)
            end = time.monotonic()
            problems = await _resumes(answers, end)
        missing = await _lost(pair, answers)
    if this.promised and missing:
        problems.append(f"{missing} acknowledged orders are lost")
    first = answers.first_sale_after(end)
    return Figures(
        name=this.name,
        title=this.title,
        acknowledged=len(answers.sales),
        lost=missing,
        doubled=0,
        reached="the replica is master, by CLUSTER NODES",
        seconds=time.monotonic() - begin,
        offered=answers.offered,
        served=answers.served,
        a_second=A_SECOND,
        pause=answers.longest_pause(begin, time.monotonic()),
        recovery=first - end if first else None,
        problems=problems,
    )


@contextmanager
def _clustered(this: FailOver) -> Iterator[Pair]:
    server = next(path for name, path in redis_servers().items() if name.startswith(this.server))
    with ExitStack() as parts:
        place = parts.enter_context(folder())
        parts.enter_context(using(server))
        cluster = parts.enter_context(LocalCluster(place / "cluster"))
        cluster.start()
        for node in cluster.nodes:
            with Redis(LOOPBACK, node.port) as redis:
                for name, value in this.settings.items():
                    redis.config_set(name, value)
        file = place / "programacao.toml"
        file.write_text(big_room.programme([SESSION]), encoding="utf-8")
        settings = ONE_ADDRESS | {"REDIS_URL": cluster.urls[0], "REDIS_CLUSTER": "true"}
        settings |= {"PROGRAMME_FILE": str(file), "LOG_LEVEL": "INFO"}
        booking = parts.enter_context(Booking(place, settings))
        slot = int(cluster.nodes[0].cluster("KEYSLOT", session_keys(SESSION).version))
        number = max(n for n in range(MASTERS) if SLOTS * n // MASTERS <= slot)
        yield Pair(cluster, booking, cluster.nodes[number], cluster.nodes[number + MASTERS])


@asynccontextmanager
async def _selling(pair: Pair) -> AsyncIterator[Load]:
    seats = [f"{row}{number:02d}" for row in "EFGHIJKLMNOP" for number in range(1, 57)]
    yield Load([pair.booking.address], SESSION, iter(seats), NOWHERE)


async def _sells(answers: Answers) -> None:
    wanted = len(answers.sales) + SALES_AROUND
    await eventually(lambda: len(answers.sales) >= wanted, FAILOVER_SECONDS, "more sales")


async def _cut_off_and_kill(pair: Pair, cut_off: float) -> None:
    if cut_off:
        with Redis(LOOPBACK, pair.replica.port) as redis:
            # The replica's next connection to its master is refused: a password that none has.
            redis.config_set("masterauth", "wrong")
            redis.execute_command("CLIENT", "KILL", "TYPE", "master")
        await asyncio.sleep(cut_off)
    await asyncio.to_thread(pair.master.kill)
    await eventually(lambda: pair.replica.is_master, FAILOVER_SECONDS, "a takeover")
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
    missing = 0
    async with open_channel(BookingClientSettings(booking_address=pair.booking.address)) as channel:
        stub = ReservaStub(channel)
        for order in answers.sales:
            try:
                await stub.ObterPedido(pb.PedidoRequest(pedido_id=order), timeout=10)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.NOT_FOUND:
                    raise
                missing += 1
    return missing
