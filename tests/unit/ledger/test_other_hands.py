"""A ledger that somebody else changed, removed or damaged."""

import json
from pathlib import Path

import pytest

from notifications.ledger import Ledger
from tests.unit.ledger.conftest import opened, order, orders, read


def test_a_file_by_another_hand_is_taken_over(path: Path) -> None:
    path.write_text(json.dumps([order(1), {"nota": "à mão"}, 7], indent=4, ensure_ascii=False))
    assert opened(path).put_all(orders(1, 2)) == 1
    assert read(path) == [order(1), {"nota": "à mão"}, 7, order(2)]


def test_a_change_by_another_hand_while_in_use_stays(book: Ledger, path: Path) -> None:
    book.put_all(orders(1, 2))
    path.write_text(json.dumps(orders(2)))
    book.put_all(orders(3))
    assert read(path) == orders(2, 3)


def test_a_ledger_that_is_removed_while_in_use_begins_empty(book: Ledger, path: Path) -> None:
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
