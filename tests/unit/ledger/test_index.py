"""The ledger's index: missing records, and its rebuilding."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from deploy import ROOT
from notifications import ledger_copies
from notifications.ledger import Ledger
from tests.unit.ledger.conftest import opened, order, orders, read


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
def test_records_that_another_program_removes_during_a_change_are_missed(
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
    assert not book.is_whole()  # the earlier content is unknown
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
record = {"nome_completo": "Maria Aparecida da Silva", "email": "maria@exemplo.com.br"}
record |= {"assentos": ["F07"] * 3}
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
