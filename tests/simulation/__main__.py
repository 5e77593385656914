"""`make simulation`: schedules of each subject, on a simulated loop.

    python -m tests.simulation                        10,000 of each, others each day
    python -m tests.simulation hub --seeds 500        fewer, of one
    python -m tests.simulation hub --seed 1234        this one again, step by step
    python -m tests.simulation --without resync       does a schedule notice?

A schedule that fails is printed, with the command that replays it. The exit status is 1 then.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context

from tests.simulation.run import SUBJECTS, Outcome, run_all
from tests.simulation.without import GUARANTEES, leave_out

SEEDS = 10_000
SHARE = 10  # schedules that a process runs before it reports


def main() -> None:
    args = _arguments()
    os.environ["PYTHONHASHSEED"] = "0"  # of the processes that run the schedules: sets of texts
    if args.without:
        args.subjects = [GUARANTEES[args.without].subject]
    failed = [subject for subject in args.subjects or SUBJECTS if not _passes(subject, args)]
    sys.exit(1 if failed else 0)


def _passes(subject: str, args: argparse.Namespace) -> bool:
    first, seeds = _range(args)
    begun = time.monotonic()
    done = 0
    for done, outcome in enumerate(_outcomes(subject, first, seeds, args.without), 1):
        if outcome.fault or args.seed is not None:
            print(*outcome.notes, sep="\n")
        if outcome.fault:
            print(f"{subject}: seed {outcome.seed} fails, the {done}th of {seeds}: {outcome.fault}")
            print(f"again: python -m tests.simulation {subject} --seed {outcome.seed}")
            return False
    rate = done / (time.monotonic() - begun)
    print(
        f"{subject}: {done} schedules from seed {first} are right, {rate:.0f} a second", flush=True
    )
    return True


def _range(args: argparse.Namespace) -> tuple[int, int]:
    if args.seed is not None:
        return args.seed, 1
    today = datetime.now(UTC).date().toordinal()
    return (today * SEEDS if args.first is None else args.first), args.seeds


def _outcomes(subject: str, first: int, seeds: int, left_out: str | None) -> Iterator[Outcome]:
    ranges = [
        range(begin, min(begin + SHARE, first + seeds))
        for begin in range(first, first + seeds, SHARE)
    ]
    workers = min(len(ranges), os.cpu_count() or 1)
    # A forked process would keep this one's hashes.
    with get_context("spawn").Pool(workers, leave_out, (left_out,)) as pool:
        for share in pool.imap(partial(run_all, subject), ranges):
            yield from share


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("subjects", nargs="*", choices=[[], *SUBJECTS], metavar="subject")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many (%(default)s)")
    parser.add_argument("--first", type=int, help="the first seed; else the day's")
    parser.add_argument("--seed", type=int, help="this one alone, with what happens in it")
    parser.add_argument("--without", choices=GUARANTEES, help="leave a guarantee out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
