"""The file of confirmed orders: each order once, in the order in which they came, whatever
changes."""

from pathlib import Path

from notifications.ledger import Ledger
from tests.unit.ledger.conftest import opened, order, orders, read


def test_a_new_ledger_is_an_empty_array(book: Ledger, path: Path) -> None:
    assert read(path) == []


def test_records_are_in_the_order_in_which_they_came(book: Ledger, path: Path) -> None:
    for number in range(7):
        book.put_all([order(number)])
    book.put_all(orders(7, 8, 9))
    assert read(path) == orders(*range(10))


def test_a_repeated_order_is_recorded_once(book: Ledger, path: Path) -> None:
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


def test_records_of_a_text_that_is_hard_to_pad_change_too(book: Ledger, path: Path) -> None:
    odd = {"pedido_id": "00-1", "nome_completo": 'trailing space } " '}
    assert book.put_all([odd]) == 1
    assert book.put_all([odd]) == 0
    assert book.put_all([{**odd, "nome_completo": " "}]) == 1
    assert read(path) == [{**odd, "nome_completo": " "}]
