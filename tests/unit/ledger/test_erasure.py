"""Erased data are in no copy of the ledger."""

from pathlib import Path

import pytest

from notifications.ledger import Ledger
from tests.unit.ledger.conftest import opened, order, read

ERASED = {**order(2), "nome_completo": "", "dados_apagados": True}


@pytest.mark.parametrize("others", [0, 1, 5], ids="{} more records".format)
def test_no_copy_has_erased_data(book: Ledger, path: Path, others: int) -> None:
    book.put_all([{**order(2), "nome_completo": "Zuleica"}])
    for number in range(3, 3 + others):
        book.put_all([order(number)])
    book.put_all([ERASED])
    assert files_that_name(b"Zuleica", path) == []
    book.put_all([order(1)])
    assert read(path)[0] == ERASED


def test_no_copy_has_erased_data_while_a_reader_has_the_spare_open(
    book: Ledger, path: Path
) -> None:
    book.put_all([{**order(2), "nome_completo": "Zuleica"}])
    with path.open() as slow:
        book.put_all([ERASED])
        assert files_that_name(b"Zuleica", path) == []
        assert "Zuleica" in slow.read()


def test_a_copy_that_a_crash_left_is_removed_when_the_ledger_is_opened(
    book: Ledger, path: Path
) -> None:
    book.put_all([{**order(2), "nome_completo": "Zuleica"}])
    left = path.read_bytes()
    book.put_all([ERASED])
    path.with_name(f".{path.name}.spare").write_bytes(left)
    opened(path)
    assert files_that_name(b"Zuleica", path) == []


def test_a_record_that_was_read_before_the_erasure_is_ignored(book: Ledger, path: Path) -> None:
    book.put_all([ERASED])
    assert book.put_all([order(2), order(3)]) == 1
    assert read(path) == [ERASED, order(3)]
    cancelled = {**ERASED, "cancelado_em": "2026-12-13T17:45:00.123-03:00"}
    assert book.put_all([cancelled]) == 1


def files_that_name(name: bytes, path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir() if name in file.read_bytes()]
