"""The message about an order, from booking through outbox and Kafka to the consumer."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cinema.local_time import iso_time

ORDERS_TOPIC = "reservas_confirmadas"
MESSAGE_FIELD = "mensagem"  # of an entry in the outbox; lua/ writes it


class Status(StrEnum):
    CONFIRMED = "CONFIRMADO"
    CANCELLED = "CANCELADO"
    SEATS_CANCELLED = "ASSENTOS_CANCELADOS"  # these; the order keeps others
    RESEND = "REENVIO"  # the buyer asked for the order's mail again
    ERASED = "DADOS_APAGADOS"  # the order's personal data were erased


class Unreadable(ValueError):
    """The bytes are no notification; the text says why, without quoting them."""


class Notification(BaseModel):
    """The aliases are the names in JSON.

    No name, CPF or e-mail: services that need them ask booking.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    order_id: str = Field(alias="pedido_id", min_length=1, max_length=128)
    session_id: str = Field(alias="sessao_id", min_length=1)
    seats: tuple[str, ...] = Field(alias="assentos", min_length=1)
    buyer: str = Field(alias="usuario_id", min_length=1)
    status: Status
    timestamp: str = (
        ""  # ISO 8601 with offset; absent in the outbox, where the entry's id has the time
    )

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
        return self.model_dump_json(by_alias=True, exclude_defaults=True).encode()


def outbox_message(
    order_id: str, session_id: str, seats: Sequence[str], buyer: str, status: Status
) -> str:
    """The value of MESSAGE_FIELD."""
    notification = Notification(
        pedido_id=order_id,
        sessao_id=session_id,
        assentos=tuple(seats),
        usuario_id=buyer,
        status=status,
    )
    return notification.to_json().decode()
