"""The JSON of the HTTP API, as types: checked against the code by mypy, and published in
/openapi.json.

Money is in centavos, durations are in milliseconds, times are ISO 8601 with the offset of São
Paulo.
"""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic refuses typing's before Python 3.12

from cinema.contract import MAIL_STATE_WORDS
from cinema.tickets import Category

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Centavos = Annotated[int, Field(ge=0)]
Cinema = Annotated[str, Field(description="its name, or empty")]
MailState = Annotated[str, Field(json_schema_extra={"enum": [*MAIL_STATE_WORDS.values()]})]
DataUri = Annotated[str, Field(description="a picture, as a data URI")]


class Film(TypedDict):
    id: str
    titulo: str
    duracao_min: int
    classificacao: Annotated[str, Field(description="age rating: L, 10, 12, 14, 16 or 18")]
    sinopse: str
    art: Annotated[str, Field(description="path of the upright picture; empty: unknown film")]


class Words(TypedDict):
    """What the programme says in Portuguese, in one language."""

    audio: str
    tag: str
    room: str


ByLanguage = Annotated[dict[str, Words], Field(description="by language tag: pt-BR, en, es")]


class ListedSession(TypedDict):
    id: str
    filme: Film
    sala: str
    inicio: Time
    idioma: str
    preco_a_partir_de: Centavos
    lugares: int
    livres: int
    encerrada: Annotated[bool, Field(description="sales are closed")]


class Session(ListedSession):
    words: ByLanguage


class SessionList(TypedDict):
    sessoes: Annotated[list[ListedSession], Field(description="by start")]
    words: Annotated[dict[str, ByLanguage], Field(description="by `idioma|sala`")]
    vendas_pausadas: Annotated[bool, Field(description="`livres` is not reliable now")]
    cinema: Cinema


class Place(TypedDict):
    assento: str
    tipo: Annotated[str, Field(description="comum, premium, cadeirante, acompanhante, …")]
    preco: Centavos


class Row(TypedDict):
    nome: str
    lugares: Annotated[list[Place | None], Field(description="from the left; null: a gap")]
    bloco: NotRequired[Annotated[str, Field(description="name of the block that begins here")]]


class SessionMap(Session):
    limite_assentos: int
    tempo_reserva_ms: int
    meias_total: Annotated[int, Field(description="quota of half-price tickets")]
    meias_vendidas: int
    edicao: Annotated[str, Field(description="changes with film, room, start or language")]
    alteracao: Annotated[str, Field(description="why the session is not what was sold")]
    cancelada: bool
    cinema: Cinema
    precos: Annotated[dict[str, Centavos], Field(description="by `tipo`")]
    fileiras: list[Row]


class SoldSeat(TypedDict):
    assento: str
    categoria: Category
    preco: Centavos


class Ticket(SoldSeat):
    vai_com: Annotated[str, Field(description="the other half of a sofa, or empty")]
    qr: DataUri


class ReturnedTicket(SoldSeat):
    em: Time


class Order(TypedDict):
    """`nome`, `cpf`, `email` and `email_motivo` are empty unless `pode_gerir`."""

    pedido: str
    link: str
    pode_gerir: bool
    codigo: str
    estado: Literal["confirmado", "cancelado"]
    sessao: Annotated[Session, Field(description="as it was sold")]
    sessao_atual: Annotated[Session | None, Field(description="as the programme has it now")]
    alteracao: str
    assentos: list[str]
    ingressos: list[Ticket]
    devolvidos: list[ReturnedTicket]
    total: Centavos
    forma: str
    idioma: str
    nome: str
    cpf: Annotated[str, Field(description="masked")]
    email: str
    dados_apagados: bool
    criado_em: Time
    email_estado: MailState
    email_motivo: str
    cancelavel: bool
    cancelavel_ate: Time


class OrderSummary(TypedDict):
    pedido: str
    link: str
    sessao: str
    filme: str
    sala: str
    inicio: Time
    terminou: bool
    alteracao: str
    assentos: list[str]


class OwnOrders(TypedDict):
    pedidos: list[OrderSummary]


class PixCode(TypedDict):
    copia_e_cola: str
    qr: DataUri


class Done(TypedDict):
    status: Literal["ok"]


class Swept(Done):
    liberados: Annotated[int, Field(description="holds that were due and have been freed")]


class Alive(TypedDict):
    status: Literal["vivo"]


class Ready(TypedDict):
    status: Literal["pronto"]
    aviso: NotRequired[Annotated[str, Field(description="what will stop sales soon")]]


class NotReady(TypedDict):
    status: Literal["indisponivel"]
    mensagem: str


class ProblemBody(TypedDict):
    motivo: Annotated[str, Field(description="for programs: gateway.reasons or cinema.refusals")]
    mensagem: Annotated[str, Field(description="for people, in Portuguese")]
