"""All transitions of a seat, in sequences that Hypothesis makes, shrinks and prints as a script."""

import asyncio
import faulthandler
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from cinema.refusals import Refusal
from tests.state_machine.clocked_redis import ClockedRedis
from tests.support.infra import started

pytest.register_assert_rewrite("tests.state_machine.machine")
from tests.state_machine.machine import GUESTS, SeatMachine  # noqa: E402

STEPS = 50
BY_DAY, BY_NIGHT = 20, 2_000
OFTEN = {Refusal.SEAT_TAKEN, Refusal.HOLD_ENDED, Refusal.COOLING_DOWN, Refusal.WRONG_TOKEN}
REACHED = {
    *("ok", *OFTEN, Refusal.ALREADY_BOUGHT, Refusal.OVER_LIMIT, Refusal.NETWORK_LIMIT),
    *(Refusal.NOT_YOURS, Refusal.TIME_CEILING, Refusal.KEY_CONFLICT, Refusal.HALF_PRICE_GONE),
    *(Refusal.ORDER_CANCELLED, Refusal.SESSION_CLOSED),
}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[SeatMachine]]:
    folder = tmp_path_factory.mktemp("redis")
    with started(lambda: ClockedRedis(folder)) as redis, asyncio.Runner() as runner:
        SeatMachine.redis, SeatMachine.runner = redis, runner
        SeatMachine.history = folder / "history.jsonl"
        yield SeatMachine


@pytest.mark.parametrize(
    "sequences",
    [
        BY_DAY,
        pytest.param(BY_NIGHT, marks=pytest.mark.nightly),
    ],
)
def test_redis_does_what_the_model_does(machine: type[SeatMachine], sequences: int) -> None:
    # 2,000 sequences take some minutes, and the shrinking of what fails five more.
    faulthandler.cancel_dump_traceback_later()
    try:
        run_state_machine_as_test(machine, settings=_settings(sequences))
    except Exception as failure:
        failure.add_note(f"The last sequence's history: {machine.history}")
        raise
    kinds = {answer.partition(" ")[2] for answer in machine.reached}
    assert kinds >= (REACHED if sequences == BY_NIGHT else {"ok", *OFTEN})


def _settings(sequences: int) -> settings:
    return settings(
        max_examples=sequences,
        stateful_step_count=STEPS,
        derandomize=sequences == BY_DAY,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def test_an_extension_keeps_the_lock_that_is_in_its_last_millisecond(
    machine: type[SeatMachine],
) -> None:
    """Found by 2,000 sequences: A01 is at its ceiling, and A02 is not."""
    ana = GUESTS[0]
    state = machine()
    state.begin()
    state.hold(ana, ["A01"], [], "")
    state.time_passes(50_000)
    state.extend(ana, ["A01"], "")
    state.time_passes(40_000)
    state.hold(ana, ["A02"], [], "")
    state.time_passes(10_000)
    state.extend(ana, ["A01", "A02"], "")
    state.redis_has_what_the_model_has()
    state.teardown()
