"""What a fault run happens on: the whole system with Kafka, a proxy before Redis, small disks."""

import random
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from redis import Redis

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from deploy.ports import LOOPBACK
from tests.bench import big_room
from tests.bench.stage import ONE_ADDRESS, folder
from tests.crowd.load import free_seats
from tests.support.backends import KafkaBroker, RedisServer
from tests.support.kafka_cluster import KafkaCluster
from tests.support.losing_proxy import LosingProxy
from tests.support.mailbox import Mailbox
from tests.support.preloaded_clock import PreloadedClock
from tests.support.processes import LocalProcess
from tests.support.services import ALWAYS_CANCELLED
from tests.support.system import System

SESSIONS = big_room.numbered(60, "F")
# A mail that the server puts off is tried again soon; the checks of the ledger come often.
IMPATIENT = {"MAIL_RETRY_FIRST_SECONDS": "1", "MAIL_RETRY_LONGEST_SECONDS": "5"}
DISK_MB = 64


@dataclass
class Stage:
    """`sessions` gives one that nobody has used; `seen` counts what a cause itself observed."""

    folder: Path
    system: System
    proxy: LosingProxy
    rng: random.Random
    brokers: KafkaCluster | None = None
    clock: PreloadedClock | None = None
    sessions: Iterator[str] = field(default_factory=lambda: iter(SESSIONS))
    seen: int = 0
    overtaken: int = 0  # mails that were taken while others had to wait
    window: tuple[float, float] = (0, 0)  # of time.monotonic(): when only the fault was there

    @property
    def redis(self) -> RedisServer:
        return self.system.redis

    @property
    def kafka(self) -> KafkaBroker:
        """The only one, or the first."""
        assert self.system.kafka is not None
        return self.system.kafka

    @property
    def addresses(self) -> Sequence[str]:
        return [booking.address for booking in self.system.bookings]

    @property
    def parts(self) -> list[LocalProcess]:
        """All that may be killed."""
        return [*self.system.services, self.redis, self.kafka]

    def ask(self) -> Redis:
        """A connection to Redis beside the proxy; close it."""
        return Redis(LOOPBACK, self.redis.port, decode_responses=True)

    def error_count(self, kind: str) -> int:
        """How often this Redis has answered an error of this kind since it started."""
        with self.ask() as redis:
            found: Any = redis.info("errorstats").get(f"errorstat_{kind}", {})
        return int(found.get("count", 0))


@contextmanager
def staged(
    seed: int,
    clock: PreloadedClock | None = None,
    brokers: KafkaCluster | None = None,
    **more: str,
) -> Iterator[Stage]:
    """A new one, for one scenario or several after each other. `clock` is Redis'; `brokers` run
    already; `more` are settings of the services."""
    with ExitStack() as parts:
        place = parts.enter_context(folder())
        disks = [place / name for name in ("redis", "ledger")]
        for disk in disks:
            parts.enter_context(_small_disk(disk))
        redis = RedisServer(place / "redis")
        redis.env |= clock.env if clock else {}
        parts.enter_context(redis)
        proxy = parts.enter_context(LosingProxy(redis.port))
        kafka = brokers.brokers[0] if brokers else KafkaBroker(place / "kafka")
        parts.enter_context(kafka)
        file = place / "programacao.toml"
        file.write_text(big_room.programme(SESSIONS), encoding="utf-8")
        settings = ONE_ADDRESS | ALWAYS_CANCELLED | IMPATIENT
        settings |= {"REDIS_URL": proxy.url, "PROGRAMME_FILE": str(file)}
        settings |= {"LEDGER_FILE": str(place / "ledger" / "reservas_confirmadas.json")}
        if brokers:
            settings |= {"KAFKA_BOOTSTRAP_SERVERS": brokers.bootstrap}
        mailbox = parts.enter_context(Mailbox())
        settings |= more
        system = parts.enter_context(System(place, redis, kafka, mailbox, pairs=2, **settings))
        yield Stage(place, system, proxy, random.Random(seed), brokers, clock)


@contextmanager
def _small_disk(place: Path) -> Iterator[None]:
    """A folder that is a file system of its own, where this process may mount one."""
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)]
    mounted = subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(place)], check=False)


def seats_of(stage: Stage, session: str) -> list[str]:
    """All seats of the session, in random order."""
    with grpc.insecure_channel(stage.addresses[0], [("grpc.enable_http_proxy", 0)]) as channel:
        seat_map = ReservaStub(channel).ObterMapa(pb.SessaoRequest(sessao_id=session), timeout=10)
    return stage.rng.sample(found := free_seats(seat_map), len(found))
