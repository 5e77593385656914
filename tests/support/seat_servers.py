"""The servers that the contract of the seats' state is tested on, and how many tests each passed.

A test that asks for `seat_server` runs on each of them: by day on one server, by night on all.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from cinema.redis_connection import RedisClient, disconnect
from tests.support.backends import BackendMissing, RedisServer
from tests.support.hall import Hall, patient_client
from tests.support.infra import unavailable
from tests.support.redis_cluster import LocalCluster
from tests.support.redis_replica import Replica
from tests.support.redis_sentinel import LocalSentinel
from tests.support.redis_servers import redis_servers, waiting_server

BY_DAY = "Redis 7.0"


@dataclass(frozen=True)
class SeatServer:
    """`replicas`: how many must have a sale on disk before it is acknowledged."""

    url: str
    cluster: bool = False
    replicas: int = 0

    @asynccontextmanager
    async def client(self) -> AsyncIterator[RedisClient]:
        redis = patient_client(self.url, cluster=self.cluster)
        try:
            yield redis
        finally:
            await disconnect(redis)

    @asynccontextmanager
    async def hall(self) -> AsyncIterator[Hall]:
        """A session of the test's own. Nothing sweeps there by itself."""
        async with self.client() as redis:
            yield Hall(redis, replicas=self.replicas)


def _single(version: str) -> Callable[[ExitStack, Path], SeatServer]:
    def start(stack: ExitStack, folder: Path) -> SeatServer:
        found = next((path for name, path in redis_servers().items() if version in name), None)
        if found is None:
            raise BackendMissing(f"no {version}")
        return SeatServer(stack.enter_context(RedisServer(folder, server=found)).url)

    return start


def _with_replica(stack: ExitStack, folder: Path) -> SeatServer:
    found = waiting_server()
    if found is None:
        raise BackendMissing("no server that has WAITAOF")
    master = stack.enter_context(RedisServer(folder / "master", server=found))
    with redis.Redis.from_url(master.url) as connection:
        connection.config_set("repl-diskless-sync-delay", 0)
    stack.enter_context(Replica(folder / "replica", master.port, found)).wait_until_durable()
    return SeatServer(master.url, replicas=1)


def _cluster(stack: ExitStack, folder: Path) -> SeatServer:
    cluster = stack.enter_context(LocalCluster(folder))
    cluster.start()
    return SeatServer(cluster.urls[0], cluster=True)


def _sentinel(stack: ExitStack, folder: Path) -> SeatServer:
    sentinel = stack.enter_context(LocalSentinel(folder))
    sentinel.start()
    return SeatServer(sentinel.url, replicas=1 if waiting_server() else 0)


STARTS: dict[str, Callable[[ExitStack, Path], SeatServer]] = {
    "Redis 6.2": _single("Redis 6.2"),
    BY_DAY: _single(BY_DAY),
    "Valkey with a replica": _with_replica,
    "Redis Cluster 3+3": _cluster,
    "Sentinel 1+2": _sentinel,
}


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=[] if name == BY_DAY else pytest.mark.nightly, id=name)
        for name in STARTS
    ],
)
def seat_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SeatServer]:
    """By day the server that the whole run shares, whichever it is."""
    if request.param == BY_DAY and BY_DAY not in " ".join(redis_servers()):
        yield SeatServer(request.getfixturevalue("redis_url"))
        return
    with ExitStack() as stack:
        try:
            server = STARTS[request.param](stack, tmp_path_factory.mktemp("seat-server"))
        except BackendMissing as missing:
            unavailable(missing)
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many tests of the contract each server has passed: the same number on each."""
    passed: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        name = next((name for name in STARTS if f"[{name}" in report.nodeid), None)
        if name and "tests/contract/" in report.nodeid:
            passed[name] += 1
    for name, number in passed.items():
        terminalreporter.write_line(f"contract of the seats' state on {name}: {number} passed")
