"""Faults under constant load, each with the history checked at its end: `make faults`.

    python -m tests.faults                  every fault
    python -m tests.faults kills redis-cut  these
    python -m tests.faults --seed 7         in the random order of an earlier run
    python -m tests.faults --record         into docs/faults.md, too

A line for each fault, a table at the end. Exit status: 1 if a promise was broken, or the hard case
of a fault was never reached.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.crowds import due_at_once, emptied, sleeping_browsers
from tests.faults.failover import FAILOVERS, fail_over
from tests.faults.figures import Figures, table, write
from tests.faults.mail_faults import MAIL_FAULTS
from tests.faults.part_faults import BROKER_FAULTS, PART_FAULTS
from tests.faults.redis_faults import CLOCK_FAULTS, EXPIRY_FAULTS, HOLD_SECONDS, REDIS_FAULTS
from tests.faults.scenario import Scenario, play
from tests.faults.stage import Stage, staged
from tests.support.backends import BackendMissing
from tests.support.kafka_cluster import KafkaCluster
from tests.support.preloaded_clock import PreloadedClock


@contextmanager
def one_system(seed: int, _: Path) -> Iterator[Stage]:
    with staged(seed) as stage:
        yield stage


@contextmanager
def with_a_clock(seed: int, folder: Path) -> Iterator[Stage]:
    with staged(seed, PreloadedClock(folder)) as stage:
        yield stage


@contextmanager
def with_short_holds(seed: int, _: Path) -> Iterator[Stage]:
    with staged(seed, HOLD_SECONDS=str(HOLD_SECONDS)) as stage:
        yield stage


@contextmanager
def with_three_brokers(seed: int, folder: Path) -> Iterator[Stage]:
    with KafkaCluster(folder / "kafka") as brokers:
        brokers.start()
        with staged(seed, brokers=brokers) as stage:
            yield stage


GROUNDS = [
    (one_system, [*PART_FAULTS, *REDIS_FAULTS, *MAIL_FAULTS]),
    (with_short_holds, EXPIRY_FAULTS),
    (with_a_clock, CLOCK_FAULTS),
    (with_three_brokers, BROKER_FAULTS),
]
# With a stage and a course of their own.
MEASURES: dict[str, Callable[[], Coroutine[Any, Any, Figures]]] = {
    "due": due_at_once,
    "sleepers": sleeping_browsers,
    "emptied": emptied,
    **{one.name: partial(fail_over, one) for one in FAILOVERS},
}
NAMES = [
    *(scenario.name for _, scenarios in GROUNDS for scenario in scenarios),
    *MEASURES,
]


def main() -> int:
    # A run that is ended leaves no server behind: what it started ends with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    args = _arguments()
    sys.stdout.write(f"seed {args.seed}\n")
    began = datetime.now(UTC)
    rows = []
    for figures in _all(args.faults or NAMES, args.seed):
        sys.stdout.write(figures.line())
        sys.stdout.flush()
        rows.append(figures)
    sys.stdout.write(f"\n{table(rows)}")
    if args.record:
        took = (datetime.now(UTC) - began).total_seconds() / 60
        write(rows, f"{began:%Y-%m-%d %H:%M} UTC, {took:.0f} minutes, seed {args.seed}.")
    return int(any(figures.problems for figures in rows))


def _all(names: Sequence[str], seed: int) -> Iterator[Figures]:
    with tempfile.TemporaryDirectory() as histories:
        for ground, scenarios in GROUNDS:
            chosen = [scenario for scenario in scenarios if scenario.name in names]
            if not chosen:
                continue
            try:
                with ground(seed, Path(histories)) as stage:
                    for scenario in chosen:
                        yield _played(scenario, stage, Path(histories) / f"{scenario.name}.jsonl")
            except BackendMissing as missing:
                for scenario in chosen:
                    yield _unplayed(scenario.name, scenario.title, missing)
    for name, figures in MEASURES.items():
        if name in names:
            yield _figures_of(figures(), name, name)


def _played(scenario: Scenario, stage: Stage, file: Path) -> Figures:
    return _figures_of(play(scenario, stage, file), scenario.name, scenario.title)


def _figures_of(run: Coroutine[Any, Any, Figures], name: str, title: str) -> Figures:
    """One that cannot be played to its end has failed; the next ones are tried."""
    try:
        return asyncio.run(run)
    except Exception as error:  # noqa: BLE001 - whatever it was
        first: BaseException = error
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        return _unplayed(name, title, first)


def _unplayed(name: str, title: str, error: BaseException) -> Figures:
    problem = f"{type(error).__name__}: {error}"
    return Figures(name, title, 0, 0, 0, "–", problems=[problem])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("faults", nargs="*", choices=[*NAMES, []], metavar="fault")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--record", action="store_true", help="write docs/faults.md, too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
