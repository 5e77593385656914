"""Checks a recorded history: `python -m tests.histories FILE`, `make check-history FILE=…`.

Exit status: 0 no violation, 1 violations, 2 no history.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.histories.check import check
from tests.histories.reading import Unusable, read
from tests.histories.report import excerpts, figures

GOOD, BAD, NO_HISTORY = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="check-history", description=__doc__)
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args(arguments).file
    try:
        verdict = check(read(file))
    except Unusable as reason:
        print(f"{file} is no history: {reason}", file=sys.stderr)
        return NO_HISTORY
    print(figures(verdict))
    for left_out in verdict.unchecked:
        print(f"not checked: {left_out}")
    for line in excerpts(verdict):
        print(line)
    found = len(verdict.violations)
    print(f"FAIL: {found:,} violations" if found else "PASS")
    return BAD if found else GOOD


if __name__ == "__main__":
    sys.exit(main())
