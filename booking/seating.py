"""The rules of the house about where one may sit.

The page judges by the same rules, to explain and to mend before the payment begins
(static/seating.js); tests/unit_js/seating_cases.json says for both of them what they come to.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from booking.programme.rooms import ORDINARY, Place, Room, Row, SeatKind

_BESIDE_A_WHEELCHAIR = frozenset({SeatKind.CADEIRANTE, SeatKind.ACOMPANHANTE})


def split_sofas(room: Room, seats: Collection[str], own: Collection[str] = ()) -> tuple[str, ...]:
    """Those of the seats whose sofa's other half is neither among them nor among the buyer's `own`."""
    halves = room.other_halves
    return tuple(
        seat
        for seat in seats
        if seat in halves and halves[seat] not in seats and halves[seat] not in own
    )


def lost_companions(row: Row, chosen: Collection[str], bought: Collection[str]) -> Iterator[str]:
    """Companion seats in `chosen` without a wheelchair space of the buyer's in the same group
    (Decreto 9.404/2018).

    A group is unbroken by a gap or by a seat of another kind. `bought`: what the buyer has already.
    """
    for group in row.stretches(lambda place: place.kind in _BESIDE_A_WHEELCHAIR):
        own = [place for place in group if place.seat in chosen or place.seat in bought]
        if all(place.kind is SeatKind.ACOMPANHANTE for place in own):
            yield from (place.seat for place in own if place.seat in chosen)


def lonely_seats(
    row: Row, chosen: Mapping[str, int | None], taken: Mapping[str, int | None]
) -> Iterator[str]:
    """Single free seats that would be left over beside the chosen ones.

    The end of a row, an aisle and a place that is made for somebody close a stretch as a taken seat
    does. `chosen` maps the buyer's seats to when he chose them, `taken` everybody else's to when
    they were taken; None where that is not known.

    - Unavoidable: a stretch with one seat more than the buyer takes has a single one left wherever
      he sits.
    - One person where nobody sat: whoever comes alone need not move, nor take a second seat.
    - Not his fault: the neighbour on the other side came later, or may have.
    """
    if _is_alone(row, chosen, taken):
        return
    for run in row.stretches(lambda place: _is_ordinary(place) and place.seat not in taken):
        own = [place for place in run if place.seat in chosen]
        if own and len(run) != len(own) + 1:
            for is_chosen, left in groupby(run, lambda place: place.seat in chosen):
                seats = [place.seat for place in left]
                if (
                    not is_chosen
                    and len(seats) == 1
                    and not _came_later(row, seats[0], chosen, taken)
                ):
                    yield seats[0]


def _is_alone(row: Row, chosen: Mapping[str, int | None], taken: Mapping[str, int | None]) -> bool:
    """Whether the buyer takes one seat, of a stretch in which nobody had one when he chose it."""
    if len(chosen) != 1:
        return False
    ((own, chosen_at),) = chosen.items()
    stretch = next(
        (run for run in row.stretches(_is_ordinary) if any(place.seat == own for place in run)), ()
    )
    others = [place.seat for place in stretch if place.seat in taken]
    return bool(stretch) and all(_is_later(taken[seat], chosen_at) for seat in others)


def _came_later(
    row: Row, seat: str, chosen: Mapping[str, int | None], taken: Mapping[str, int | None]
) -> bool:
    """Whether the single seat is between one of the buyer's and one that was taken after that."""
    before, after = _neighbours(row, seat)
    if before is None or after is None:
        return False
    own, other = (before, after) if before.seat in chosen else (after, before)
    if other.seat in chosen or other.kind not in ORDINARY:
        return False
    return _is_later(taken[other.seat], chosen[own.seat])


def _is_later(taken_at: int | None, chosen_at: int | None) -> bool:
    """Or may be."""
    return chosen_at is None or taken_at is None or taken_at >= chosen_at


def _is_ordinary(place: Place) -> bool:
    return place.kind in ORDINARY


def _neighbours(row: Row, seat: str) -> tuple[Place | None, Place | None]:
    places = (None, *row.places, None)
    column = next(i for i, place in enumerate(places) if place is not None and place.seat == seat)
    return places[column - 1], places[column + 1]
