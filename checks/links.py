"""Every local link and anchor of the documents leads somewhere.

A link such as [`redis.call("TIME")`](lua/hold.lua#L7) quotes a line of code: line 7 has that text.
One such as [`test_a_seat`](tests/test_seats.py) names a test: the file has it.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from deploy import commands

GIT_SECONDS = 30

_CODE = re.compile(r"^( *)(```|~~~).*?^\1\2|`[^`\n]*`", re.M | re.S)
_LINK = re.compile(
    r"\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s+(\S+)|(?:href|src)=\"([^\"]+)\"", re.M
)
_QUOTED_LINE = re.compile(r"\[`([^`\n]+)`\]\(([^)\s#]+)#L(\d+)\)")
_NAMED_TEST = re.compile(r"\[`(test_\w+)`\]\(([^)\s#]+)\)")
_ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:|//", re.I)
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$|<(?:a|h\d)[^>]* (?:id|name)=\"([^\"]+)\"", re.M)
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]+>")


def broken(document: Path) -> Iterator[str]:
    """The links of a document that lead nowhere."""
    for match in _LINK.finditer(_without_code(document)):
        link = next(filter(None, match.groups()))
        if not _ELSEWHERE.match(link) and not _leads_somewhere(document, link):
            yield link
    yield from _misquoted(document)


def _misquoted(document: Path) -> Iterator[str]:
    text = document.read_text(encoding="utf-8")
    for code, path, number in _QUOTED_LINE.findall(text):
        found = [at for at, line in enumerate(_lines(document.parent / path), 1) if code in line]
        if int(number) not in found:
            yield f"{path}#L{number} is not `{code}`, which is in lines {found}"
    for test, path in _NAMED_TEST.findall(text):
        if not any(f"def {test}(" in line for line in _lines(document.parent / path)):
            yield f"{path} has no {test}"


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _leads_somewhere(document: Path, link: str) -> bool:
    path, _, anchor = unquote(link).partition("#")
    target = document.parent / path if path else document
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in _anchors(target.resolve())


@cache
def _anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings: a second one of the same words ends with -1."""
    found: set[str] = set()
    for match in _HEADING.finditer(_without_blocks(document)):
        heading, name = match.groups()
        slug = name or _slug(heading)
        number = 0
        while (anchor := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(anchor)
    return found


def _slug(heading: str) -> str:
    words = _MARKUP.sub(r"\1", heading).lower().strip()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def _without_code(document: Path) -> str:
    return _CODE.sub("", document.read_text(encoding="utf-8"))


def _without_blocks(document: Path) -> str:
    text = document.read_text(encoding="utf-8")
    return re.sub(r"^( *)(```|~~~).*?^\1\2", "", text, flags=re.M | re.S)


def main() -> None:
    names = sys.argv[1:] or _tracked()
    faults = [f"{name}: {link}" for name in names for link in broken(Path(name))]
    sys.exit("\n".join(["links that lead nowhere:", *faults]) if faults else 0)


def _tracked() -> list[str]:
    return commands.run(["git", "ls-files", "*.md"], timeout=GIT_SECONDS).splitlines()


if __name__ == "__main__":
    main()
