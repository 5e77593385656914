"""Reads a page of docs/: its sections, tables and code blocks."""

import json
import re
from dataclasses import dataclass
from typing import Any, Self

from deploy import ROOT

Row = dict[str, str]


@dataclass(frozen=True)
class Page:
    text: str

    @classmethod
    def of(cls, name: str) -> Self:
        return cls((ROOT / "docs" / name).read_text(encoding="utf-8"))

    def section(self, title: str) -> Self:
        """From the heading to the next one of its level or a higher one."""
        found = re.search(rf"^(#+) {re.escape(title)}$", self.text, re.M)
        assert found, f"no heading {title!r}"
        rest = self.text[found.end() :]
        end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.M)
        return type(self)(rest[: end.start()] if end else rest)

    def table(self, *header: str) -> list[Row]:
        """The rows of the table with these headers, each cell by its header."""
        lines = self.text.splitlines()
        start = lines.index(f"| {' | '.join(header)} |".replace("|  |", "| |"))
        rows = []
        for line in lines[start + 2 :]:
            if not line.startswith("|"):
                break
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            rows.append(dict(zip(header, cells, strict=True)))
        return rows

    def blocks(self, language: str) -> list[str]:
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.M | re.S)

    def examples(self) -> list[Any]:
        """What the JSON blocks say."""
        return [json.loads(block) for block in self.blocks("json")]

    def links(self) -> list[str]:
        """The targets of links into the repository, from the page's folder."""
        return re.findall(r"\]\((?!https?:|#)([^)]+)\)", self.text)


def code(cell: str) -> list[str]:
    """What a cell has in back-quotes."""
    return re.findall(r"`([^`]+)`", cell)
