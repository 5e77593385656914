"""`make check-history`: what it prints, and its exit status."""

from pathlib import Path

import pytest

from deploy import ROOT
from tests.histories.__main__ import BAD, GOOD, NO_HISTORY, main


def example() -> str:
    """The history in docs/histories.md."""
    page = (ROOT / "docs/histories.md").read_text(encoding="utf-8")
    return page.partition("```json\n")[2].partition("```")[0]


def checked(text: str, folder: Path) -> int:
    file = folder / "history.jsonl"
    file.write_text(text, encoding="utf-8")
    return main([str(file)])


def test_the_example_in_the_documents_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(example(), tmp_path) == GOOD
    printed = capsys.readouterr().out
    assert printed.startswith("8 lines, 1 calls, 1 events, 0 orders acknowledged, 0 lost")
    assert "not checked: (13): no kafka" in printed
    assert printed.endswith("PASS\n")


def test_a_violation_is_printed_with_its_excerpt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = example().replace('"version":1,"changes"', '"version":2,"changes"')
    assert checked(wrong, tmp_path) == BAD
    sentence, line, *_ = capsys.readouterr().out.partition("(5) ")[2].splitlines()
    assert sentence == "version 2 follows 0"
    assert line.startswith('    3: {"at":30,"type":"event"')


@pytest.mark.parametrize("text", ["", "made up\n", example()[:-20], example() * 2])
def test_what_is_no_history_is_said_in_one_sentence(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(text, tmp_path) == NO_HISTORY
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "is no history: " in printed.err
    assert len(printed.err.splitlines()) == 1
