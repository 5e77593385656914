"""The rules of the house about where one may sit.

The page applies the same rules, to explain them before the payment (static/seating.js).
tests/unit_js/seating_cases.json has the expected results for both.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from booking.programme.rooms import ORDINARY, Place, Room, Row, SeatKind

_BESIDE_A_WHEELCHAIR = frozenset({SeatKind.CADEIRANTE, SeatKind.ACOMPANHANTE})


def split_sofas(room: Room, seats: Collection[str], own: Collection[str] = ()) -> tuple[str, ...]:
    """The seats whose sofa's other half is neither among them nor among the buyer's `own`."""
    halves = room.other_halves
    return tuple(
        seat
        for seat in seats
        if seat in halves and halves[seat] not in seats and halves[seat] not in own
    )


def lost_companions(row: Row, chosen: Collection[str], bought: Collection[str]) -> Iterator[str]:
    """Companion seats in `chosen` without a wheelchair space of the buyer's in the same group
    (Decreto 9.404/2018).

    A gap or a seat of another kind ends a group. `bought`: the seats that the buyer has already.
    """
    for group in row.stretches(lambda place: place.kind in _BESIDE_A_WHEELCHAIR):
        own = [place for place in group if place.seat in chosen or place.seat in bought]
        if all(place.kind is SeatKind.ACOMPANHANTE for place in own):
            yield from (place.seat for place in own if place.seat in chosen)


def lonely_seats(
    row: Row, chosen: Mapping[str, int | None], taken: Mapping[str, int | None]
) -> Iterator[str]:
    """Single free seats that would be left over beside the chosen ones.

    The end of a row, an aisle and a place for somebody special close a stretch like a taken seat.
    `chosen` maps the buyer's seats to when they were chosen, `taken` all others' seats to when they
    were taken; None if that is unknown. These are allowed:

    - Unavoidable: a stretch of one seat more than the buyer takes leaves one over anyway.
    - One person in an empty stretch: need not move, nor take a second seat.
    - Not the buyer's fault: the neighbour on the other side came later, or may have.
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
    """Whether the buyer takes one seat in a stretch that was empty at that time."""
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
    """Whether the single seat is between a seat of the buyer's and one that was taken later."""
    before, after = _neighbours(row, seat)
    if before is None or after is None:
        return False
    own, other = (before, after) if before.seat in chosen else (after, before)
    if other.seat in chosen or other.kind not in ORDINARY:
        return False
    return _is_later(taken[other.seat], chosen[own.seat])


def _is_later(taken_at: int | None, chosen_at: int | None) -> bool:
    """Or may be later."""
    return chosen_at is None or taken_at is None or taken_at >= chosen_at


def _is_ordinary(place: Place) -> bool:
    return place.kind in ORDINARY


def _neighbours(row: Row, seat: str) -> tuple[Place | None, Place | None]:
    places = (None, *row.places, None)
    column = next(i for i, place in enumerate(places) if place is not None and place.seat == seat)
    return places[column - 1], places[column + 1]
