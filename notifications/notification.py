"""What the world is told about an order, as it waits in the outbox and travels through Kafka."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cinema.local_time import local_time


class Status(StrEnum):
    CONFIRMED = "CONFIRMADO"
    CANCELLED = "CANCELADO"
    SEATS_CANCELLED = "ASSENTOS_CANCELADOS"  # these; the order keeps others
    RESEND = "REENVIO"  # the order's mail is asked for again
    ERASED = "DADOS_APAGADOS"  # the order has no personal data any more


class Unreadable(ValueError):
    """The bytes are no notification; the text says why, without quoting them."""


class Notification(BaseModel):
    """Names by the wire: no name, CPF or e-mail is among them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    order_id: str = Field(alias="pedido_id", min_length=1, max_length=128)
    session_id: str = Field(alias="sessao_id", min_length=1)
    seats: tuple[str, ...] = Field(alias="assentos", min_length=1)
    buyer: str = Field(alias="usuario_id", min_length=1)
    status: Status
    timestamp: str = ""  # ISO 8601 with offset; the outbox does not know it yet

    @classmethod
    def parse(cls, raw: bytes | str | None) -> Self:
        """Raises Unreadable."""
        try:
            return cls.model_validate_json(raw or b"")
        except ValidationError as error:
            faults = {f"{'.'.join(map(str, e['loc']))} {e['type']}".strip() for e in error.errors()}
            raise Unreadable(f"not a notification: {', '.join(sorted(faults))}") from None

    def at(self, milliseconds: int) -> Self:
        """The same, with the time at which it happened."""
        return self.model_copy(update={"timestamp": iso_time(milliseconds)})

    def to_json(self) -> bytes:
        return self.model_dump_json(by_alias=True).encode()


def iso_time(milliseconds: int) -> str:
    """A Unix time in ISO 8601, to the millisecond, with the offset of São Paulo."""
    return local_time(milliseconds).isoformat(timespec="milliseconds")
