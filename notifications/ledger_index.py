"""Each record's offset in the ledger, in SQLite, so that memory does not grow with orders.

It is derived from the file, and rebuilt whenever it does not fit it. It also remembers which
records the file had, and so notices one that another program has removed.
"""

import sqlite3
import weakref
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_TABLES = """
CREATE TABLE IF NOT EXISTS
  records (order_id TEXT PRIMARY KEY, start INTEGER, length INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS missing (order_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
_UNPROVEN = "unproven"
_STAMP = "stamp"


class Slot(NamedTuple):
    """One record's bytes in the file."""

    start: int
    length: int


class LedgerIndex:
    """The caller has the ledger's lock.

    An unreadable database is replaced by an empty one, which is unproven.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._database = self._opened()
        except sqlite3.DatabaseError:
            self.remove()
            self._database = self._opened()
        self._inode = path.stat().st_ino
        weakref.finalize(self, self._database.close)

    def is_there(self) -> bool:
        """False once another program has removed the database's file."""
        try:
            return self._path.stat().st_ino == self._inode
        except FileNotFoundError:
            return False

    def _opened(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA page_size = 1024")  # a change writes two or three pages
        # A power cut may corrupt it: then it is rebuilt.
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA journal_mode = TRUNCATE")
        database.executescript(_TABLES)
        # A corrupt page could hide a record, which would then be written a second time.
        if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            database.close()
            raise sqlite3.DatabaseError("broken")
        return database

    def fits(self, stamp: str) -> bool:
        """Whether it was built from the file with this stamp."""
        return self._fact(_STAMP) == stamp

    def find(self, order_id: str) -> Slot | None:
        query = "SELECT start, length FROM records WHERE order_id = ?"
        row = self._database.execute(query, (order_id,)).fetchone()
        return Slot(*row) if row else None

    def add(self, slots: Iterable[tuple[str, Slot]], stamp: str) -> None:
        """The file has these further records, and this stamp."""
        with self._database:
            self._database.execute("BEGIN")
            self._insert(slots)
            self._database.execute(
                "DELETE FROM missing WHERE order_id IN (SELECT order_id FROM records)"
            )
            self._set_fact(_STAMP, stamp)

    def replace(self, slots: Iterable[tuple[str, Slot]], stamp: str, *, is_new: bool) -> int:
        """The file has exactly these records. Returns how many that it once had are missing.

        `is_new`: the file was begun, and may lack orders that this index does not know. So may the
        first file.
        """
        is_new = is_new or self._fact(_STAMP) is None
        with self._database:
            self._database.execute("BEGIN")
            self._database.execute("INSERT OR IGNORE INTO missing SELECT order_id FROM records")
            self._database.execute("DELETE FROM records")
            self._insert(slots)
            self._database.execute(
                "DELETE FROM missing WHERE order_id IN (SELECT order_id FROM records)"
            )
            self._set_fact(_STAMP, stamp)
            if is_new:
                self._set_fact(_UNPROVEN, "yes")
        return self.missing

    @property
    def missing(self) -> int:
        """How many records the file had once and lacks now."""
        (count,) = self._database.execute("SELECT COUNT(*) FROM missing").fetchone()
        return int(count)

    @property
    def is_proven(self) -> bool:
        """False after a file was begun, until it was compared with the orders."""
        return self._fact(_UNPROVEN) is None

    def prove(self) -> None:
        """The file has every existing order."""
        with self._database:
            self._database.execute("DELETE FROM missing")
            self._database.execute("DELETE FROM facts WHERE name = ?", (_UNPROVEN,))

    def _insert(self, slots: Iterable[tuple[str, Slot]]) -> None:
        rows = ((order_id, *slot) for order_id, slot in slots)
        self._database.executemany("INSERT OR IGNORE INTO records VALUES (?, ?, ?)", rows)

    def _fact(self, name: str) -> str | None:
        row = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def _set_fact(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def remove(self) -> None:
        """The next one begins empty."""
        for suffix in ("", "-journal"):
            with suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).unlink()
