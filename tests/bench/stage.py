"""What the benchmarks run on: every service a process of its own, as `make run` has them, with
data of its own."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.backends import KafkaBroker, RedisServer
from tests.support.mailbox import Mailbox
from tests.support.services import Booking, Gateway
from tests.support.system import System

# What a crowd behind one address needs: the rows that raise these limits say so in
# docs/benchmarks.md.
ONE_ADDRESS = {
    "MAX_SEATS_PER_BUYER": "100",
    "MAX_HELD_PER_ADDRESS_PERCENT": "100",
    "HOLD_COOLDOWN_SECONDS": "0",
    "MAX_CONNECTIONS": "12000",
    "MAX_CONNECTIONS_PER_ADDRESS": "12000",
    "MAX_MESSAGES_PER_SECOND": "100000",
    "MAX_MESSAGES_PER_SECOND_PER_ADDRESS": "1000000",
}


@dataclass(frozen=True)
class BoxOffice:
    """A real Redis and one real booking process; nothing else runs."""

    folder: Path
    redis: RedisServer
    booking: Booking
    settings: dict[str, str]

    @contextmanager
    def gateway(self, **more: str) -> Iterator[Gateway]:
        behind = {**self.settings, "BOOKING_ADDRESS": self.booking.address, **more}
        with Gateway(self.folder, behind) as gateway:
            yield gateway


@contextmanager
def box_office(programme: str, **settings: str) -> Iterator[BoxOffice]:
    with folder() as place, RedisServer(place / "redis") as redis:
        file = place / "programacao.toml"
        file.write_text(programme, encoding="utf-8")
        chosen = {"REDIS_URL": redis.url, "PROGRAMME_FILE": str(file), "LOG_LEVEL": "INFO"}
        chosen |= settings
        with Booking(place, chosen) as booking:
            yield BoxOffice(place, redis, booking, chosen)


@contextmanager
def one_of_each(programme: str, **settings: str) -> Iterator[tuple[Booking, Gateway]]:
    """Redis, one booking server and one gateway, with this programme and these settings."""
    with box_office(programme, **settings) as office, office.gateway() as gateway:
        yield office.booking, gateway


@contextmanager
def whole_system(
    *, kafka: bool = False, mailbox: Mailbox | None = None, **settings: str
) -> Iterator[System]:
    """Two booking servers, two gateways and all the workers, with a real mail server."""
    with ExitStack() as parts:
        place = parts.enter_context(folder())
        redis = parts.enter_context(RedisServer(place / "redis"))
        broker = parts.enter_context(KafkaBroker(place / "kafka")) if kafka else None
        post = parts.enter_context(mailbox or Mailbox())
        yield parts.enter_context(System(place, redis, broker, post, pairs=2, **settings))


@contextmanager
def folder() -> Iterator[Path]:
    """One for the data of a run."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
