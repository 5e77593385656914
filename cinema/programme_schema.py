"""What a programme file may say, and in which words a fault in it is told.

The entries mirror the file: their keys are Portuguese there and English here. `read_programme`
checks everything before anything is used and finds the line of each fault, of syntax and of meaning
alike.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import ErrorDetails

from cinema.rooms import Row, SeatKind, read_row
from cinema.toml_lines import Path, find_lines, line_of

MOST_SEATS = 5_000
_YEARS = range(2000, 2100)
_TOML_PLACE = re.compile(r"(?P<what>.*) \(at (line (?P<line>\d+), column (?P<column>\d+)|end.*)\)")
_MANY_DIGITS = re.compile(r"[0-9_]{4300,}")


class Fault(NamedTuple):
    line: int  # from 1
    message: str


class FaultyProgrammeError(Exception):
    """Carries every fault, in the order of their lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("; ".join(f"{fault.line}: {fault.message}" for fault in self.faults))


def _one_line(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("deve ser uma só linha, sem espaços nas pontas")
    return text


def _start(value: object) -> datetime | time:
    if not isinstance(value, datetime | time) or value.tzinfo is not None:
        raise ValueError(
            "deve ser data e hora sem fuso, como 2026-12-13T17:45:00, ou só a hora, como 17:45:00"
        )
    if isinstance(value, datetime) and value.year not in _YEARS:
        raise ValueError(f"ano fora de {_YEARS[0]} a {_YEARS[-1]}")
    return value


def _has_default(prices: dict[SeatKind, int]) -> dict[SeatKind, int]:
    if SeatKind.COMUM not in prices:
        raise ValueError("falta o preço comum, que vale para os tipos sem preço próprio")
    return prices


Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
Line = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_one_line)]
Centavos = Annotated[int, Field(ge=0, le=10_000_000)]
Prices = Annotated[
    dict[Annotated[SeatKind, Field(strict=False)], Centavos], AfterValidator(_has_default)
]


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class FilmEntry(_Entry):
    id: Identifier
    title: Line = Field(validation_alias="titulo")
    duration_minutes: int = Field(validation_alias="duracao_min", ge=1, le=1_440)
    rating: Line = Field(validation_alias="classificacao")
    synopsis: str = Field(validation_alias="sinopse", max_length=4_000)


class RoomEntry(_Entry):
    id: Identifier
    name: Line = Field(validation_alias="nome")
    rows: list[Annotated[Row, PlainValidator(read_row)]] = Field(
        validation_alias="fileiras", min_length=1
    )


class SessionEntry(_Entry):
    id: Identifier
    film: str = Field(validation_alias="filme")
    room: str = Field(validation_alias="sala")
    language: Line = Field(validation_alias="idioma")
    start: Annotated[datetime | time, PlainValidator(_start)] = Field(validation_alias="inicio")
    prices: Prices = Field(validation_alias="precos")


class ProgrammeEntry(_Entry):
    films: list[FilmEntry] = Field(validation_alias="filmes", min_length=1)
    rooms: list[RoomEntry] = Field(validation_alias="salas", min_length=1)
    sessions: list[SessionEntry] = Field(validation_alias="sessoes", min_length=1)


def read_programme(text: str) -> ProgrammeEntry:
    """Parses and checks a whole programme. Raises FaultyProgrammeError."""
    data = _parse(text)
    try:
        programme = ProgrammeEntry.model_validate(data)
    except ValidationError as error:
        faults = [(detail["loc"], _told(detail)) for detail in error.errors()]
    else:
        faults = list(_inconsistencies(programme))
        if not faults:
            return programme
    lines = find_lines(text)
    raise FaultyProgrammeError(Fault(line_of(lines, path), message) for path, message in faults)


def _parse(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise FaultyProgrammeError([Fault(1, "estrutura aninhada demais")]) from None
    except tomllib.TOMLDecodeError as error:
        raise FaultyProgrammeError([_syntax_fault(text, str(error))]) from None
    except ValueError:  # Python's own limit on the digits of a number
        digits = _MANY_DIGITS.search(text)
        line = text.count("\n", 0, digits.start() if digits else 0) + 1
        raise FaultyProgrammeError([Fault(line, "sintaxe: número grande demais")]) from None


def _syntax_fault(text: str, error: str) -> Fault:
    match = _TOML_PLACE.fullmatch(error)
    what = match["what"] if match else error
    told = next((ours for theirs, ours in _SYNTAX.items() if what.startswith(theirs)), None)
    message = f"sintaxe: {told or 'não é TOML válido'}"
    if match and match["line"]:
        return Fault(int(match["line"]), f"{message} (coluna {match['column']})")
    return Fault(text.rstrip("\n").count("\n") + 1, message)


_SYNTAX: Mapping[str, str] = {
    "Expected '=' after a key": "falta o sinal = depois da chave",
    "Expected newline or end of document": "sobra texto depois do valor",
    "Invalid statement": "não é uma chave nem uma tabela",
    "Invalid initial character for a key": "chave inválida",
    "Invalid value": "valor inválido",
    "Invalid date or datetime": "data ou hora inválida",
    "Invalid hex value": "código de caractere inválido",
    "Unescaped '\\'": "barra invertida inválida",
    "Unclosed array": "lista sem o ] final",
    "Unclosed inline table": "tabela sem o } final",
    "Unterminated string": "texto sem as aspas finais",
    'Expected "\'"': "texto sem as aspas finais",
    "Illegal character": "caractere proibido, ou texto sem as aspas finais",
    "Expected ']": "falta o ] do título",
    "Cannot overwrite a value": "chave repetida",
    "Duplicate inline table key": "chave repetida",
    "Cannot declare": "tabela repetida",
    "Cannot mutate": "tabela repetida",
}


def _told(detail: ErrorDetails) -> str:
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


def _inconsistencies(programme: ProgrammeEntry) -> Iterator[tuple[Path, str]]:
    """What is wrong between entries that are each right by themselves."""
    for key, entries in (
        ("filmes", programme.films),
        ("salas", programme.rooms),
        ("sessoes", programme.sessions),
    ):
        for index in _repeated([entry.id for entry in entries]):
            yield (key, index, "id"), f"id: {entries[index].id!r} já existe"
    for index, room in enumerate(programme.rooms):
        yield from _room_faults(("salas", index, "fileiras"), room)
    films = {film.id for film in programme.films}
    rooms = {room.id for room in programme.rooms}
    for index, session in enumerate(programme.sessions):
        if session.film not in films:
            yield ("sessoes", index, "filme"), f"filme: não há filme {session.film!r}"
        if session.room not in rooms:
            yield ("sessoes", index, "sala"), f"sala: não há sala {session.room!r}"


def _room_faults(path: Path, room: RoomEntry) -> Iterator[tuple[Path, str]]:
    for index in _repeated([row.name for row in room.rows]):
        yield (*path, index), f"fileiras: a fileira {room.rows[index].name} aparece duas vezes"
    seats = sum(place is not None for row in room.rows for place in row.places)
    if seats > MOST_SEATS:
        yield path, f"fileiras: {seats} lugares, mais que os {MOST_SEATS} permitidos"


def _repeated(names: list[str]) -> Iterator[int]:
    """The positions of names that have stood before."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield index
        seen.add(name)
