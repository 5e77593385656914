"""Every setting of every service: an environment variable of the field's name in capitals.

Each service reads its own class once, in `main`, and passes it on. A wrong value is reported with the
variable's name and what it takes, which is the field's description.
"""

import re
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from cinema.smtp_settings import SenderSettings, SmtpSettings
from cinema.tickets import MOST_SEATS_A_BUYER

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Days = Annotated[float, Field(ge=0, le=36_500)]
Port = Annotated[int, Field(ge=1, le=65_535)]
_CLUSTER_URL = re.compile(r"rediss?://[^/?]+(/0?)?(\?.*)?")
_PASSWORD_IN_URL = re.compile(r"://[^/]*@")


class CommonSettings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    ready_file: Path | None = Field(
        default=None, description="a file that is touched every second while the service is ready"
    )
    drain_seconds: Seconds = Field(
        default=5, description="how long a stopping service finishes what it has begun, in seconds"
    )

    @field_validator("*", mode="before")
    @classmethod
    def empty_is_unset(cls, value: object, info: ValidationInfo) -> object:
        """`READY_FILE=` and the like mean what leaving the line out means; a path of "" would be this folder."""
        optional = cls.model_fields[str(info.field_name)].default is None
        return None if optional and value == "" else value


class RedisSettings(CommonSettings):
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        pattern=r"^(rediss?|unix)://",
        description="redis://host:port/db, rediss://… or unix://…",
    )
    redis_cluster: bool = Field(
        default=False, description="true where REDIS_URL is a node of a Redis Cluster, else false"
    )
    redis_timeout_seconds: Seconds = Field(
        default=2, description="how long one Redis command may take, in seconds"
    )
    redis_connections: int = Field(
        default=64,
        ge=4,
        le=10_000,
        description="Redis connections a process, a whole number from 4",
    )

    @model_validator(mode="after")
    def cluster_has_hosts_and_one_database(self) -> Self:
        if self.redis_cluster and not _CLUSTER_URL.fullmatch(self.redis_url):
            raise ValueError(
                "REDIS_URL with REDIS_CLUSTER=true takes redis://host:port or rediss://…, no database but 0"
            )
        return self


class TlsSettings(CommonSettings):
    """Mutual TLS between booking and its callers: all three files or none."""

    booking_tls_ca: Path | None = Field(
        default=None, description="a PEM file: who signs both sides"
    )
    booking_tls_cert: Path | None = Field(
        default=None, description="a PEM file: this side's certificate"
    )
    booking_tls_key: Path | None = Field(
        default=None, description="a PEM file: this side's private key"
    )

    @model_validator(mode="after")
    def all_or_none(self) -> Self:
        files = (self.booking_tls_ca, self.booking_tls_cert, self.booking_tls_key)
        if any(files) and not all(files):
            raise ValueError("BOOKING_TLS_CA, BOOKING_TLS_CERT and BOOKING_TLS_KEY go together")
        for file in files:
            if file and not file.is_file():
                raise ValueError(f"BOOKING_TLS_…: there is no file {file}")
        return self


class SecretsSettings(CommonSettings):
    secrets_dir: Path = Field(
        default=Path("var/secrets"),
        description="where secrets that no variable gives are kept, and booking's knowledge of its dataset",
    )


class BookingSettings(RedisSettings, TlsSettings, SecretsSettings):
    booking_host: str = Field(
        default="127.0.0.1", description="the address that booking listens on"
    )
    booking_port: Port = Field(default=50_051, description="a port from 1 to 65535")
    programme_file: Path = Field(
        default=Path("programacao.toml"), description="the programme's TOML file"
    )
    hold_seconds: Seconds = Field(
        default=300, description="how long a hold lasts, in seconds, more than 0 and at most 86400"
    )
    hold_max_seconds: Seconds = Field(
        default=900,
        description="how long a hold can be extended to, in seconds from its first moment",
    )
    hold_cooldown_seconds: float = Field(
        default=5,
        ge=0,
        le=86_400,
        description="how long a buyer leaves a seat alone after losing it",
    )
    max_seats_per_buyer: int = Field(
        default=6,
        ge=1,
        le=MOST_SEATS_A_BUYER,
        description="seats held and bought, a whole number from 1 to 100",
    )
    max_held_per_address: int = Field(
        default=24,
        ge=1,
        le=100_000,
        description="seats held from one network address in one session, a whole number from 1",
    )
    max_held_per_address_percent: int = Field(
        default=30,
        ge=0,
        le=100,
        description="the same as a share of the room, where that is more: 0 to 100, 100 for no limit",
    )
    person_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="at least 16 characters, the same at every booking server",
    )
    cancel_until_minutes: float = Field(
        default=120,
        ge=0,
        le=525_600,
        description="until how many minutes before the start an order can be cancelled",
    )
    max_mails_per_mailbox: int = Field(
        default=20, ge=0, description="mails to one mailbox an hour, a whole number; 0: any number"
    )
    max_mails_per_address: int = Field(
        default=1_000,
        ge=0,
        description="mails that one network address causes an hour, a cancellation counted as 10; 0: any number",
    )
    max_mails_per_order: int = Field(
        default=5,
        ge=0,
        description="mails of one order asked for again an hour, a whole number; 0: any number",
    )
    max_email_corrections: int = Field(
        default=3, ge=0, description="how often the address of an order can be corrected"
    )
    session_data_days: Days = Field(
        default=2,
        description="days from a session's start that order keys and accounts stay, at most 36500; 0: for good",
    )
    personal_data_days: Days = Field(
        default=30,
        description="days from a session's start that name, CPF mask and e-mail stay, at most 36500; 0: for good",
    )
    order_days: Days = Field(
        default=90,
        description="days from its session's start that an order stays, at most 36500; 0: for good",
    )
    watchers_max: int = Field(
        default=2_000, ge=1, description="open AcompanharSessao streams a caller, a whole number"
    )

    @model_validator(mode="after")
    def days_go_from_short_to_long(self) -> Self:
        """What is kept longest knows nobody any more; an order goes last."""
        names = ("session_data_days", "personal_data_days", "order_days")
        for shorter, longer in pairwise(names):
            short, long = getattr(self, shorter), getattr(self, longer)
            if long and not 0 < short <= long:
                raise ValueError(
                    f"{longer.upper()}={long:g} is refused: it takes 0, or at least {shorter.upper()} "
                    f"(now {short:g}, and then more than 0)"
                )
        return self


class BookingClientSettings(TlsSettings):
    booking_address: str = Field(
        default="127.0.0.1:50051",
        pattern=r"^.+:\d+$",
        description="host:port of the booking service",
    )
    booking_deadline_seconds: Seconds = Field(
        default=4, description="how long one call to booking may take, in seconds"
    )


class NotifySecretSettings(SecretsSettings):
    notify_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="at least 16 characters, the same at listener and gateway",
    )


class GatewaySettings(BookingClientSettings, NotifySecretSettings, SenderSettings):
    http_host: str = Field(
        default="127.0.0.1", description="the address that the gateway listens on"
    )
    http_port: Port = Field(default=8_000, description="a port from 1 to 65535")
    public_url: str = Field(
        default="http://localhost:8000",
        pattern=r"^https?://[^/]+$",
        description="http(s)://host[:port]",
    )
    allowed_origins: str = Field(
        default="", description="further origins that may open the WebSocket, separated by commas"
    )
    trusted_proxies: str = Field(
        default="",
        description="IP addresses or networks such as 10.0.0.0/8 of the proxies before us, separated by commas",
    )
    allowed_hosts: str = Field(
        default="",
        pattern=r"^\s*([\w.-]+(:\d+)?\s*(,\s*[\w.-]+(:\d+)?\s*)*)?$",
        description="further names, host or host:port, that the gateway is asked by, separated by commas",
    )
    cookie_secret: SecretStr | None = Field(
        default=None, min_length=16, description="at least 16 characters, the same at every gateway"
    )
    cookie_secret_former: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="the COOKIE_SECRET before this one, at least 16 characters, while cookies change over",
    )
    api_docs: bool = Field(default=False, description="true to serve /docs, else false")
    max_connections: int = Field(
        default=10_000,
        ge=20,
        description="open connections a process, fewer where it may have fewer files, a whole number from 20",
    )
    max_connections_per_address: int = Field(
        default=500,
        ge=1,
        description="open WebSockets an address, a whole number; a quarter more for its requests",
    )
    request_seconds: Seconds = Field(
        default=10, description="how long a request may take to arrive whole, in seconds"
    )
    idle_seconds: Seconds = Field(
        default=5, description="how long a connection waits for its next request, in seconds"
    )
    max_messages_per_second: float = Field(
        default=20, gt=0, description="messages a WebSocket, a second; twice as many in a burst"
    )
    max_messages_per_second_per_address: float = Field(
        default=1_000, gt=0, description="messages an address, a second; twice as many in a burst"
    )
    coalesce_ms: int = Field(
        default=20,
        ge=0,
        le=1_000,
        description="how long changes wait at most to travel together, milliseconds",
    )

    @property
    def uses_https(self) -> bool:
        return self.public_url.startswith("https:")

    @model_validator(mode="after")
    def proxies_are_networks(self) -> Self:
        """A name or `*` would be taken by uvicorn without a word, and trust nobody or everybody."""
        for proxy in filter(None, (one.strip() for one in self.trusted_proxies.split(","))):
            try:
                trusts_everybody = ip_network(proxy).prefixlen == 0
            except ValueError:
                trusts_everybody = True
            if trusts_everybody:
                field = type(self).model_fields["trusted_proxies"]
                raise ValueError(
                    f"TRUSTED_PROXIES={proxy} is refused: it takes {field.description}"
                )
        return self


class ListenerSettings(RedisSettings, NotifySecretSettings):
    ws_notify_url: str = Field(
        default="http://localhost:8000/notify_liberacao",
        pattern=r"^https?://(\[[0-9A-Fa-f:.]+\]|[^\s/:?#@\[\]]+)(:\d{1,5})?(/\S*)?$",
        description="http(s)://host[:port]/notify_liberacao of a gateway",
    )
    notify_timeout_seconds: Seconds = Field(
        default=3, description="how long one POST may take, in seconds"
    )


class KafkaSettings(CommonSettings):
    kafka_bootstrap_servers: str = Field(
        default="localhost:9092",
        pattern=r"^([^,:\s]+:\d+(,[^,:\s]+:\d+)*)?$",
        description="host:port, several separated by commas; empty: Kafka is off",
    )


class DeliverySettings(BookingClientSettings, SmtpSettings):
    """What the handler of confirmations needs: the ledger and the mail."""

    ledger_file: Path = Field(
        default=Path("reservas_confirmadas.json"), description="the file of confirmed orders"
    )
    public_url: str = Field(
        default="http://localhost:8000",
        pattern=r"^https?://[^/]+$",
        description="http(s)://host[:port]",
    )
    mail_retry_first_seconds: Seconds = Field(
        default=60,
        description="how long a mail waits after its first try that was put off, in seconds; twice as long each time",
    )
    mail_retry_longest_seconds: Seconds = Field(
        default=3_600, description="the longest of these waits, in seconds"
    )
    mail_retry_hours: float = Field(
        default=48,
        gt=0,
        le=720,
        description="after how many hours of waiting a mail is given up, more than 0 and at most 720",
    )
    mail_lease_seconds: Seconds = Field(
        default=30,
        description="how long the mails of a sender that died wait for the next one, in seconds",
    )


class ProducerSettings(RedisSettings, KafkaSettings, DeliverySettings):
    pass


class ConsumerSettings(KafkaSettings, DeliverySettings):
    pass


class WrongSettings(Exception):
    """The text names each wrong variable and what it takes, a line each."""


Settings = TypeVar("Settings", bound=CommonSettings)


def read(kind: type[Settings]) -> Settings:
    """Reads the environment. Raises WrongSettings."""
    try:
        return kind()
    except ValidationError as error:
        raise WrongSettings("\n".join(_explain(kind, fault) for fault in error.errors())) from None


def _explain(kind: type[CommonSettings], fault: ErrorDetails) -> str:
    if not fault["loc"]:
        return str(fault["ctx"]["error"])
    name = str(fault["loc"][0])
    field = kind.model_fields[name]
    hidden = "Secret" in str(field.annotation) or _PASSWORD_IN_URL.search(str(fault["input"]))
    value = "" if hidden else f"={fault['input']}"
    return f"{name.upper()}{value} is refused: it takes {field.description}"
