"""Which programs a run starts itself, and which somebody else runs: by the environment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from deploy.ports import LOOPBACK

WILDCARDS = ("0.0.0.0", "::", "")


class WrongPort(Exception):
    """A setting is no port. The text names the variable and what it takes."""


class Listener(NamedTuple):
    """A port that the run listens on, and the variable that changes it."""

    port: int
    host: str
    what: str
    variable: str


@dataclass(frozen=True)
class Plan:
    """A program that the run starts has a port; None if somebody else runs it, or it is off."""

    http_host: str
    http_port: int
    booking_port: int
    redis_port: int | None
    kafka_port: int | None
    mail_port: int | None
    given: Mapping[str, str]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """REDIS_URL, SMTP_HOST and KAFKA_BOOTSTRAP_SERVERS (even empty) name somebody else's.

        Raises WrongPort.
        """
        kafka_is_named = "KAFKA_BOOTSTRAP_SERVERS" in environment
        return cls(
            http_host=environment.get("HTTP_HOST") or LOOPBACK,
            http_port=_port(environment, "HTTP_PORT", 8000),
            booking_port=_port(environment, "BOOKING_PORT", 50051),
            redis_port=None
            if environment.get("REDIS_URL")
            else _port(environment, "REDIS_PORT", 6379),
            kafka_port=None if kafka_is_named else _port(environment, "KAFKA_PORT", 9092),
            mail_port=None
            if environment.get("SMTP_HOST")
            else _port(environment, "SMTP_PORT", 1025),
            given=environment,
        )

    def without_kafka(self) -> Self:
        return replace(self, kafka_port=None, given={**self.given, "KAFKA_BOOTSTRAP_SERVERS": ""})

    @property
    def page(self) -> str:
        """The address that people open."""
        return self.given.get("PUBLIC_URL") or f"http://localhost:{self.http_port}"

    @property
    def gateway(self) -> str:
        """The address under which this machine reaches the gateway."""
        host = LOOPBACK if self.http_host in WILDCARDS else self.http_host
        return f"http://{host}:{self.http_port}"

    @property
    def mail(self) -> str:
        """Where mails go, in words for people."""
        if self.mail_port:
            return "var/mail/"
        return f"{self.given['SMTP_HOST']}:{self.given.get('SMTP_PORT', '1025')}"

    def listeners(self) -> Iterator[Listener]:
        yield Listener(self.http_port, self.http_host, "the page", "HTTP_PORT")
        booking_host = self.given.get("BOOKING_HOST") or LOOPBACK
        yield Listener(self.booking_port, booking_host, "booking", "BOOKING_PORT")
        if self.redis_port:
            yield Listener(self.redis_port, LOOPBACK, "Redis", "REDIS_PORT")
        if self.kafka_port:
            yield Listener(self.kafka_port, LOOPBACK, "Kafka", "KAFKA_PORT")
            yield Listener(self.kafka_port + 1, LOOPBACK, "Kafka's controller", "KAFKA_PORT")
        if self.mail_port:
            yield Listener(self.mail_port, LOOPBACK, "mail", "SMTP_PORT")

    def settings(self) -> dict[str, str]:
        """The environment, with the addresses of all programs."""
        found = {
            "BOOKING_ADDRESS": f"{LOOPBACK}:{self.booking_port}",
            "PUBLIC_URL": self.page,
            "WS_NOTIFY_URL": f"{self.gateway}/notify_liberacao",
            # A stop of the whole run takes 10 s at most.
            "DRAIN_SECONDS": "3",
            # Else gRPC's C core writes lines of its own into a service's log ("Got goaway") when
            # booking restarts.
            "GRPC_VERBOSITY": "ERROR",
        }
        local = {}
        if self.redis_port:
            local["REDIS_URL"] = f"redis://{LOOPBACK}:{self.redis_port}/0"
        if self.kafka_port:
            local["KAFKA_BOOTSTRAP_SERVERS"] = f"{LOOPBACK}:{self.kafka_port}"
        if self.mail_port:
            local |= {"SMTP_HOST": LOOPBACK, "SMTP_PORT": str(self.mail_port)}
        return found | dict(self.given) | local


def _port(environment: Mapping[str, str], variable: str, default: int) -> int:
    value = environment.get(variable) or str(default)
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65_536:
        raise WrongPort(f"{variable}={value} is refused: it takes a port from 1 to 65535")
    return int(value)
