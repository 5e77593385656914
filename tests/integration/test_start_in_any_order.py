"""The five services in five terminals, before their servers: each waits, and then works."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.support.backends import BackendMissing, KafkaBroker, RedisServer
from tests.support.buyers import Buyer
from tests.support.infra import unavailable
from tests.support.mailbox import Mailbox
from tests.support.services import (
    Booking,
    Gateway,
    ServiceProcess,
    UvicornGateway,
    consumer,
    listener,
    producer,
)
from tests.support.waiting import eventually

# What the log of each says while it waits.
WAITS_FOR = {
    "redis_listener": "listening to Redis",
    "notification_producer": "relaying failed",
    "notification_consumer": "bootstrap",
    "booking_service_server": "Redis does not answer",
    "websocket_server": "not ready",
}


class Terminals:
    """The five services and their servers, none of which runs yet."""

    def __init__(self, folder: Path, parts: ExitStack, gateway: type[Gateway]) -> None:
        self.redis = RedisServer(folder / "redis")
        self.kafka = KafkaBroker(folder / "kafka")
        self.mailbox = parts.enter_context(Mailbox())
        self.mailbox.stop()
        common = {
            "REDIS_URL": self.redis.url,
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap,
            "SMTP_PORT": str(self.mailbox.port),
            "LOG_LEVEL": "INFO",
        }
        self.booking = Booking(folder, common)
        common["BOOKING_ADDRESS"] = self.booking.address
        self.gateway = gateway(folder, common)
        common["WS_NOTIFY_URL"] = f"{self.gateway.url}/notify_liberacao"
        workers = [make(folder, common) for make in (listener, producer, consumer)]
        self.services: list[ServiceProcess] = [*workers, self.gateway, self.booking]
        for process in (*self.services, self.redis, self.kafka):
            parts.callback(process.kill)


@pytest.fixture(params=[Gateway, pytest.param(UvicornGateway, marks=pytest.mark.nightly)])
def terminals(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminals]:
    with ExitStack() as parts:
        try:
            yield Terminals(tmp_path, parts, request.param)
        except BackendMissing as missing:
            unavailable(missing)


async def test_services_wait_for_each_other_and_then_sell(
    terminals: Terminals, tmp_path: Path
) -> None:
    for service in terminals.services:
        service.launch()
    for service in terminals.services:
        await eventually(partial(waits, service), what=f"{service.name} says what it waits for")
        assert service.running
        assert not service.ready_file.exists()

    await asyncio.to_thread(terminals.redis.start)
    order = await Buyer(terminals.gateway.url).buy("S001", "F07", seconds=60)
    await asyncio.to_thread(terminals.kafka.start)
    terminals.mailbox.start()

    ledger = tmp_path / "reservas_confirmadas.json"
    await eventually(lambda: ledger.exists() and order in ledger.read_text("utf-8"), 60)
    await asyncio.to_thread(terminals.mailbox.wait_for, 1, 60)
    for service in terminals.services:
        await eventually(service.ready_file.exists)
        # A second line if a starting server answers differently from a missing one.
        assert len(waits(service)) <= 2, service.log
        assert service.running
        assert "Traceback" not in service.log


def waits(service: ServiceProcess) -> list[str]:
    """The log lines that name what the service waits for."""
    return [line for line in service.log.splitlines() if WAITS_FOR[service.name] in line]
