"""Whether each program of a run is ready, and where to look when it is not."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cinema.health_check import gateway_problem, ready_file_problem
from deploy.ports import answers


class Program(NamedTuple):
    name: str
    is_ready: Callable[[], bool]
    look_at: str


def programs(environment: Mapping[str, str]) -> Iterator[Program]:
    """The programs that this run starts, by the environment of deploy/infrastructure.py."""
    if environment["RUN_REDIS"] == "true":
        port = _port_in(environment["REDIS_URL"].rpartition("/")[0])
        yield Program("Redis", partial(answers, port), "at var/log/redis.log")
    if environment["RUN_KAFKA"] == "true":
        port = _port_in(environment["KAFKA_BOOTSTRAP_SERVERS"])
        yield Program("Kafka", partial(answers, port), "at var/log/kafka.log")
    if environment["RUN_MAIL"] == "true":
        yield Program(
            "the mail catcher",
            partial(answers, int(environment["MAIL_PORT"])),
            "above, in this terminal",
        )
    booking = _port_in(environment["BOOKING_ADDRESS"])
    yield Program("booking", partial(answers, booking), "above, in this terminal")
    yield Program(
        "the gateway", partial(gateway_is_ready, environment["GATEWAY"]), "above, in this terminal"
    )
    for worker in ("listener", "producer", "consumer"):
        if worker != "consumer" or environment["RUN_CONSUMER"] == "true":
            yield Program(
                worker,
                partial(is_fresh, Path("var/run", f"{worker}.ready")),
                "above, in this terminal",
            )


def gateway_is_ready(address: str) -> bool:
    return not gateway_problem(address)


def is_fresh(file: Path) -> bool:
    return not ready_file_problem(file)


def forget_old() -> None:
    """Removes an earlier run's ready files, which would make this one look ready."""
    for file in Path("var/run").glob("*.ready"):
        file.unlink()


def _port_in(address: str) -> int:
    return int(address.rpartition(":")[2])
