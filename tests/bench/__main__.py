"""The benchmarks, in one command: each row of the table in docs/benchmarks.md, beside the limits of its parts.

    python -m tests.bench                   every row
    python -m tests.bench hold sale         these
    python -m tests.bench --quick hold      a fifth of everything

The figures are written as Markdown to standard output; with --record they are added to docs/benchmarks.jsonl, and
docs/benchmarks.md with its plots is written again. Ratios hold on a busy machine, too; times do on a quiet one only.
"""

import argparse
import sys

from tests.bench import history, report
from tests.bench.row import Scale
from tests.bench.rows import ROWS
from tests.bench.run import named, run

QUICK = Scale(0.2)


def main() -> None:
    args = _arguments()
    rows = named(ROWS, args.rows)
    for result in run(rows, QUICK if args.quick else Scale(), args.rounds):
        sys.stdout.write(f"{report.table(result.row, result.figures)}\n")
        sys.stdout.flush()
        if args.record:
            history.append([history.Entry.of(result, quick=args.quick)])


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
    parser.add_argument("--record", action="store_true", help="add to docs/benchmarks.jsonl")
    return parser.parse_args()


if __name__ == "__main__":
    main()
