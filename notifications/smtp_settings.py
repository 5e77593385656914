"""The mail server's settings, and which of them contradict each other."""

import ipaddress
import re
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from cinema.settings import Seconds, SenderSettings

Tls = Literal["starttls", "implicit", "off"]

IMPLICIT_TLS_PORT = 465  # RFC 8314
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = "[A-Za-z0-9_-]{1,63}"  # of a container, too
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"


class SmtpSettings(SenderSettings):
    smtp_host: str = Field(
        default="localhost",
        pattern=rf"^(?:{_NAME}(?:\.{_NAME})*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+(?:%\w+)?)$",
        description="the mail server's name or address",
    )
    smtp_port: int = Field(
        default=1025, ge=1, le=65_535, description="a port from 1 to 65535; 465 is for implicit TLS"
    )
    smtp_username: str = Field(default="", description="the mail account; empty: no authentication")
    smtp_password: SecretStr = Field(
        default=SecretStr(""), description="the mail account's password"
    )
    smtp_use_tls: bool = Field(default=False, description="true for verified STARTTLS, else false")
    smtp_tls: Tls | None = Field(
        default=None,
        description="starttls, implicit (TLS from the first byte, as on port 465) or off",
    )
    smtp_allow_clear_password: bool = Field(
        default=False,
        description="true to send the password without TLS over a network that you trust, "
        "else false",
    )
    smtp_helo_name: str | None = Field(
        default=None,
        pattern=rf"^(?:{_HOST}|\[[0-9A-Fa-f.:]+\]|\[IPv6:[0-9A-Fa-f.:]+\])$",
        max_length=253,
        description="the full name that greets the mail server, or an address in brackets",
    )
    smtp_timeout_seconds: Seconds = Field(
        default=15, description="how long one step of a mail may take, in seconds"
    )
    smtp_answer_seconds: Seconds = Field(
        default=600, description="how long the answer to a whole mail may take, in seconds"
    )
    smtp_connections: int = Field(
        default=4, ge=1, le=100, description="connections to the mail server, from 1 to 100"
    )
    smtp_slow_connections: int = Field(
        default=8,
        ge=0,
        le=100,
        description="further connections while some wait for slow answers, from 0 to 100",
    )

    @property
    def tls(self) -> Tls:
        """The kind of TLS in force. Both kinds verify certificate and name."""
        if self.smtp_tls is not None:
            return self.smtp_tls
        if self.smtp_port == IMPLICIT_TLS_PORT:
            return "implicit"
        return "starttls" if self.smtp_use_tls else "off"

    @model_validator(mode="after")
    def one_kind_of_tls(self) -> Self:
        if self.smtp_use_tls and self.smtp_tls in ("implicit", "off"):
            raise ValueError(
                "SMTP_USE_TLS=true means STARTTLS and contradicts "
                f"SMTP_TLS={self.smtp_tls}: set one of them"
            )
        return self

    @model_validator(mode="after")
    def no_password_in_clear(self) -> Self:
        allowed = self.smtp_allow_clear_password or is_loopback(self.smtp_host)
        if self.smtp_username and self.tls == "off" and not allowed:
            raise ValueError(
                f"SMTP_USERNAME is refused: the password would go to {self.smtp_host} in clear."
                " Set SMTP_TLS=starttls or implicit, or SMTP_ALLOW_CLEAR_PASSWORD=true"
            )
        return self


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return re.fullmatch(r"(?:.+\.)?localhost\.?", host, re.I) is not None
