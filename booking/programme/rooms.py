"""Rooms: rows of places, and the text format in which the programme has them."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from types import MappingProxyType

from cinema.seats import seat_name

LONGEST_ROW = 300  # places and gaps; a seat's number has at most three digits
_ROW = re.compile(r"(?P<name>[A-Z]{1,2}) (?P<marks>\S+)", re.ASCII)
_GAP = "_"


class SeatKind(StrEnum):
    """The kind of a place, by its name in the programme's prices and in the published map."""

    COMUM = "comum"
    PREMIUM = "premium"
    CADEIRANTE = "cadeirante"
    ACOMPANHANTE = "acompanhante"
    MOBILIDADE_REDUZIDA = "mobilidade_reduzida"
    OBESO = "obeso"
    CASAL = "casal"


MARKS: Mapping[str, SeatKind] = MappingProxyType(
    {
        ".": SeatKind.COMUM,
        "P": SeatKind.PREMIUM,
        "C": SeatKind.CADEIRANTE,
        "A": SeatKind.ACOMPANHANTE,
        "M": SeatKind.MOBILIDADE_REDUZIDA,
        "O": SeatKind.OBESO,
        "D": SeatKind.CASAL,
    }
)


# For anybody; every other kind is a special place.
ORDINARY = frozenset({SeatKind.COMUM, SeatKind.PREMIUM})


@dataclass(frozen=True)
class Place:
    seat: str  # canonical: "A05"
    kind: SeatKind


@dataclass(frozen=True)
class Row:
    name: str
    # From the left, seen from the seats; None is a gap or an aisle.
    places: tuple[Place | None, ...]
    block: str = ""  # the name of the rows that begin here: "Mezanino"

    def stretches(self, belongs: Callable[[Place], bool]) -> Iterator[tuple[Place, ...]]:
        """Neighbouring places from the left. A gap ends a stretch, and so does a place that does
        not belong."""
        for inside, places in groupby(
            self.places, lambda place: place is not None and belongs(place)
        ):
            if inside:
                yield tuple(place for place in places if place is not None)


@dataclass(frozen=True, eq=False)
class Room:
    """Rows from the screen to the back. Compared by identity: comparing so many places is slow."""

    id: str
    name: str
    rows: tuple[Row, ...]

    @cached_property
    def seats(self) -> Mapping[str, Place]:
        """Every place by its seat's name, in the order of the map."""
        places = (place for row in self.rows for place in row.places if place is not None)
        return MappingProxyType({place.seat: place for place in places})

    @cached_property
    def layout(self) -> str:
        """Every row's places as JSON; equal for rooms whose maps look alike."""
        rows = [[place and (place.seat, place.kind) for place in row.places] for row in self.rows]
        return json.dumps(rows)

    @cached_property
    def kinds(self) -> frozenset[SeatKind]:
        return frozenset(place.kind for place in self.seats.values())

    @cached_property
    def other_halves(self) -> Mapping[str, str]:
        """Maps each couple's seat to the other half of its sofa.

        Neighbouring couple's seats pair from the left; the last one of an odd number has no other
        half.
        """
        halves: dict[str, str] = {}
        for row in self.rows:
            for run in row.stretches(lambda place: place.kind is SeatKind.CASAL):
                for left, right in zip(run[::2], run[1::2], strict=False):
                    halves |= {left.seat: right.seat, right.seat: left.seat}
        return MappingProxyType(halves)

    @cached_property
    def rows_by_seat(self) -> Mapping[str, Row]:
        return MappingProxyType(
            {place.seat: row for row in self.rows for place in row.places if place is not None}
        )


def read_row(text: object) -> Row:
    """Reads "A CC..__..": the row's name, a space, and one mark a place.

    Seats are numbered from 1 along the row; gaps are not counted. Raises ValueError with a text for
    the programme's author.
    """
    match = _ROW.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(
            f"{_shown(text)} não é uma fileira: nome de A a ZZ, um espaço e uma marca por lugar"
        )
    name, marks = match["name"], match["marks"]
    _check_marks(name, marks)
    places: list[Place | None] = []
    number = 0
    for mark in marks:
        number += mark != _GAP
        places.append(None if mark == _GAP else Place(seat_name(name, number), MARKS[mark]))
    return Row(name, tuple(places))


def _check_marks(name: str, marks: str) -> None:
    if len(marks) > LONGEST_ROW:
        raise ValueError(f"fileira {name}: mais de {LONGEST_ROW} marcas")
    for position, mark in enumerate(marks, start=1):
        if mark != _GAP and mark not in MARKS:
            known = " ".join((*MARKS, _GAP))
            raise ValueError(
                f"fileira {name}: marca desconhecida {mark!r} na posição {position}"
                f" (as marcas são {known})"
            )
    if not marks.strip(_GAP):
        raise ValueError(f"fileira {name}: nenhum lugar")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
