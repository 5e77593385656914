"""Settings that several services share. A field's name in capitals is its environment variable.

Each service reads its own class once, in `main`, and passes it on. A wrong value is reported with
the variable's name and what it takes, the field's description.
"""

import re
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

from cinema import mail_address, redis_url

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Port = Annotated[int, Field(ge=1, le=65_535)]
_CLUSTER_URL = re.compile(r"rediss?://[^/?]+(/0?)?(\?.*)?")
_PASSWORD_IN_URL = re.compile(r"://[^/]*@|password=")


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
        """`READY_FILE=` means the same as no such line; a path of "" would be this folder."""
        optional = cls.model_fields[str(info.field_name)].default is None
        return None if optional and value == "" else value


class RedisSettings(CommonSettings):
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        description=redis_url.FORMS,
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

    @field_validator("redis_url")
    @classmethod
    def has_a_known_form(cls, value: str) -> str:
        redis_url.check(value)
        return value

    @model_validator(mode="after")
    def cluster_has_hosts_and_one_database(self) -> Self:
        if self.redis_cluster and not _CLUSTER_URL.fullmatch(self.redis_url):
            raise ValueError(
                "REDIS_URL with REDIS_CLUSTER=true takes redis://host:port or rediss://…, "
                "no database but 0"
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
        description="where secrets without a variable are kept, and what booking knows of its data",
    )


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


class PublicUrlSettings(CommonSettings):
    public_url: str = Field(
        default="http://localhost:8000",
        pattern=r"^https?://[^/]+$",
        description="http(s)://host[:port]",
    )


class SenderSettings(CommonSettings):
    """The mails' sender, which calendar entries name, too, also those that the gateway serves."""

    smtp_from: str = Field(
        default="cinema@example.com",
        description="one e-mail address, without accents before the @",
    )

    @field_validator("smtp_from")
    @classmethod
    def can_be_written(cls, value: str) -> str:
        """`cinema@localhost` is enough for a server of one's own."""
        return str(mail_address.parse(value, top_level_needed=False))


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
