"""A few schedules of each subject; `make simulation` runs 10,000 (docs/simulation.md)."""

import subprocess
import sys

import pytest

from deploy import ROOT
from tests.simulation.run import SUBJECTS, run_all
from tests.simulation.without import GUARANTEES

SEEDS_BY_DAY = range(10)
ENOUGH_SEEDS = 3_000  # to notice what is left out
SECONDS = 250


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_properties_hold_in_each_schedule(subject: str) -> None:
    for outcome in run_all(subject, SEEDS_BY_DAY):
        assert not outcome.fault, (
            "\n".join(outcome.notes)
            + f"\n{outcome.fault}\npython -m tests.simulation {subject} --seed {outcome.seed}"
        )


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_seed_gives_the_same_schedule_again(subject: str) -> None:
    one, again = run_all(subject, range(2)), run_all(subject, range(2))
    assert [outcome.course for outcome in one] == [outcome.course for outcome in again]


@pytest.mark.nightly
@pytest.mark.parametrize("name", GUARANTEES)
def test_a_schedule_notices_a_guarantee_that_is_left_out(name: str) -> None:
    command = [sys.executable, "-m", "tests.simulation", "--without", name]
    command += ["--first", str(GUARANTEES[name].seed), "--seeds", str(ENOUGH_SEEDS)]
    done = subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Wrong" in done.stdout
