"""No line of a text file is wider than 100 columns, but for what cannot be wrapped."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy import commands

COLUMNS = 100
GIT_SECONDS = 30
_GENERATED = re.compile(r"\.(lock|json|jsonl|svg|sha256)$|requirements[\w-]*\.txt$")
_CANNOT_WRAP = (
    r"\s*\|.*\|",  # a Markdown table's row
    r"#+ .*",  # a heading, or a comment that ruff checks
    r"\W*\S{60,}\W*",  # one long word, such as an address
    r"\W*\[`[^`]*`\]\(\S+\)\W*",  # a link to a line of code
    r"\s*(?:[\w.]+ ?[:=] |\"[\w.]+\": )?\"[^\"]*\"[,;]?",  # a text for readers, in one piece
    r"test\(\".*",  # a test's name
    r".*  # (?:noqa|type:).*",
)
_UNWRAPPED = re.compile("|".join(f"(?:{one})$" for one in _CANNOT_WRAP))


def wide_lines(file: Path) -> Iterator[int]:
    """The numbers of the lines that are too wide, but for those of a document's code."""
    in_code = False
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        in_code ^= file.suffix == ".md" and line.lstrip().startswith("```")
        if len(line) > COLUMNS and not in_code and not _UNWRAPPED.match(line):
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
