"""What booking_service_server.py reads from its environment."""

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from cinema.settings import Port, RedisSettings, Seconds, SecretsSettings, TlsSettings
from cinema.tickets import MOST_SEATS_A_BUYER

Days = Annotated[float, Field(ge=0, le=36_500)]


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
        description=(
            "the same as a share of the room, where that is more: 0 to 100, 100 for no limit"
        ),
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
        description=(
            "mails that one network address causes an hour, a cancellation counted as 10; 0: any "
            "number"
        ),
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
        description=(
            "days from a session's start that order keys and accounts stay, at most 36500; 0: "
            "for good"
        ),
    )
    personal_data_days: Days = Field(
        default=30,
        description=(
            "days from a session's start that name, CPF mask and e-mail stay, at most 36500; 0: "
            "for good"
        ),
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
                    f"{longer.upper()}={long:g} is refused: it takes 0, or at least "
                    f"{shorter.upper()} "
                    f"(now {short:g}, and then more than 0)"
                )
        return self
