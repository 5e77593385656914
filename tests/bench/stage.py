"""What the benchmarks run on: every service a process of its own, as `make run` has them, with data of its own."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.backends import KafkaBroker, RedisServer
from tests.mailbox import Mailbox
from tests.services import Booking, Gateway
from tests.system import System


@contextmanager
def whole_system(
    *, kafka: bool = False, mailbox: Mailbox | None = None, **settings: str
) -> Iterator[System]:
    """Two booking servers, two gateways and all the workers, with a real mail server."""
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory()))
        redis = parts.enter_context(RedisServer(folder / "redis"))
        broker = parts.enter_context(KafkaBroker(folder / "kafka")) if kafka else None
        post = parts.enter_context(mailbox or Mailbox())
        yield parts.enter_context(System(folder, redis, broker, post, **settings))


@contextmanager
def one_of_each(programme: str, **gateway: str) -> Iterator[tuple[Booking, Gateway]]:
    """Redis, one booking server and one gateway, with this programme and these settings of the gateway."""
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "programacao.toml"
        file.write_text(programme, encoding="utf-8")
        redis = parts.enter_context(RedisServer(folder / "redis"))
        settings = {"REDIS_URL": redis.url, "PROGRAMME_FILE": str(file), "LOG_LEVEL": "INFO"}
        booking = parts.enter_context(Booking(folder, settings))
        behind = {**settings, "BOOKING_ADDRESS": booking.address, **gateway}
        yield booking, parts.enter_context(Gateway(folder, behind))
