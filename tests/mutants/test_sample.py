"""Mutants are made as described, and the state machine notices some that would sell a seat."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from luaparser import ast

from cinema.lua_scripts import FOLDER
from tests.support.infra import started

pytest.register_assert_rewrite("tests.state_machine.machine")
from tests.mutants import trial  # noqa: E402
from tests.mutants.lua import mutants  # noqa: E402
from tests.state_machine.clocked_redis import ClockedRedis  # noqa: E402

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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("mutants")
    with started(lambda: ClockedRedis(folder)) as redis, trial.machine_on(redis, folder):
        yield folder


@pytest.mark.parametrize(("script", "change"), SAMPLE)
def test_the_state_machine_notices_a_mutant(folder: Path, script: str, change: str) -> None:
    (mutant,) = [one for one in mutants(FOLDER / f"{script}.lua") if one.change == change]
    assert trial.noticed_by_machine(mutant, folder)
