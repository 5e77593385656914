"""How many accessible seats a room must have: Decreto 5.296/2004, art. 23, as amended by Decreto
9.404/2018.

§ 1: of up to 1,000 places 2% are wheelchair spaces and 2% are seats for people with a disability or
reduced mobility, at least one of each; above 1,000 they are 20 of each and 1% of the rest. § 2:
half of those seats are made for obese people, at least one. § 3: a companion sits beside each.
Fractions count as the next whole number.

A seat for obese people counts among the seats of § 1. A companion seat must be in one unbroken
group of wheelchair spaces and companion seats that has as many of the one as of the other.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from booking.programme.rooms import Place, Row, SeatKind

_SEATS = (SeatKind.MOBILIDADE_REDUZIDA, SeatKind.OBESO)
_IN_GROUPS = (SeatKind.CADEIRANTE, SeatKind.ACOMPANHANTE)
_LARGE = 1_000  # places


def required(places: int) -> int:
    """The number of wheelchair spaces, and of seats for reduced mobility."""
    large = min(places, _LARGE)
    return -(-large * 2 // 100) + -(-(places - large) // 100)


def missing_seats(rows: Sequence[Row]) -> Iterator[str]:
    """A sentence in Portuguese for each kind that the room lacks."""
    kinds = [place.kind for row in rows for place in row.places if place]
    needed = required(len(kinds))
    wheelchairs = kinds.count(SeatKind.CADEIRANTE)
    needs = (
        (needed, wheelchairs, "espaços para cadeira de rodas (C)"),
        (
            needed,
            sum(kinds.count(kind) for kind in _SEATS),
            "assentos de mobilidade reduzida (M e O)",
        ),
        (-(-needed // 2), kinds.count(SeatKind.OBESO), "assentos para pessoa obesa (O)"),
        (
            wheelchairs,
            _companions(rows),
            "acompanhantes (A) ao lado dos espaços para cadeira de rodas",
        ),
    )
    for least, found, what in needs:
        if found < least:
            yield (
                f"{what}: {found} de {least}, para {len(kinds)} lugares"
                " (Decreto 5.296/2004, art. 23, na redação do Decreto 9.404/2018)"
            )


def _companions(rows: Sequence[Row]) -> int:
    """The number of wheelchair spaces with a companion seat in the same group."""
    return sum(
        min(group.count(SeatKind.CADEIRANTE), group.count(SeatKind.ACOMPANHANTE))
        for row in rows
        for group in _groups(row.places)
    )


def _groups(places: Sequence[Place | None]) -> Iterator[list[SeatKind | None]]:
    kinds = [place.kind if place else None for place in places]
    for is_group, stretch in groupby(kinds, key=lambda kind: kind in _IN_GROUPS):
        if is_group:
            yield list(stretch)
