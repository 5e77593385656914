"""The file of confirmed orders: valid for every reader at every instant, each order once, whatever happens."""

import asyncio
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from deploy import ROOT
from notifications import ledger, ledger_copies, ledger_index
from notifications.ledger import Ledger
from notifications.ledger_format import Record
from notifications.ledger_writer import LedgerWriter

CRASHED = 9
WRITING = {ledger.__file__, ledger_copies.__file__, ledger_index.__file__}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reservas_confirmadas.json"


@pytest.fixture
def book(path: Path) -> Ledger:
    return opened(path)


def opened(path: Path) -> Ledger:
    book = Ledger(path)
    book.open()
    return book


def order(number: int) -> Record:
    return {"pedido_id": f"00-{number}", "assentos": ["F07"], "nome_completo": "João d'Ávila"}


def read(path: Path) -> list[Any]:
    entries = json.loads(path.read_bytes())
    assert isinstance(entries, list)
    return entries


def orders(*numbers: int) -> list[Record]:
    return [order(number) for number in numbers]


def test_a_new_ledger_is_an_empty_array(book: Ledger, path: Path) -> None:
    assert read(path) == []


def test_records_stand_in_the_order_in_which_they_came(book: Ledger, path: Path) -> None:
    for number in range(7):
        book.put_all([order(number)])
    book.put_all(orders(7, 8, 9))
    assert read(path) == orders(*range(10))


def test_an_order_is_recorded_once_however_often_it_comes(book: Ledger, path: Path) -> None:
    assert book.put_all(orders(1, 1, 2)) == 2
    assert book.put_all(orders(2, 1)) == 0
    assert opened(path).put_all(orders(1, 2, 3)) == 1
    assert read(path) == orders(1, 2, 3)


def test_a_record_that_changes_keeps_its_place(book: Ledger, path: Path) -> None:
    book.put_all(orders(1, 2, 3))
    cancelled = {**order(2), "cancelado_em": "2026-12-13T17:45:00.123-03:00"}
    assert book.put_all([cancelled]) == 1
    assert book.put_all([cancelled]) == 0
    book.put_all(orders(4))
    assert read(path) == [order(1), cancelled, order(3), order(4)]
    assert opened(path).put_all([order(2)]) == 1
    assert read(path) == orders(1, 2, 3, 4)


def test_a_record_that_outgrows_its_place_keeps_its_turn(book: Ledger, path: Path) -> None:
    book.put_all(orders(1, 2, 3))
    long = {**order(2), "email": "x" * 254}
    assert book.put_all([long, order(4)]) == 2
    assert read(path) == [order(1), long, order(3), order(4)]
    assert book.put_all([order(2)]) == 1
    assert read(path) == orders(1, 2, 3, 4)


ERASED = {**order(2), "nome_completo": "", "dados_apagados": True}


@pytest.mark.parametrize("others", [0, 1, 5], ids="{} more records".format)
def test_what_is_erased_is_in_no_copy_any_more(book: Ledger, path: Path, others: int) -> None:
    book.put_all([{**order(2), "nome_completo": "Zuleica"}])
    for number in range(3, 3 + others):
        book.put_all([order(number)])
    book.put_all([ERASED])
    assert files_that_name(b"Zuleica", path) == []
    book.put_all([order(1)])
    assert read(path)[0] == ERASED


def test_what_is_erased_is_in_no_copy_though_somebody_reads_the_spare(
    book: Ledger, path: Path
) -> None:
    book.put_all([{**order(2), "nome_completo": "Zuleica"}])
    with path.open() as slow:
        book.put_all([ERASED])
        assert files_that_name(b"Zuleica", path) == []
        assert "Zuleica" in slow.read()


def test_a_copy_that_a_crash_left_behind_goes_when_the_ledger_is_taken_up(
    book: Ledger, path: Path
) -> None:
    book.put_all([{**order(2), "nome_completo": "Zuleica"}])
    left = path.read_bytes()
    book.put_all([ERASED])
    path.with_name(f".{path.name}.spare").write_bytes(left)
    opened(path)
    assert files_that_name(b"Zuleica", path) == []


def test_a_record_that_was_read_before_the_erasure_comes_too_late(book: Ledger, path: Path) -> None:
    book.put_all([ERASED])
    assert book.put_all([order(2), order(3)]) == 1
    assert read(path) == [ERASED, order(3)]
    cancelled = {**ERASED, "cancelado_em": "2026-12-13T17:45:00.123-03:00"}
    assert book.put_all([cancelled]) == 1


def files_that_name(name: bytes, path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir() if name in file.read_bytes()]


def test_records_of_a_text_that_is_hard_to_pad_change_too(book: Ledger, path: Path) -> None:
    odd = {"pedido_id": "00-1", "nome_completo": 'trailing space } " '}
    assert book.put_all([odd]) == 1
    assert book.put_all([odd]) == 0
    assert book.put_all([{**odd, "nome_completo": " "}]) == 1
    assert read(path) == [{**odd, "nome_completo": " "}]


def test_a_new_ledger_is_not_proven_whole_and_stays_so_until_it_is(path: Path) -> None:
    book = opened(path)
    assert not book.is_whole()
    book.put_all(orders(1))
    assert not opened(path).is_whole()
    assert book.prove() == 0
    assert book.is_whole()
    assert opened(path).is_whole()


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("[]"),
        lambda path: path.write_text(json.dumps(orders(1, 2))),
        lambda path: path.write_bytes(path.read_bytes()[:200]),
        lambda path: path.write_bytes(b"\0" * path.stat().st_size),
    ],
    ids=["deleted", "emptied", "an empty array", "cut short", "torn", "zeroed"],
)
def test_records_that_another_hand_took_away_are_missed_until_they_are_back(
    path: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    book = opened(path)
    book.put_all(orders(1, 2, 3))
    book.prove()
    harm(path)
    assert not book.is_whole()
    assert "records that it had" in caplog.text
    book.put_all(orders(1, 2, 3, 4))
    assert book.prove() == 0
    assert book.is_whole()
    assert sorted(entry["pedido_id"] for entry in read(path)) == ["00-1", "00-2", "00-3", "00-4"]


@pytest.mark.parametrize("numbers", [(3,), (1, 2, 3)], ids=["a change", "the whole file"])
def test_what_another_hand_does_at_the_very_moment_of_a_change_is_missed_too(
    book: Ledger, path: Path, numbers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    book.put_all(orders(1, 2))
    book.prove()
    with monkeypatch.context() as patch, suppress(OSError):
        # Between the new copy's public name and the end of the change.
        patch.setattr(ledger_copies.TwoCopies, "_sync_folder", lambda _: path.write_text("[]"))
        book.put_all(
            [{**order(number), "cancelado": "x" * 2_000 * (len(numbers) - 1)} for number in numbers]
        )
    assert not book.is_whole()
    book.put_all(orders(1, 2, 3))
    assert book.prove() == 0
    assert [entry["pedido_id"] for entry in read(path)] == ["00-1", "00-2", "00-3"]


def test_a_record_whose_order_is_gone_is_missed_only_until_the_ledger_is_proven(
    book: Ledger, path: Path
) -> None:
    book.put_all(orders(1, 2))
    path.write_text(json.dumps(orders(1)))
    assert not book.is_whole()
    assert book.prove() == 1
    assert book.is_whole()


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"x" * 5_000])
def test_an_index_that_is_lost_or_broken_is_made_again(path: Path, content: bytes) -> None:
    opened(path).put_all(orders(1, 2))
    path.with_name(f".{path.name}.index").write_bytes(content)
    book = opened(path)
    assert not book.is_whole()  # what was in the file before is not known any more
    assert book.put_all(orders(1, 2, 3)) == 1
    assert read(path) == orders(1, 2, 3)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_an_index_that_is_broken_in_part_is_made_again(
    book: Ledger, path: Path, part: float
) -> None:
    book.put_all(orders(*range(400)))
    index = path.with_name(f".{path.name}.index")
    with index.open("r+b") as file:
        begin = round(index.stat().st_size * part)
        file.seek(begin)
        file.write(b"x" * (index.stat().st_size - begin))
    another = Ledger(path)
    with suppress(OSError):
        another.put_all(orders(*range(350, 450)))
    another.put_all(orders(*range(350, 450)))
    assert read(path) == orders(*range(450))


MEMORY = """
import json, resource, sys
from pathlib import Path
from notifications.ledger import Ledger
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
path = Path(sys.argv[1])
record = {"nome_completo": "Maria Aparecida da Silva", "email": "maria@exemplo.com.br", "assentos": ["F07"] * 3}
with path.open("w") as file:
    for number in range(int(sys.argv[2])):
        file.write(",\\n" if number else "[\\n")
        file.write(json.dumps({"pedido_id": f"00-{number:022d}", **record}))
    file.write("\\n]\\n")
Ledger(path).put_all([{"pedido_id": "00-new", **record}])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_its_memory_does_not_grow_with_the_file(path: Path) -> None:
    command = [sys.executable, "-c", MEMORY, str(path), "50000"]
    grown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert path.stat().st_size > 7_000_000
    assert int(grown.stdout) < 6_000  # KiB


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


def test_a_file_by_another_hand_is_taken_over(path: Path) -> None:
    path.write_text(json.dumps([order(1), {"nota": "à mão"}, 7], indent=4, ensure_ascii=False))
    assert opened(path).put_all(orders(1, 2)) == 1
    assert read(path) == [order(1), {"nota": "à mão"}, 7, order(2)]


def test_a_change_by_another_hand_while_in_use_stays(book: Ledger, path: Path) -> None:
    book.put_all(orders(1, 2))
    path.write_text(json.dumps(orders(2)))
    book.put_all(orders(3))
    assert read(path) == orders(2, 3)


def test_a_ledger_that_is_removed_while_in_use_begins_anew(book: Ledger, path: Path) -> None:
    book.put_all(orders(1, 2))
    path.unlink()
    book.put_all(orders(3))
    assert read(path) == orders(3)


@pytest.mark.parametrize(
    "content", [b'[{"pedido_id": "1"}', b'{"a": 1}', b"\xff\x00", b"[" * 100_000]
)
def test_an_unusable_file_is_kept_aside(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(content)
    opened(path).put_all(orders(1))
    (aside,) = path.parent.glob("*.broken-*")
    assert aside.read_bytes() == content
    assert aside.name in caplog.text
    assert read(path) == orders(1)


def test_a_symbolic_link_stays_one(path: Path) -> None:
    target = path.parent / "elsewhere.json"
    target.write_text("[]")
    path.symlink_to(target)
    book = opened(path)
    book.put_all(orders(1))
    assert path.is_symlink()
    assert read(target) == orders(1)


def test_without_links_the_file_stays_valid(
    book: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(self: Path, target: Path) -> None:
        raise PermissionError("this file system has no links")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    for number in range(3):
        book.put_all([order(number)])
    assert read(path) == orders(0, 1, 2)


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
def test_a_crash_at_any_line_leaves_a_valid_file_that_goes_on(
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
    """A child process appends and ends, with no goodbye, where it begins its `line`th line of the ledger's code."""
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
