"""Fixtures for the real backends: Redis, Kafka and SMTP on ports of their own.

A container where a Docker engine answers, else a local process exactly as `make run` has it. A
missing backend skips the test, with the reason; with CI set it fails the test.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
import redis

from tests.support import containers
from tests.support.backends import BackendMissing, KafkaBroker, RedisServer
from tests.support.mailbox import Mailbox
from tests.support.processes import LocalProcess

DATABASES = 16  # Redis' default
P = TypeVar("P", bound=LocalProcess)


def unavailable(reason: object) -> NoReturn:
    """Ends the test: a failure in CI, where every backend must be there, else a skip."""
    if os.environ.get("CI"):
        pytest.fail(f"a backend is missing: {reason}", pytrace=False)
    pytest.skip(f"a backend is missing: {reason}")


def started(make: Callable[[], P]) -> P:
    """The process that `make` describes, started; a missing backend ends the test as
    `unavailable` says."""
    try:
        return make().start()
    except BackendMissing as missing:
        unavailable(missing)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A durable Redis for the whole run. Tests share it: use random session ids, flush nothing."""
    if containers.engine_has(containers.REDIS_IMAGE):
        with containers.redis_url() as url:
            yield url
        return
    folder = tmp_path_factory.mktemp("redis")
    with started(lambda: RedisServer(folder)) as server:
        yield server.url


@pytest.fixture(scope="session")
def _database_numbers() -> Iterator[int]:
    return itertools.cycle(range(1, DATABASES))


@pytest.fixture
def empty_redis_url(redis_url: str, _database_numbers: Iterator[int]) -> str:
    """A database of the shared Redis, empty when the test begins: for tests that count or start
    services."""
    url = f"{redis_url.rpartition('/')[0]}/{next(_database_numbers)}"
    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
    return url


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own, to be killed, paused and started again; its data stays."""
    with started(lambda: RedisServer(tmp_path / "redis")) as server:
        yield server


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a Kafka broker for the whole run.

    Tests share it: use random topics and groups.
    """
    if containers.engine_has(containers.KAFKA_IMAGE):
        with containers.kafka_bootstrap() as bootstrap:
            yield bootstrap
        return
    folder = tmp_path_factory.mktemp("kafka")
    with started(lambda: KafkaBroker(folder)) as broker:
        yield broker.bootstrap


@pytest.fixture
def kafka_broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A Kafka broker of the test's own, to be killed, paused and started again; its data stays."""
    with started(lambda: KafkaBroker(tmp_path / "kafka")) as broker:
        yield broker


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """An SMTP server of the test's own that keeps every mail, and refuses or stops on demand."""
    with Mailbox() as box:
        yield box
