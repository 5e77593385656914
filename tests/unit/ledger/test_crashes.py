"""A full disk, a crash at any line, and appends that share a write."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from notifications.ledger import Ledger, LedgerWriter
from notifications.ledger_format import Record
from tests.unit.ledger.conftest import WRITING, opened, order, orders, read

CRASHED = 9


def test_a_full_disk_loses_nothing(
    book: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    book.put_all(orders(1))
    book.put_all(orders(2))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            book.put_all(orders(3))
    assert read(path) == orders(1, 2)
    book.put_all(orders(3))
    assert read(path) == orders(1, 2, 3)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the child only writes and ends
def test_a_crash_at_any_line_leaves_a_valid_file_that_takes_further_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # no power is cut here
    line, crashed = 1, True
    while crashed:
        path = tmp_path / str(line) / "ledger.json"
        path.parent.mkdir()
        book = opened(path)
        book.put_all(orders(1))
        book.put_all(orders(2))
        crashed = append_and_crash(book, line, order(3))
        assert read(path) in (orders(1, 2), orders(1, 2, 3))
        opened(path).put_all(orders(3, 4))
        assert read(path) == orders(1, 2, 3, 4)
        shutil.rmtree(path.parent)
        line += 1
    assert line > 50


def append_and_crash(book: Ledger, line: int, record: Record) -> bool:
    """A child process appends and ends, with no goodbye, where it begins its `line`th line of
    the ledger's code."""
    child = os.fork()
    if child == 0:
        crash_at(line)
        book.put_all([record])
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == CRASHED


def crash_at(line: int) -> None:
    seen = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal seen
        if frame.f_code.co_filename not in WRITING:
            return None
        seen += event == "line"
        if seen >= line:
            os._exit(CRASHED)
        return trace

    sys.settrace(trace)


class CountingLedger(Ledger):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.appends = 0

    def put_all(self, records: Any) -> int:
        self.appends += 1
        return super().put_all(records)


async def test_appends_at_the_same_time_share_a_write(path: Path) -> None:
    book = CountingLedger(path)
    book.open()
    writer = LedgerWriter(book)
    await asyncio.gather(*(writer.put(order(number)) for number in range(100)))
    assert read(path) == orders(*range(100))
    assert book.appends <= 3
