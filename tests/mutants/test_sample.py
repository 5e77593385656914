"""Mutants are made as described, and the state machine notices some that would sell a seat."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from luaparser import ast

from cinema.lua_scripts import FOLDER
from deploy import ROOT
from tests.support.infra import started

pytest.register_assert_rewrite("tests.state_machine.machine")
from tests.mutants import trial  # noqa: E402
from tests.mutants.by_hand import Patch, patches  # noqa: E402
from tests.mutants.lua import Mutant, mutants  # noqa: E402
from tests.mutants.report import reasons  # noqa: E402
from tests.mutants.suite import ForkedSuite  # noqa: E402
from tests.state_machine.clocked_redis import ClockedRedis  # noqa: E402

PAGE = ROOT / "docs" / "mutants.md"
SAMPLE = (
    ("confirm", "never `not hold or redis.call('GET', lock) ~= hold.token`"),
    ("confirm", "`hold and hold.buyer ~= buyer` without `hold.buyer ~= buyer`"),
    ("release", "without `redis.call('HDEL', buyers_key, buyer)`"),
)


def test_each_check_comparison_and_write_has_its_mutants(tmp_path: Path) -> None:
    script = tmp_path / "script.lua"
    script.write_text("if a and b < 1 then\n  redis.call('DEL', key)\nend\n")
    assert [(one.at, one.change, one.text.splitlines()[one.at - 1]) for one in mutants(script)] == [
        (1, "`a and b < 1` without `b < 1`", "if a then"),
        (1, "`a and b < 1` without `a`", "if b < 1 then"),
        (1, "never `a and b < 1`", "if false then"),
        (1, "<= in `b < 1`", "if a and b <= 1 then"),
        (2, "without `redis.call('DEL', key)`", "  local _ = nil"),
    ]


def test_a_mutant_is_a_script_of_its_own() -> None:
    for one in mutants(FOLDER / "lease.lua"):
        ast.parse(one.text)
        assert one.text != (FOLDER / "lease.lua").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkedSuite]:
    folder = tmp_path_factory.mktemp("mutants")
    with started(lambda: ClockedRedis(folder)) as redis, trial.machine_on(redis, folder):
        yield ForkedSuite(folder)


@pytest.mark.parametrize(("script", "change"), SAMPLE)
def test_the_state_machine_notices_a_mutant(suite: ForkedSuite, script: str, change: str) -> None:
    (mutant,) = [one for one in mutants(FOLDER / f"{script}.lua") if one.change == change]
    assert trial.noticed_by_machine(mutant, suite)


# ------------------------------------------------------------------------------- the lists are true


@pytest.fixture(scope="module")
def every_mutant() -> list[Mutant]:
    return [one for file in sorted(FOLDER.glob("*.lua")) for one in mutants(file)]


def test_each_explanation_is_of_a_mutant(every_mutant: list[Mutant]) -> None:
    known = {(one.script, one.change) for one in every_mutant}
    explained = {(script, change) for script, ones in reasons().items() for change in ones}
    assert explained <= known


def test_the_page_has_as_many_mutants_as_the_scripts(every_mutant: list[Mutant]) -> None:
    """Else a script has changed: run `make mutants`."""
    page = PAGE.read_text(encoding="utf-8")
    for script, number in Counter(one.script for one in every_mutant).items():
        assert f"| [{script}](../lua/{script}.lua) | {number} |" in page


@pytest.mark.parametrize("patch", patches(), ids=lambda patch: patch.name)
def test_a_mutant_made_by_hand_still_has_its_code_its_tests_and_its_guarantee(
    patch: Patch,
) -> None:
    for file, text in patch.texts.items():
        if file.endswith(".py"):
            compile(text, file, "exec")
    assert f"def {patch.must_fail}(" in (ROOT / patch.tests).read_text(encoding="utf-8")
    assert f"\n## {patch.breaks}\n" in (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")
    assert f"| {patch.name} |" in PAGE.read_text(encoding="utf-8")
