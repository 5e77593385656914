"""Ranks the seats for a group that wants to sit together. The page has the same ranking
(static/groups.js)."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from heapq import heappop, heappush
from itertools import groupby
from math import sqrt
from typing import NamedTuple

from booking.programme.rooms import ORDINARY, Place, Room, Row

_DEPTH = 2 / 3  # of the room, from the screen: where sound and picture are best
_ROW_PITCH = 2.0  # a row is about as deep as two seats are wide
_LONELY = 3.0  # the cost of a single seat left over, in seat widths


class _Group(NamedTuple):
    """Adjacent seats, ordered by their distance from the sweet spot; the other fields decide
    ties."""

    cost: float  # seat widths
    row: int
    column: int
    seats: tuple[str, ...]
    left: tuple[str, ...]  # at most two seats of the same run, nearest first
    right: tuple[str, ...]


def best_seats(room: Room, taken: Collection[str], quantity: int) -> Iterator[list[str]]:
    """Every group of `quantity` free, adjacent seats of one row, best first.

    The sweet spot is two thirds back and centred. A group that would leave a single seat costs a
    few seats' widths more. The same input gives the same order. Later changes of `taken` are not
    seen.
    """
    return _in_order(_groups(room, quantity), frozenset(taken))


def _in_order(groups: Sequence[_Group], occupied: frozenset[str]) -> Iterator[list[str]]:
    waiting: list[_Group] = []  # groups with a surcharge, until their turn comes
    for group in groups:
        while waiting and waiting[0] < group:
            yield list(heappop(waiting).seats)
        if not occupied.isdisjoint(group.seats):
            continue
        lonely = _is_lonely(group.left, occupied) + _is_lonely(group.right, occupied)
        if lonely:
            heappush(waiting, group._replace(cost=group.cost + lonely * _LONELY))
        else:
            yield list(group.seats)
    while waiting:
        yield list(heappop(waiting).seats)


def _is_lonely(beside: tuple[str, ...], occupied: frozenset[str]) -> bool:
    """Whether the nearest seat is free and the one behind it is not."""
    free = [seat not in occupied for seat in beside]
    return free[:1] == [True] and free[1:] != [True]


@lru_cache(maxsize=256)
def _groups(room: Room, quantity: int) -> Sequence[_Group]:
    """All groups of an empty room, best first: this depends on the room alone, and is computed
    once."""
    if quantity < 1:
        return ()
    centre = (max(len(row.places) for row in room.rows) - 1) / 2
    sweet_row = round((len(room.rows) - 1) * _DEPTH)
    groups: list[_Group] = []
    for index, row in enumerate(room.rows):
        depth = _ROW_PITCH * (index - sweet_row)
        for start, run in _runs(row):
            for first in range(len(run) - quantity + 1):
                column = start + first
                width = column + (quantity - 1) / 2 - centre
                end = first + quantity
                groups.append(
                    _Group(
                        sqrt(depth * depth + width * width),  # exact: the page computes the same
                        index,
                        column,
                        run[first:end],
                        run[max(first - 2, 0) : first][::-1],
                        run[end : end + 2],
                    )
                )
    return sorted(groups)


def _runs(row: Row) -> Iterator[tuple[int, tuple[str, ...]]]:
    """First column and seats of each stretch without a gap or a special place.

    Special places are left to those who need or want them: a buyer picks a couple's sofa on the
    map.
    """
    for open_to_all, stretch in groupby(enumerate(row.places), key=lambda item: _is_open(item[1])):
        if open_to_all:
            places = [(column, place.seat) for column, place in stretch if place is not None]
            yield places[0][0], tuple(seat for _, seat in places)


def _is_open(place: Place | None) -> bool:
    return place is not None and place.kind in ORDINARY
