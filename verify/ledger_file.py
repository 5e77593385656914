"""What the ledger has: each order's record in eight bytes."""

import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from booking.order import Order
from notifications.ledger_format import ERASED, NotCanonical, entries, key_of
from verify.findings import Check, Fault

_DIGEST_BYTES = 8


class LedgerUnreadable(Exception):
    """The file cannot be read; the text says why."""


class LedgerFile:
    """Reads the public file, which is whole at all times, and opens nothing else. Blocks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.records: dict[str, bytes] = {}
        self.erased: set[str] = set()
        self.faults: set[Fault] = set()

    def read(self) -> None:
        """Raises LedgerUnreadable."""
        self.records, self.erased, self.faults = {}, set(), set()
        try:
            for entry in self._entries():
                self._add(entry)
        except FileNotFoundError:
            raise LedgerUnreadable(f"there is no ledger {self._path}") from None
        except OSError as error:
            raise LedgerUnreadable(f"the ledger {self._path}: {error.strerror}") from None

    def _add(self, entry: Any) -> None:
        order_id = key_of(entry)
        if order_id is None:  # another program's
            return
        if order_id in self.records:
            self._fault(order_id, f"the ledger has order {order_id} twice")
        if entry.get(ERASED):
            self.erased.add(order_id)
        self.records[order_id] = _digest(
            *(entry.get("sessao_id"), entry.get("assentos"), entry.get("estado")),
            *(entry.get("email"), entry.get(ERASED)),
        )

    def _entries(self) -> Iterator[Any]:
        try:
            with self._path.open("rb") as file:
                for _, entry in entries(file):
                    yield json.loads(entry)
        except (NotCanonical, ValueError):
            yield from self._foreign_entries()

    def _foreign_entries(self) -> Iterator[Any]:
        """Of a file that another program has written."""
        self.records, self.erased, self.faults = {}, set(), set()
        try:
            whole = json.loads(self._path.read_bytes())
        except (ValueError, RecursionError):
            whole = None
        if not isinstance(whole, list):
            self._fault("", f"the ledger {self._path} is no JSON array")
            return
        yield from whole

    def _fault(self, unit: str, sentence: str) -> None:
        self.faults.add(Fault(Check.LEDGER, unit, "", sentence))


def digest_of(order: Order) -> bytes:
    """Of what the order's record should be."""
    state = "cancelado" if order.cancelled else "confirmado"
    email = order.payer.email
    return _digest(order.session_id, order.seats, state, email, order.erased_at > 0)


def _digest(session: object, seats: Any, state: object, email: object, erased: object) -> bytes:
    text = json.dumps([session, sorted(seats or ()), state, email, bool(erased)])
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()
