"""A fault run fails when a promise is broken, and when its hard case was never reached."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults.figures import Figures, table
from tests.faults.load import Answers
from tests.faults.part_faults import p99_and_mails_hold
from tests.faults.scenario import Run, Scenario, broken
from tests.histories.check import Verdict

AT_LEAST = 3


async def nothing(_: Any) -> None:
    """No fault."""


SCENARIO = Scenario("name", "title", nothing, lambda *_: 0, "hard cases", AT_LEAST)


def run_with(answers: Answers, *, arrived: float = 1) -> Run:
    stage: Any = SimpleNamespace(window=(10, 20))
    return Run(stage, answers, begin=10, end=20, arrived=arrived)


def verdict(**more: Any) -> Verdict:
    fields: dict[str, Any] = {
        **{"lines": 9, "calls": 3, "events": 3, "acknowledged": 2, "lost": 0, "doubled": 0},
        **{"violations": [], "unchecked": [], **more},
    }
    return Verdict(**fields)


def test_a_good_run_has_no_problems() -> None:
    assert list(broken(SCENARIO, run_with(Answers()), AT_LEAST, verdict())) == []


@pytest.mark.parametrize(
    ("found", "answers", "reached", "problem"),
    [
        ({}, Answers(), AT_LEAST - 1, "not reached: hard cases (2 of 3)"),
        ({"lost": 1}, Answers(), AT_LEAST, "1 acknowledged orders are lost"),
        ({"doubled": 1}, Answers(), AT_LEAST, "1 are doubled"),
        ({}, Answers(gave_up=1), AT_LEAST, "1 callers gave up"),
        ({}, Answers(refused=["ja_comprado"]), AT_LEAST, "refused: ja_comprado"),
    ],
)
def test_a_run_fails(found: dict[str, Any], answers: Answers, reached: int, problem: str) -> None:
    assert list(broken(SCENARIO, run_with(answers), reached, verdict(**found))) == [problem]


def test_a_hold_that_is_slower_without_kafka_or_a_late_mail_breaks_the_promise() -> None:
    calm, slow = [(5.0, 0.010)] * 100, [(15.0, 0.030)] * 100
    assert list(p99_and_mails_hold(run_with(Answers(holds=[*calm, (15.0, 0.011)])))) == []
    problems = list(p99_and_mails_hold(run_with(Answers(holds=[*calm, *slow]), arrived=61)))
    assert problems == [
        "p99 of a hold: 10.0 ms with Kafka, 30.0 ms without",
        "the last mail came 61 s after Kafka",
    ]


def test_where_holds_end_by_themselves_a_refusal_breaks_no_promise() -> None:
    answers, ending = Answers(refused=["reserva_expirada"]), replace(SCENARIO, holds_end=True)
    assert list(broken(ending, run_with(answers), AT_LEAST, verdict())) == []


def test_the_longest_pause_counts_from_the_fault_to_the_end_of_the_run() -> None:
    answers = Answers(sales={"a": 11, "b": 12, "c": 19})
    assert answers.longest_pause(10, 20) == 7
    assert answers.longest_pause(10, 40) == 21
    assert answers.first_sale_after(12.5) == 19
    assert answers.first_sale_after(19.5) is None


def test_a_row_shows_what_was_not_measured_as_a_dash() -> None:
    figures = Figures("name", "Title", 5, 1, 0, "2 cases", offered=10, served=9, a_second=8)
    assert table([figures]).endswith("| Title | 90% of 8/s | 5 | 1 | 0 | – | – | – | 2 cases |\n")
    assert figures.line().startswith("ok   name: load 90% of 8/s")


def test_a_row_of_a_run_that_failed_is_marked() -> None:
    figures = Figures("name", "Title", 5, 1, 0, "2 cases", problems=["1 order is lost"])
    assert "| Title ✗ |" in figures.row()
    assert figures.line().startswith("FAIL name:")
    assert figures.line().endswith("\n     1 order is lost\n")
