"""The messages of a browser. Parsing is total: every input becomes one of these values, never an
exception.

Unknown fields are ignored, and so are `sessao` and `usuario_id`, which older pages send: the buyer
comes from the cookie, the session from the socket's address.
"""

from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from cinema.language_tags import DEFAULT, LANGUAGES, LanguageTag
from cinema.payment_rules import PaymentMethod
from cinema.seats import canonical
from cinema.tickets import Category
from gateway.reasons import Reason

LONGEST_FRAME = 4_096  # bytes of UTF-8
LONGEST_ID = 64  # characters: a session's, an order's, a message's
_MOST_SEATS = 200  # far above any buyer's limit, which booking enforces
_MOST_CENTAVOS = 10**12  # likewise


class _Message(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Request(_Message):
    """`id` is the browser's own; the reply repeats it. `reply_kind` is the reply's `tipo`."""

    reply_kind: ClassVar[str]

    id: Annotated[str, Field(max_length=LONGEST_ID)] | None = None


def _without_repeats(seats: list[str]) -> list[str]:
    if len(set(seats)) < len(seats):
        raise ValueError("a seat twice")
    return seats


_SeatNames = Annotated[
    list[Annotated[str, AfterValidator(canonical)]], AfterValidator(_without_repeats)
]


class _Seats(_Request):
    """Canonical names, no seat twice. One seat may come as `assento`."""

    seats: _SeatNames = Field(alias="assentos", min_length=1, max_length=_MOST_SEATS)

    @model_validator(mode="before")
    @classmethod
    def one_seat_is_a_list(cls, fields: dict[str, Any]) -> dict[str, Any]:
        if "assento" in fields and "assentos" not in fields:
            return {**fields, "assentos": [fields["assento"]]}
        return fields


class Hold(_Seats):
    """All of the seats or none. `instead_of` are given back in the same step."""

    reply_kind: ClassVar[str] = "bloqueio"

    instead_of: _SeatNames = Field(default=[], alias="em_troca_de", max_length=_MOST_SEATS)


class Release(_Seats):
    reply_kind: ClassVar[str] = "liberacao"


class Payment(_Message):
    """As the buyer typed it; cinema.payment_rules validates it."""

    name: str = Field(default="", alias="nomeCompleto")
    cpf: str | None = None
    email: str = ""
    method: PaymentMethod = Field(default="", alias="forma")


class Confirm(_Seats):
    """Seats without a category are full price. Without a `total`, the amount is not checked."""

    reply_kind: ClassVar[str] = "confirmacao_pagamento"

    payment: Payment = Field(default=Payment(), alias="pagamento")
    key: str = Field(default="", alias="chave", pattern=r"^[!-~]{0,128}$")
    categories: dict[str, Annotated[Category, Field(strict=False)]] = Field(
        default={}, alias="ingressos", max_length=_MOST_SEATS
    )
    total: int | None = Field(default=None, alias="total", ge=0, le=_MOST_CENTAVOS)
    language: LanguageTag = Field(default=DEFAULT, alias="idioma")
    edition: str = Field(default="", alias="edicao", max_length=LONGEST_ID)

    @field_validator("total")
    @classmethod
    def is_a_number(cls, total: int | None) -> int:
        """Refuses null: a page without a total leaves the field out."""
        if total is None:
            raise ValueError("no number")
        return total

    @field_validator("categories")
    @classmethod
    def of_the_seats(
        cls, categories: dict[str, Category], info: ValidationInfo
    ) -> dict[str, Category]:
        """Canonical names; each is one of the seats, none comes twice."""
        names = _without_repeats([canonical(name) for name in categories])
        if not set(names) <= set(info.data.get("seats", ())):
            raise ValueError("a category for a seat that is not bought")
        return dict(zip(names, categories.values(), strict=True))


class HoldBest(_Request):
    """The best `count` free seats that are together."""

    reply_kind: ClassVar[str] = "melhores"

    count: int = Field(alias="quantidade", ge=1, le=_MOST_SEATS)


class Extend(_Request):
    """More time for all of the buyer's holds."""

    reply_kind: ClassVar[str] = "extensao"


class Resync(_Request):
    """Answered with a snapshot, not with a reply."""

    reply_kind: ClassVar[str] = "mensagem"


class Faulty(_Message):
    """Any other input, and the reply to it. `reason` is its `motivo`, `text` its `mensagem`."""

    reply_kind: str
    reason: str
    text: str
    id: str | None = None


Action = Hold | Release | Confirm | HoldBest | Extend
Incoming = Action | Resync | Faulty

ACTIONS: dict[str, type[Action | Resync]] = {
    "bloquear": Hold,
    "liberar": Release,
    "confirmar_pagamento": Confirm,
    "melhores": HoldBest,
    "estender": Extend,
    "ressincronizar": Resync,
}
_ADVICE = {
    "assentos": 'Informe os assentos como em "A05", cada um uma só vez.',
    "em_troca_de": 'Informe os assentos a devolver como em "A05", cada um uma só vez.',
    "quantidade": "Informe quantos lugares quer, a partir de 1.",
    "pagamento": 'Os dados do pagamento devem ser textos, e "forma" uma das que a página oferece.',
    "ingressos": f"Informe a categoria por assento do pedido, uma destas: {', '.join(Category)}.",
    "edicao": "Informe a edição do mapa como veio, em texto.",
    "total": "Informe o total em centavos, como número inteiro.",
    "idioma": f"Informe o idioma, um destes: {', '.join(LANGUAGES)}.",
    "chave": "A chave do pedido pode ter até 128 caracteres, sem acentos nem espaços.",
}


class _Envelope(_Request):
    """The fields of every request. The others are parsed once the action is known."""

    model_config = ConfigDict(extra="allow")

    acao: str = Field(max_length=LONGEST_ID)


def parse(frame: str | bytes) -> Incoming:
    """A browser's message. Binary ones are Faulty."""
    if isinstance(frame, bytes):
        return _unreadable("Só mensagens de texto são aceitas.")
    if len(frame.encode()) > LONGEST_FRAME:
        return _unreadable(f"A mensagem passa de {LONGEST_FRAME} bytes.")
    try:
        envelope = _Envelope.model_validate_json(frame)
    except ValidationError:
        return _unreadable(
            'A mensagem deve ser um objeto JSON com "acao" e, se quiser, "id" em texto.'
        )
    return _parse_fields(envelope)


def _parse_fields(envelope: _Envelope) -> Incoming:
    kind = ACTIONS.get(envelope.acao)
    if kind is None:
        return Faulty(
            reply_kind="mensagem",
            reason=Reason.UNKNOWN_ACTION,
            text="Ação desconhecida.",
            id=envelope.id,
        )
    try:
        return kind.model_validate({**(envelope.model_extra or {}), "id": envelope.id})
    except ValidationError as error:
        field = str((error.errors()[0]["loc"] or ("",))[0])
        advice = _ADVICE.get(field, "Os dados da mensagem estão incorretos.")
        return Faulty(
            reply_kind=kind.reply_kind, reason=Reason.INVALID_FIELD, text=advice, id=envelope.id
        )


def _unreadable(text: str) -> Faulty:
    return Faulty(reply_kind="mensagem", reason=Reason.UNREADABLE_MESSAGE, text=text)
