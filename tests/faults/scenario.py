"""A fault under constant load: what happens, how the run knows that it was reached, and what is
promised meanwhile."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.figures import Figures
from tests.faults.load import Answers, Hesitation, Load
from tests.faults.stage import Stage, seats_of
from tests.histories.check import Verdict
from tests.histories.delivered import orders_of
from tests.histories.report import excerpts
from tests.support.recorded_system import recorded
from tests.support.system import audited
from tests.support.waiting import eventually

SALES_AROUND = 15  # before the fault, and again after it
START_SECONDS = 30
RECOVERY_SECONDS = 60
ARRIVAL_SECONDS = 90
LOOK_SECONDS = 0.5
SHOWN = 12  # lines of excerpts


@dataclass(frozen=True)
class Run:
    """`begin` and `end` of the fault, by time.monotonic()."""

    stage: Stage
    answers: Answers
    begin: float
    end: float
    arrived: float  # seconds from the fault's end to the last record and mail


Promise = Callable[[Run], Iterator[str]]


def nothing_more(_: Run) -> Iterator[str]:
    """Beside what each scenario promises."""
    yield from ()


@dataclass(frozen=True)
class Scenario:
    """Each promises: no acknowledged order is lost, none is doubled, the history is right, every
    record and mail arrives, and no request is refused after its retries, except where `holds_end`.

    `cause` returns when the fault is over. `reached` counts from a log, a metric, or the callers'
    answers; during the run the count must grow by `at_least`. `promise` yields what was broken.
    """

    name: str
    title: str
    cause: Callable[[Stage], Awaitable[None]]
    reached: Callable[[Stage, Answers], int]
    hard_case: str
    at_least: int = 1
    a_second: float = 8
    hesitation: Hesitation = (0, 0)
    holds_end: bool = False
    promise: Promise = nothing_more


async def play(scenario: Scenario, stage: Stage, file: Path) -> Figures:
    """Raises TimeoutError where the system does not sell before the fault."""
    session = next(stage.sessions)
    seats = seats_of(stage, session)
    async with recorded(stage.system, session, file, sorted(seats)) as history:
        load = Load(
            stage.addresses,
            session,
            iter(seats),
            history.recording,
            hesitation=scenario.hesitation,
        )
        before = scenario.reached(stage, load.answers)
        async with load.running(scenario.a_second) as answers:
            await _sells(answers, SALES_AROUND, START_SECONDS)
            begin = time.monotonic()
            history.recording.fault(scenario.title)
            await scenario.cause(stage)
            end = time.monotonic()
            history.recording.fault(f"the end of: {scenario.title}")
            late = await _resumes(answers, end)
        finished = time.monotonic()
        missing = await _missing(stage, answers)
        run = Run(stage, answers, begin, end, time.monotonic() - end)
        reached = scenario.reached(stage, answers) - before
    found = (await audited(stage.system)).faults
    wrong = [sentence for sentences in found.values() for sentence in sentences]
    problems = [*late, *missing, *wrong, *broken(scenario, run, reached, history.verdict)]
    return _figures(scenario, run, finished, reached, history.verdict, problems)


async def _sells(answers: Answers, number: int, seconds: float) -> None:
    wanted = len(answers.sales) + number
    await eventually(lambda: len(answers.sales) >= wanted, seconds, f"{number} more sales")


async def _resumes(answers: Answers, end: float) -> list[str]:
    try:
        await eventually(lambda: answers.first_sale_after(end), RECOVERY_SECONDS)
        await _sells(answers, SALES_AROUND, RECOVERY_SECONDS)
    except TimeoutError:
        return [f"sales did not resume within {RECOVERY_SECONDS} s"]
    return []


async def _missing(stage: Stage, answers: Answers) -> list[str]:
    """Waits for the record and the mail of every order."""
    until = time.monotonic() + ARRIVAL_SECONDS
    without = {"mail": set(answers.sales), "record": set(answers.sales)}
    looked_at = 0
    while any(without.values()) and time.monotonic() < until:
        new = stage.system.mailbox.messages[looked_at:]
        looked_at += len(new)
        without["mail"].difference_update(orders_of(new))
        if not without["mail"]:
            without["record"] -= await asyncio.to_thread(_recorded, stage)
        await asyncio.sleep(LOOK_SECONDS)
    return [f"{len(orders)} orders without a {what}" for what, orders in without.items() if orders]


def _recorded(stage: Stage) -> set[str]:
    ledger = stage.system.ledger
    records = json.loads(ledger.read_bytes()) if ledger.exists() else []
    return {record["pedido_id"] for record in records}


def broken(scenario: Scenario, run: Run, reached: int, verdict: Verdict) -> Iterator[str]:
    if verdict.lost:
        yield f"{verdict.lost} acknowledged orders are lost"
    if verdict.doubled:
        yield f"{verdict.doubled} are doubled"
    if verdict.violations:
        yield "\n".join([f"{len(verdict.violations)} violations", *list(excerpts(verdict))[:SHOWN]])
    if run.answers.gave_up:
        yield f"{run.answers.gave_up} callers gave up"
    if run.answers.refused and not scenario.holds_end:
        yield f"refused: {', '.join(sorted(set(run.answers.refused)))}"
    if reached < scenario.at_least:
        yield f"not reached: {scenario.hard_case} ({reached} of {scenario.at_least})"
    yield from scenario.promise(run)


def _figures(
    scenario: Scenario,
    run: Run,
    finished: float,
    reached: int,
    verdict: Verdict,
    problems: list[str],
) -> Figures:
    answers = run.answers
    first = answers.first_sale_after(run.end)
    return Figures(
        name=scenario.name,
        title=scenario.title,
        seconds=finished - run.begin,
        offered=answers.offered,
        served=answers.served,
        acknowledged=verdict.acknowledged,
        lost=verdict.lost or 0,
        doubled=verdict.doubled,
        pause=answers.longest_pause(run.begin, finished),
        recovery=first - run.end if first else None,
        arrived=run.arrived,
        reached=f"{reached:,} {scenario.hard_case}",
        a_second=scenario.a_second,
        problems=problems,
    )
