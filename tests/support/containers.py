"""The same backends as containers, where a Docker engine answers and has their images."""

import contextlib
import gc
import warnings
from collections.abc import Iterator
from functools import cache

import docker
import docker.errors
from testcontainers.community.redis import RedisContainer
from testcontainers.core.container import DockerContainer

from deploy.ports import LOOPBACK, answers
from tests.support.ports import free_port
from tests.support.waiting import wait_until

REDIS_IMAGE = "redis:8.8.3-alpine"
KAFKA_IMAGE = "apache/kafka:4.4.0"
# As the public image does by itself: a server in a container is never called from its own loopback.
REDIS_OPTIONS = (
    "--appendonly yes --appendfsync always --maxmemory-policy noeviction"
    " --notify-keyspace-events Ex --protected-mode no"
)
KAFKA_START_SECONDS = 60
PULL_SECONDS = 120


@cache
def engine_has(image: str) -> bool:
    """Whether an engine answers and can run the image (pulling it, if need be)."""
    # Where no engine listens, docker's client leaves its socket unclosed; no test is to fail for
    # that.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        found = _asks_for(image)
        gc.collect()
    return found


def _asks_for(image: str) -> bool:
    try:
        with contextlib.closing(docker.from_env(timeout=PULL_SECONDS)) as engine:
            _have(engine, image)
    except (docker.errors.DockerException, OSError):
        return False
    return True


def _have(engine: docker.DockerClient, image: str) -> None:
    try:
        engine.images.get(image)
    except docker.errors.ImageNotFound:
        engine.images.pull(image)


@contextlib.contextmanager
def redis_url() -> Iterator[str]:
    """A durable Redis in a container."""
    container = RedisContainer(REDIS_IMAGE).with_command(f"redis-server {REDIS_OPTIONS}")
    with container as redis:
        yield f"redis://{redis.get_container_host_ip()}:{redis.get_exposed_port(6379)}/0"


@contextlib.contextmanager
def kafka_bootstrap() -> Iterator[str]:
    """One Kafka broker in a container, on a port that it can advertise."""
    port = free_port()
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(port, port)
    for name, value in _kafka_settings(port).items():
        container = container.with_env(name, value)
    with container:
        wait_until(lambda: answers(port), KAFKA_START_SECONDS, "Kafka's container is ready")
        yield f"{LOOPBACK}:{port}"


def _kafka_settings(port: int) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{LOOPBACK}:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }
