"""The whole system as `make run` has it: every service a real process, on ports and data of its
own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import pytest

from tests.support.backends import KafkaBroker, RedisServer
from tests.support.infra import started
from tests.support.mailbox import Mailbox
from tests.support.ports import free_port
from tests.support.processes import LocalProcess
from tests.support.services import ALWAYS_CANCELLED, Booking, Gateway, consumer, listener, producer
from verify.__main__ import findings_of
from verify.findings import Findings
from verify.settings import VerifySettings

HOLD_SECONDS = 300


class System:
    """Booking servers, a gateway for each, listener, producer and consumer; started on entry, gone
    on exit.

    The second gateway asks the second booking server, so whatever both show went through Redis.
    """

    def __init__(
        self,
        folder: Path,
        redis: RedisServer,
        kafka: KafkaBroker | None,
        mailbox: Mailbox,
        *,
        pairs: int = 2,
        **settings: str,
    ) -> None:
        self.folder = folder
        self.redis = redis
        self.kafka = kafka
        self.mailbox = mailbox
        self._settings = {
            "REDIS_URL": redis.url,
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap if kafka else "",
            "SMTP_HOST": mailbox.host,
            "SMTP_PORT": str(mailbox.port),
            "LOG_LEVEL": "INFO",
            **settings,
        }
        self.bookings = [Booking(folder, self._settings) for _ in range(pairs)]
        self.gateways = [self._gateway(booking) for booking in self.bookings]
        behind_first = {
            **self._settings,
            "BOOKING_ADDRESS": self.bookings[0].address,
            "PUBLIC_URL": self.gateways[0].url,
            "WS_NOTIFY_URL": f"{self.gateways[0].url}/notify_liberacao",
        }
        self.listener = listener(folder, behind_first)
        self.producer = producer(folder, behind_first)
        self.consumer = consumer(folder, behind_first)

    def _gateway(self, booking: Booking) -> Gateway:
        port = str(free_port())
        return Gateway(
            self.folder,
            {**self._settings, "BOOKING_ADDRESS": booking.address, "HTTP_PORT": port},
        )

    @property
    def services(self) -> list[LocalProcess]:
        """In the order in which a click travels."""
        after = [self.consumer] if self.kafka else []
        return [*self.gateways, *self.bookings, self.listener, self.producer, *after]

    @property
    def ledger(self) -> Path:
        return Path(self.consumer.env["LEDGER_FILE"])

    @property
    def logs(self) -> str:
        """What all services have written so far."""
        return "\n".join(service.log for service in self.services)

    def __enter__(self) -> Self:
        try:
            for service in self.services:
                service.launch()
            for service in self.services:
                service.start()
        except BaseException:
            self._kill_all()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._kill_all()

    def _kill_all(self) -> None:
        for service in self.services:
            service.kill()


@contextmanager
def running_system(
    folder: Path, *, kafka: bool = False, pairs: int = 1, programme: str = "", **settings: str
) -> Iterator[System]:
    """A running system with data of its own in `folder`.

    One gateway and its booking server unless a test compares `pairs`: a process at rest costs CPU,
    too.

    Without Kafka the producer hands confirmations to the ledger and the mail itself: a quicker
    start. `programme` is TOML text in the place of the demo's.
    """
    if programme:
        file = folder / "programacao.toml"
        file.write_text(programme, encoding="utf-8")
        settings["PROGRAMME_FILE"] = str(file)
    with ExitStack() as parts:
        redis = parts.enter_context(started(lambda: RedisServer(folder / "redis")))
        broker = (
            parts.enter_context(started(lambda: KafkaBroker(folder / "kafka"))) if kafka else None
        )
        mailbox = parts.enter_context(Mailbox())
        chosen = {"HOLD_SECONDS": str(HOLD_SECONDS), **ALWAYS_CANCELLED, **settings}
        yield parts.enter_context(System(folder, redis, broker, mailbox, pairs=pairs, **chosen))


async def audited(system: System) -> Findings:
    """What `make verify` finds."""
    return await findings_of(
        VerifySettings(
            redis_url=system.redis.url,
            kafka_bootstrap_servers=system.kafka.bootstrap if system.kafka else "",
            ledger_file=system.ledger,
        )
    )


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A running system without Kafka for the tests of one module.

    A module that needs another one overrides this.
    """
    with running_system(tmp_path_factory.mktemp("system")) as running:
        yield running
