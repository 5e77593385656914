"""What the checker says of a history that lacks lines, or has lines that somebody made up."""

import itertools
import json

import pytest

from tests.histories.check import check
from tests.histories.reading import Unusable, parse
from tests.histories.report import excerpts
from tests.support.right_history import RIGHT, checked, event, without


def test_a_right_history_has_no_violation() -> None:
    verdict = checked(RIGHT)
    assert verdict.violations == []
    assert verdict.unchecked == []
    assert (verdict.calls, verdict.events, verdict.acknowledged) == (4, 3, 1)


@pytest.mark.parametrize(
    "names",
    [
        ("hold", "granted"),
        ("pay", "paid"),
        ("other hold of bia", "granted to bia"),
        *(
            (name,)
            for name, fields in RIGHT.items()
            if fields["type"] in ("event", "state", "read")
        ),
    ],
)
def test_what_is_left_out_is_missed(names: tuple[str, ...]) -> None:
    verdict = checked(without(*names))
    assert verdict.violations or verdict.unchecked


@pytest.mark.parametrize("name", ["granted", "refused", "paid"])
def test_a_request_without_an_answer_has_an_unknown_outcome(name: str) -> None:
    assert checked(without(name)).violations == []


def test_without_events_and_maps_the_orders_alone_are_checked() -> None:
    blind = {n: f for n, f in RIGHT.items() if f["type"] != "event" and n not in ("map", "keys")}
    verdict = checked(blind)
    assert verdict.violations == []
    assert "(1) to (3), (5), (7), (9), (10): no events of S001" in verdict.unchecked


MADE_UP: list[object] = [None, -1, "", "x", [], {}, [{}], {"A01": {}}]


@pytest.mark.parametrize("name", RIGHT)
def test_whatever_a_line_says_there_is_a_verdict_or_a_reason(name: str) -> None:
    for field, value in itertools.product(RIGHT[name], MADE_UP):
        lines = RIGHT | {name: RIGHT[name] | {field: value}}
        timed = [{"at": number, **fields} for number, fields in enumerate(lines.values())]
        timed.append({"at": len(timed), "type": "end", "lines": len(timed)})
        try:
            verdict = check(parse(json.dumps(line).encode() + b"\n" for line in timed))
        except Unusable:
            continue
        assert bool(list(excerpts(verdict))) == bool(verdict.violations)


def test_where_the_recorder_has_missed_events_the_history_goes_on_from_a_map() -> None:
    hole = {"type": "state", "source": "map", "session": "S001", "version": 7, "baseline": True}
    lines = {
        name: {**hole, "sold": RIGHT["map"]["sold"]} if name == "sold" else fields
        for name, fields in RIGHT.items()
    }
    lines["held by bia"] = event(8, 200, "B01 held bia")
    for name in ("map", "keys"):
        lines[name] = lines[name] | {"version": 8}
    assert checked(lines).violations == []
