"""The ledger's mode, readers during a write, and concurrent writers."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from notifications.ledger import Ledger
from tests.unit.ledger.conftest import opened, order, orders, read


def test_only_its_owner_may_read_it(book: Ledger, path: Path) -> None:
    for number in range(3):
        book.put_all([order(number)])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_a_file_that_others_may_read_is_closed_to_them(path: Path) -> None:
    path.write_text("[]")
    path.chmod(0o644)
    opened(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


READER = """
import json, sys
from pathlib import Path
path, longest, reads = Path(sys.argv[1]), 0, 0
print("reading", flush=True)
while longest < 2000 or reads < 200:
    entries = json.loads(path.read_bytes())
    assert [entry["pedido_id"] for entry in entries] == [f"00-{n}" for n in range(len(entries))]
    assert len(entries) >= longest
    longest, reads = len(entries), reads + 1
"""


def test_a_reader_never_sees_anything_but_a_growing_array(
    book: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # no power is cut here
    command, number = [sys.executable, "-c", READER, str(path)], 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "reading\n"
        while reader.poll() is None and number < 100_000:
            book.put_all([order(number)])
            number += 1
    assert reader.returncode == 0


def test_a_slow_reader_reads_the_file_that_it_opened(book: Ledger, path: Path) -> None:
    book.put_all(orders(1, 2))
    with path.open("rb") as file:
        begun = file.read(20)
        for number in range(3, 7):
            book.put_all([order(number)])
        assert json.loads(begun + file.read()) == orders(1, 2)
    assert read(path) == orders(1, 2, 3, 4, 5, 6)


@pytest.mark.skipif(sys.platform != "linux", reason="leases are Linux's")
def test_an_append_costs_what_it_adds_not_what_the_file_holds(book: Ledger, path: Path) -> None:
    book.put_all(orders(*range(10_000)))
    book.put_all([order(10_000)])
    before = written_by_this_process()
    for number in range(10_001, 10_011):
        book.put_all([order(number)])
    assert written_by_this_process() - before < path.stat().st_size / 10
    assert read(path) == orders(*range(10_011))


def written_by_this_process() -> int:
    """Bytes that went into write() so far."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))


def test_two_writers_share_the_ledger(path: Path) -> None:
    def write(book: Ledger, first: int) -> None:
        for number in range(first, 200, 2):
            book.put_all([order(number)])

    writers = [threading.Thread(target=write, args=(opened(path), first)) for first in (0, 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert {entry["pedido_id"] for entry in read(path)} == {
        order(n)["pedido_id"] for n in range(200)
    }
    assert len(read(path)) == 200
