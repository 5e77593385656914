"""Looks for a test that notices a mutant: the state machine first, then the script's own tests."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from redis.exceptions import ResponseError

from cinema import lua_scripts
from deploy import ROOT, commands
from tests.mutants.lua import Mutant
from tests.mutants.report import SURVIVED
from tests.state_machine.clocked_redis import ClockedRedis
from tests.state_machine.machine import SeatMachine

MACHINE = "test_redis_does_what_the_model_does"
SEQUENCES, STEPS = 60, 50
GIT_SECONDS, TEST_SECONDS = 60, 300
SEATS = frozenset({"hold", "release", "extend", "expire", "confirm", "cancel"})
_OF_SEATS = (
    *("seat_state_hold", "seat_state_exchange", "seat_state_release", "seat_state_sale"),
    *("seat_state_time", "seat_state_dataset", "newest_events", "deleted_keys", "giving_back"),
    *("selling_limits", "orders_of_before", "booking_tickets", "half_price"),
)
_OF_MAILS = ("booking_mails", "mail_limits", "mail_room", "mail_outages", "giving_back")
# The integration tests of each script, those that know it best first.
TESTS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(SEATS, _OF_SEATS),
    **dict.fromkeys(
        ("claim_mails", "record_mail", "retry_mail", "schedule_mail", "resend", "correct_email"),
        _OF_MAILS,
    ),
    "shorten": ("seat_state_time", "booking_expiry", "redis_data_model"),
    "count_mails": ("mail_limits", "booking_mails"),
    "forget": ("personal_data", "retention"),
    "remove_order": ("personal_data", "retention"),
    "remove_session": ("retention",),
    "forget_cooldowns": ("retention", "seat_state_time"),
    "repack_order": ("orders_of_before",),
    "lease": ("outbox",),
    "snapshot": ("seat_snapshots", "seat_state_hold"),
    "beat": ("lost_data",),
}
_FAILED = re.compile(r"^(?:FAILED|ERROR) \S*?::(\w+)", re.M)


def noticed(share: Sequence[Mutant]) -> list[tuple[Mutant, str]]:
    """Each mutant with the test that notices it, or SURVIVED."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = copy_of_the_project(folder / "project")
        (folder / "redis").mkdir()
        with state_machine(folder / "redis"):
            return [(mutant, _noticed(mutant, folder, project)) for mutant in share]


def _noticed(mutant: Mutant, folder: Path, project: Path) -> str:
    if mutant.script in SEATS and noticed_by_machine(mutant, folder):
        return MACHINE
    return noticed_by_tests(mutant, project) or SURVIVED


@contextmanager
def state_machine(folder: Path) -> Iterator[None]:
    """A Redis with a clock, for `noticed_by_machine`."""
    with ClockedRedis(folder) as redis, machine_on(redis, folder):
        yield


@contextmanager
def machine_on(redis: ClockedRedis, folder: Path) -> Iterator[None]:
    with asyncio.Runner() as runner:
        SeatMachine.redis, SeatMachine.runner = redis, runner
        SeatMachine.history = folder / "history.jsonl"
        yield


def noticed_by_machine(mutant: Mutant, folder: Path) -> bool:
    """Within `state_machine`, whose Redis is empty then. `folder` is for the scripts.

    A Redis that is gone is no finding: its error ends the run.
    """
    scripts = folder / "lua"
    shutil.copytree(lua_scripts.FOLDER, scripts, dirs_exist_ok=True)
    (scripts / f"{mutant.script}.lua").write_text(mutant.text, encoding="utf-8")
    before, lua_scripts.FOLDER = lua_scripts.FOLDER, scripts
    try:
        run_state_machine_as_test(SeatMachine, settings=_quickly())
    except (AssertionError, ResponseError, Flaky, LookupError, TypeError, ValueError):
        # The last three: a reply that the client cannot read.
        return True
    finally:
        lua_scripts.FOLDER = before
    return False


def _quickly() -> settings:
    return settings(
        max_examples=SEQUENCES,
        stateful_step_count=STEPS,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def copy_of_the_project(folder: Path) -> Path:
    """With its virtual environment and generated modules, for `noticed_by_tests`."""
    listed = commands.run(["git", "ls-files"], timeout=GIT_SECONDS, cwd=ROOT)
    for name in listed.splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    for stub in ROOT.glob("cinema_pb2*"):
        shutil.copyfile(stub, folder / stub.name)
    return folder


def noticed_by_tests(mutant: Mutant, project: Path) -> str:
    """The test that failed; empty if all passed."""
    script = project / "lua" / f"{mutant.script}.lua"
    whole = script.read_text(encoding="utf-8")
    for name in TESTS.get(mutant.script, ()):
        script.write_text(mutant.text, encoding="utf-8")
        failed = _failed(project, name)
        script.write_text(whole, encoding="utf-8")
        if failed and _failed(project, name):
            raise RuntimeError(f"{failed} fails without a mutant, too")
        if failed:
            return failed
    return ""


def _failed(project: Path, name: str) -> str:
    test = next((project / "tests/integration").glob(f"{'test_' * (name != 'lost_data')}{name}*"))
    asked = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(test)]
    try:
        done = subprocess.run(
            asked,
            cwd=project,
            env={**os.environ, "CI": ""},
            capture_output=True,
            text=True,
            timeout=TEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{name} (it hangs)"
    found = _FAILED.search(done.stdout)
    if done.returncode and not found:
        raise RuntimeError(f"{test} did not run: {done.stdout[-500:]}{done.stderr[-500:]}")
    return found[1] if found else ""
