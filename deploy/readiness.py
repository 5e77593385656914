"""Whether each part of a run is ready, and where to look when it is not."""

import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from deploy.ports import answers

FRESH_SECONDS = 5  # a worker touches its ready file every second
ANSWER_SECONDS = 2


class Part(NamedTuple):
    name: str
    is_ready: Callable[[], bool]
    look_at: str


def parts(environment: Mapping[str, str]) -> Iterator[Part]:
    """The parts that this run starts, from the environment that deploy/infrastructure.py made."""
    if environment["RUN_REDIS"] == "true":
        port = _port_in(environment["REDIS_URL"].rpartition("/")[0])
        yield Part("Redis", partial(answers, port), "at var/log/redis.log")
    if environment["RUN_KAFKA"] == "true":
        port = _port_in(environment["KAFKA_BOOTSTRAP_SERVERS"])
        yield Part("Kafka", partial(answers, port), "at var/log/kafka.log")
    if environment["RUN_MAIL"] == "true":
        yield Part(
            "the mail catcher",
            partial(answers, int(environment["MAIL_PORT"])),
            "above, in this terminal",
        )
    booking = _port_in(environment["BOOKING_ADDRESS"])
    yield Part("booking", partial(answers, booking), "above, in this terminal")
    yield Part(
        "the gateway", partial(gateway_is_ready, environment["GATEWAY"]), "above, in this terminal"
    )
    for worker in ("listener", "producer", "consumer"):
        if worker != "consumer" or environment["RUN_CONSUMER"] == "true":
            yield Part(
                worker,
                partial(is_fresh, Path("var/run", f"{worker}.ready")),
                "above, in this terminal",
            )


def gateway_is_ready(address: str) -> bool:
    """Ready means that somebody could buy now: the gateway reaches booking, and booking Redis."""
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=ANSWER_SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:  # refused, too slow, or an answer that is not 2xx
        return False


def is_fresh(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime < FRESH_SECONDS
    except FileNotFoundError:
        return False


def forget_old() -> None:
    """What an earlier run left must not make this one look ready."""
    for file in Path("var/run").glob("*.ready"):
        file.unlink()


def _port_in(address: str) -> int:
    return int(address.rpartition(":")[2])
