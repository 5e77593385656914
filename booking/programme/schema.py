"""The schema of a programme file, and the Portuguese words for its faults.

The entries mirror the file: its keys are Portuguese, the fields here are English.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import ErrorDetails

from booking.programme.rooms import Place, Row, SeatKind, read_row
from booking.programme.syntax import START_FORMAT
from cinema.tickets import DEAREST_SEAT

_YEARS = range(2000, 2100)
_FILE_NAME = re.compile(r"(?:\w[\w. -]*/)*\w[\w. -]*")


def _one_line(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("deve ser uma só linha, sem espaços nas pontas")
    return text


def _file_beside(name: str) -> str:
    """A path below the programme's folder."""
    if not _FILE_NAME.fullmatch(name):
        raise ValueError("deve ser um arquivo ao lado da programação, como cartazes/filme.jpg")
    return name


def _start(value: object) -> datetime | time:
    if not isinstance(value, datetime | time) or value.tzinfo is not None:
        raise ValueError(f"deve ser data e hora sem fuso, como {START_FORMAT}")
    if isinstance(value, datetime) and value.year not in _YEARS:
        raise ValueError(f"ano fora de {_YEARS[0]} a {_YEARS[-1]}")
    return value


def _has_default(prices: dict[SeatKind, int]) -> dict[SeatKind, int]:
    if SeatKind.COMUM not in prices:
        raise ValueError("falta o preço comum, que vale para os tipos sem preço próprio")
    return prices


Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
Line = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_one_line)]
Sentence = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_one_line)]
Title = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
PictureName = Annotated[str, Field(max_length=200), AfterValidator(_file_beside)]
Centavos = Annotated[int, Field(ge=0, le=DEAREST_SEAT)]
Prices = Annotated[
    dict[Annotated[SeatKind, Field(strict=False)], Centavos], AfterValidator(_has_default)
]


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class FilmEntry(_Entry):
    id: Identifier
    title: Title = Field(validation_alias="titulo")
    duration_minutes: int = Field(validation_alias="duracao_min", ge=1, le=1_440)
    rating: Line = Field(validation_alias="classificacao")
    synopsis: str = Field(validation_alias="sinopse", default="", max_length=4_000)
    poster: PictureName | None = Field(validation_alias="cartaz", default=None)


class BlockEntry(_Entry):
    """Rows under a name, such as a balcony."""

    name: Line = Field(validation_alias="nome")
    first_row: str = Field(validation_alias="desde")


class RoomEntry(_Entry):
    id: Identifier
    name: Line = Field(validation_alias="nome")
    rows: list[Annotated[Row, PlainValidator(read_row)]] = Field(
        validation_alias="fileiras", min_length=1
    )
    blocks: list[BlockEntry] = Field(validation_alias="blocos", default=[])
    cleaning_minutes: int = Field(validation_alias="limpeza_min", default=0, ge=0, le=240)

    @property
    def named_rows(self) -> tuple[Row, ...]:
        """With the name of each block in its first row."""
        names = {block.first_row: block.name for block in self.blocks}
        return tuple(replace(row, block=names.get(row.name, "")) for row in self.rows)

    @property
    def places(self) -> list[Place]:
        return [place for row in self.rows for place in row.places if place is not None]


class SessionEntry(_Entry):
    id: Identifier
    film: str = Field(validation_alias="filme")
    room: str = Field(validation_alias="sala")
    language: Line = Field(validation_alias="idioma")
    start: Annotated[datetime | time, PlainValidator(_start)] = Field(validation_alias="inicio")
    prices: Prices = Field(validation_alias="precos")
    change: Sentence = Field(validation_alias="alterada", default="")
    cancelled: Sentence = Field(validation_alias="cancelada", default="")


class ProgrammeEntry(_Entry):
    cinema: Line = ""
    films: list[FilmEntry] = Field(validation_alias="filmes", min_length=1)
    rooms: list[RoomEntry] = Field(validation_alias="salas", min_length=1)
    sessions: list[SessionEntry] = Field(validation_alias="sessoes", min_length=1)


def fault_text(detail: ErrorDetails) -> str:
    """A pydantic error in Portuguese, with its key."""
    # pydantic marks a fault in a table's key, rather than in its value, with a last part "[key]".
    names = [part for part in detail["loc"] if isinstance(part, str) and part != "[key]"]
    key = ".".join(names[-2:] if "precos" in names[:-1] else names[-1:])
    return f"{key}: {_why(detail)}"


def _why(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(context["error"])
    if detail["type"] == "greater_than_equal" and context["ge"] == 0:
        return "não pode ser negativo"
    return _REASONS.get(detail["type"], "valor inválido").format(**context)


_REASONS: Mapping[str, str] = {
    "missing": "falta esta chave",
    "extra_forbidden": "chave desconhecida",
    "string_type": "deve ser um texto",
    "string_too_short": "não pode ser vazio",
    "string_too_long": "pode ter no máximo {max_length} caracteres",
    "string_pattern_mismatch": "deve ter de 1 a 32 letras sem acento, algarismos, _ ou -",
    "int_type": "deve ser um número inteiro",
    "greater_than_equal": "deve ser no mínimo {ge}",
    "less_than_equal": "pode ser no máximo {le}",
    "list_type": "deve ser uma lista",
    "dict_type": "deve ser uma tabela",
    "model_type": "deve ser uma tabela",
    "too_short": "não pode ficar sem itens",
    "enum": "tipo de lugar desconhecido",
}
