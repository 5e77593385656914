"""The JSON that a page receives over the WebSocket, as types: checked against gateway.frames by
mypy, and published.

Durations are in milliseconds, money is in centavos.
"""

from typing import Annotated, Literal, NotRequired, get_args

from pydantic import Field
from typing_extensions import TypedDict  # pydantic refuses typing's before Python 3.12

Milliseconds = Annotated[int, Field(ge=0)]
BySeat = dict[str, Milliseconds]


class TakenSeat(TypedDict):
    estado: Literal["bloqueado", "ocupado"]
    restante_ms: NotRequired[Annotated[Milliseconds, Field(description="of a hold")]]


class InitialState(TypedDict):
    """A snapshot: it replaces everything that the page knew. Free seats are left out."""

    evento: Literal["estado_inicial"]
    sessao: str
    versao: int
    edicao: NotRequired[Annotated[str, Field(description="changes with film, room or start")]]
    meias_vendidas: Annotated[int, Field(description="half-price tickets under the quota")]
    assentos: dict[str, TakenSeat]


class Held(TypedDict):
    evento: Literal["assento_bloqueado"]
    assento: str
    restante_ms: Milliseconds


class Freed(TypedDict):
    evento: Literal["assento_liberado"]
    assento: str
    motivo: Annotated[str, Field(description="timeout, liberado, cancelado or empty")]


class Sold(TypedDict):
    evento: Literal["assento_reservado"]
    assento: str


Change = Held | Freed | Sold


class Update(TypedDict):
    """Every change after version `desde`, up to and with `versao`."""

    evento: Literal["atualizacao"]
    desde: int
    versao: int
    meias_vendidas: NotRequired[Annotated[int, Field(description="only if it changed")]]
    mudancas: list[Change]


class OwnSeats(TypedDict):
    """For the pages of one buyer alone."""

    evento: Literal["meus_assentos"]
    assentos: Annotated[BySeat, Field(description="the buyer's holds, with the time left")]
    comprados: NotRequired[list[str]]


class Situation(TypedDict):
    """`false`: booking is away, or its data is in doubt."""

    evento: Literal["situacao"]
    ao_vivo: bool


class Audience(TypedDict):
    evento: Literal["publico"]
    assistindo: Annotated[int, Field(description="buyers who watch this session here")]


Event = InitialState | Update | OwnSeats | Situation | Audience


class SuccessFacts(TypedDict, total=False):
    """What a granted request adds to its reply."""

    id: Annotated[str, Field(description="the request's, if it had one")]
    assentos: list[str]
    restante_ms: Annotated[Milliseconds, Field(description="of the hold that ends first")]
    pedido: Annotated[str, Field(description="the order's id; this and what follows: once paid")]
    pedido_link: Annotated[str, Field(description="reference that shows the order")]
    pedido_chave: Annotated[str, Field(description="token that may also change the order")]
    assentos_confirmados: list[str]
    assentos_falha: list[str]


class Success(SuccessFacts):
    status: Literal["ok"]
    tipo: str
    mensagem: str


class ErrorFacts(TypedDict, total=False):
    """What a refused request adds to its reply."""

    id: Annotated[str, Field(description="the request's, if it had one")]
    assentos_falha: Annotated[list[str], Field(description="the seats that caused the refusal")]
    meias_restantes: Annotated[int, Field(description="with cota_de_meia_esgotada")]
    pedido: str
    pedido_link: str
    campos: Annotated[dict[str, str], Field(description="payment details that are wrong")]


class Error(ErrorFacts):
    status: Literal["erro"]
    tipo: str
    motivo: str
    mensagem: str


Reply = Success | Error
EVENTS: dict[str, type[Event]] = {
    get_args(kind.__annotations__["evento"])[0]: kind for kind in get_args(Event)
}
CHANGES: dict[str, type[Change]] = {
    get_args(kind.__annotations__["evento"])[0]: kind for kind in get_args(Change)
}
