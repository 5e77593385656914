"""Checks a recorded history: `python -m tests.histories FILE`, `make check-history FILE=…`.

Exit status: 0 no violation, 1 violations, 2 no history.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.histories.check import Verdict, check
from tests.histories.reading import Unusable, read

GOOD, BAD, NO_HISTORY = 0, 1, 2
VIOLATIONS_SHOWN = 10


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="check-history", description=__doc__)
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args(arguments).file
    try:
        verdict = check(read(file))
    except Unusable as reason:
        print(f"{file} is no history: {reason}", file=sys.stderr)
        return NO_HISTORY
    report(verdict)
    return BAD if verdict.violations else GOOD


def report(verdict: Verdict) -> None:
    print(
        f"{verdict.lines:,} lines, {verdict.calls:,} calls, {verdict.events:,} events, "
        f"{verdict.acknowledged:,} orders acknowledged, {verdict.lost:,} lost, "
        f"{verdict.doubled:,} doubled"
    )
    for left_out in verdict.unchecked:
        print(f"not checked: {left_out}")
    shortest = sorted(verdict.violations, key=lambda violation: len(violation.excerpt))
    for violation in shortest[:VIOLATIONS_SHOWN]:
        print(violation)
        for line in violation.excerpt:
            print(f"    {line.number}: {line.to_json()}")
    found = len(verdict.violations)
    if found > VIOLATIONS_SHOWN:
        print(f"and {found - VIOLATIONS_SHOWN:,} more")
    print(f"FAIL: {found:,} violations" if found else "PASS")


if __name__ == "__main__":
    sys.exit(main())
