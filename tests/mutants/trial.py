"""Looks for a test that notices a mutant: the state machine first, then the script's own tests."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisSilent

from tests.mutants.lua import Mutant
from tests.mutants.report import MACHINE, SURVIVED
from tests.mutants.suite import ForkedSuite, ProjectCopy, Suite
from tests.state_machine.clocked_redis import ClockedRedis
from tests.state_machine.machine import SeatMachine

SEQUENCES, STEPS = 15, 50
SEATS = ("hold", "release", "extend", "expire", "confirm", "cancel")
_MAILS = ("claim_mails", "record_mail", "retry_mail", "schedule_mail", "resend", "correct_email")
_LAST_MILLISECOND = "test_an_extension_keeps_the_lock_that_is_in_its_last_millisecond"
_CONTRACT = ("hold", "exchange", "release", "sale", "time", "dataset")
# For which scripts which tests are run. First those that start no service.
_WITHIN = (
    ((*_MAILS, "cancel"), "scripts/test_mails.py"),
    (("count_mails",), "scripts/test_mail_counts.py"),
    (("forget", "remove_order", "confirm"), "scripts/test_order_end.py"),
    (
        ("lease", "forget_cooldowns", "beat", "remove_session", "repack_order"),
        "scripts/test_upkeep.py",
    ),
    ((*SEATS, "shorten"), "scripts/test_holds.py"),
    (SEATS, "scripts/test_sales.py"),
    *(((*SEATS, "shorten", "snapshot"), f"contract/test_{name}.py") for name in _CONTRACT),
    (("extend",), f"state_machine/test_machine.py::{_LAST_MILLISECOND}"),
    (SEATS, "integration/test_newest_events.py"),
    (SEATS, "integration/test_deleted_keys.py"),
    (SEATS, "integration/test_selling_limits.py"),
    ((*SEATS, "forget", "repack_order"), "integration/test_orders_of_before.py"),
    (("confirm", "cancel"), "integration/test_half_price.py"),
    (SEATS, "integration/test_redis_data_model.py"),
    (SEATS, "integration/test_seat_state_invariants.py"),
    (("snapshot",), "integration/test_seat_snapshots.py"),
    (SEATS, "contract/test_storm.py"),
)
_BESIDE = (
    ((*_MAILS, "confirm", "cancel"), "integration/test_giving_back.py"),
    (_MAILS, "integration/test_booking_mails.py"),
    (_MAILS, "integration/test_mail_room.py"),
    (("confirm",), "integration/test_booking_tickets.py"),
    (("count_mails",), "integration/test_mail_limits.py"),
    (("forget", "remove_order"), "integration/test_personal_data.py"),
    (("forget", "remove_order", "remove_session"), "integration/test_retention.py"),
    (("shorten",), "integration/test_booking_expiry.py"),
    (("lease",), "integration/test_outbox.py"),
)


def noticed(mutant: Mutant, within: ForkedSuite, beside: ProjectCopy) -> str:
    """The test that notices it, or SURVIVED. Within `state_machine`. Raises Unsettled."""
    if mutant.script in SEATS and noticed_by_machine(mutant, within):
        return MACHINE
    texts = {f"lua/{mutant.script}.lua": mutant.text}
    suites: tuple[tuple[Suite, Sequence[tuple[Sequence[str], str]]], ...]
    suites = ((within, _WITHIN), (beside, _BESIDE))
    for suite, known in suites:
        tests = [f"tests/{name}" for scripts, name in known if mutant.script in scripts]
        if tests and (test := suite.noticed(texts, tests)):
            return test
    return SURVIVED


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


def noticed_by_machine(mutant: Mutant, suite: ForkedSuite) -> bool:
    """Within `state_machine`, whose Redis is empty then.

    A Redis that is gone is no finding: its error ends the run.
    """
    with suite.changed({f"lua/{mutant.script}.lua": mutant.text}):
        try:
            run_state_machine_as_test(SeatMachine, settings=_quickly())
        except (RedisGone, RedisSilent):
            raise
        except Exception:  # noqa: BLE001 - a fault that no client expects is one that is noticed
            return True
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
