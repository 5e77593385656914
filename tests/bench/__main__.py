"""The benchmarks, in one command: each row of docs/benchmarks.md, beside the limits of its parts
and a naive design.

    python -m tests.bench                   every row
    python -m tests.bench hold sale         these
    python -m tests.bench --quick hold      a fifth of everything
    python -m tests.bench guard             what CI runs: has anything become slower by a third?
    python -m tests.bench grpcio            several versions of grpcio beside each other
    python -m tests.bench page              docs/benchmarks.md and its plots, from the history

The figures are written as Markdown to standard output; --record adds them to docs/benchmarks.jsonl
and to the page. Ratios hold on a busy machine, too; times do on a quiet one only.
"""

import argparse
import signal
import sys

from tests.bench import grpcio, guard, history, page, report
from tests.bench.row import Scale
from tests.bench.rows import ROWS
from tests.bench.run import named, run

QUICK = Scale(0.2)
COMMANDS = {"guard": guard.main, "grpcio": grpcio.main, "page": page.main}


def main() -> None:
    # A run that is ended leaves no server behind: what it started ends with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if len(sys.argv) > 1 and sys.argv[1] in COMMANDS:
        COMMANDS[sys.argv[1]](sys.argv[2:])
        return
    args = _arguments()
    for result in run(named(ROWS, args.rows), QUICK if args.quick else Scale(), args.rounds):
        sys.stdout.write(f"{report.table(result.row, result.figures)}\n")
        sys.stdout.flush()
        if args.record:
            history.append([history.Entry.of(result, quick=args.quick)])
    if args.record:
        page.write(history.read())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [row.name for row in ROWS]
    parser.add_argument(
        "rows", nargs="*", choices=[*names, []], metavar="row", help=", ".join(names)
    )
    parser.add_argument("--quick", action="store_true", help="a fifth of everything")
    parser.add_argument("--rounds", type=int, help="other than each row's own number")
    parser.add_argument("--record", action="store_true", help="add to the history and the page")
    return parser.parse_args()


if __name__ == "__main__":
    main()
