"""What websocket_server.py reads from its environment."""

from ipaddress import ip_network
from typing import Self

from pydantic import Field, SecretStr, model_validator

from cinema.settings import (
    BookingClientSettings,
    NotifySecretSettings,
    Port,
    PublicUrlSettings,
    Seconds,
    SenderSettings,
)


class GatewaySettings(
    BookingClientSettings, NotifySecretSettings, SenderSettings, PublicUrlSettings
):
    http_host: str = Field(
        default="127.0.0.1", description="the address that the gateway listens on"
    )
    http_port: Port = Field(default=8_000, description="a port from 1 to 65535")
    allowed_origins: str = Field(
        default="", description="further origins that may open the WebSocket, separated by commas"
    )
    trusted_proxies: str = Field(
        default="",
        description="IP addresses or networks such as 10.0.0.0/8 of the proxies before us, "
        "separated by commas",
    )
    allowed_hosts: str = Field(
        default="",
        pattern=r"^\s*([\w.-]+(:\d+)?\s*(,\s*[\w.-]+(:\d+)?\s*)*)?$",
        description="further names, host or host:port, that the gateway is asked by, "
        "separated by commas",
    )
    cookie_secret: SecretStr | None = Field(
        default=None, min_length=16, description="at least 16 characters, the same at every gateway"
    )
    cookie_secret_former: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="the COOKIE_SECRET before this one, at least 16 characters, "
        "while cookies change over",
    )
    api_docs: bool = Field(
        default=False,
        description="true to serve /docs, /openapi.json and /asyncapi.json, else false",
    )
    max_connections: int = Field(
        default=10_000,
        ge=20,
        description="open connections a process, fewer where it may have fewer files, "
        "a whole number from 20",
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
        """Uvicorn accepts a name or `*` silently, and then trusts nobody or everybody."""
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
