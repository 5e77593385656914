"""No line of a text file is wider than 100 columns, but for what cannot be wrapped."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy import commands

COLUMNS = 100
GIT_SECONDS = 30
_GENERATED = re.compile(r"\.(lock|json|jsonl|svg|sha256)$|requirements[\w-]*\.txt$")
# A Markdown table's row, and a word that is longer than the line: an address, mostly.
_CANNOT_WRAP = re.compile(r"\s*\|.*\|$|\W*\S{60,}\W*$")


def wide_lines(file: Path) -> Iterator[int]:
    """The numbers of the lines that are too wide."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if len(line) > COLUMNS and not _CANNOT_WRAP.match(line):
            yield number


def main() -> None:
    names = sys.argv[1:] or _tracked()
    faults = [f"{name}:{number}" for name in names for number in wide_lines(Path(name))]
    sys.exit("\n".join([f"wider than {COLUMNS} columns:", *faults]) if faults else 0)


def _tracked() -> list[str]:
    """Text files as git sees them."""
    git = ["git", "grep", "-I", "--name-only", "--cached", "-e", ""]
    listed = commands.run(git, timeout=GIT_SECONDS).splitlines()
    return [name for name in listed if not _GENERATED.search(name)]


if __name__ == "__main__":
    main()
