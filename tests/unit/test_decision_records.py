"""Every decision record has its parts, and the index has every record."""

import re

import pytest

from deploy import ROOT

FOLDER = ROOT / "docs" / "adr"
RECORDS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("0*.md"))}
PARTS = ["Status", "Context", "Decision", "Alternatives", "Consequences"]


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_has_a_status_a_date_and_what_else_was_considered(name: str) -> None:
    parts = re.findall(r"^\*\*(\w+)\.\*\*", RECORDS[name], re.M)
    assert [part for part in parts if part in PARTS] == PARTS
    status = RECORDS[name].partition("**Context.**")[0].split()
    assert re.search(r"Accepted, 2026-\d\d-\d\d", " ".join(status))


def test_the_index_has_every_record_in_order_by_its_title() -> None:
    titles = [re.findall(r"^# (\d+)\. (.+)$", text, re.M)[0] for text in RECORDS.values()]
    assert [number for number, _ in titles] == [str(n) for n in range(1, len(RECORDS) + 1)]
    rows = re.findall(
        r"^\| \[(\d{4})\]\((.+)\) \| (.+) \|$", (FOLDER / "README.md").read_text(), re.M
    )
    assert rows == [
        (name[:4], name, title) for name, (_, title) in zip(RECORDS, titles, strict=True)
    ]
