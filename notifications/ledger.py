"""The ledger: a JSON array with one record an order, which every reader finds valid and whole.

A record shows its order's present state: a cancellation or a corrected address changes it in place.
The public file is the source of truth. An index beside it has each record's place, and the records
that somebody else removed.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from cinema.file_lock import FileLock
from notifications.batcher import Batcher
from notifications.ledger_copies import Patch, TwoCopies
from notifications.ledger_format import (
    END,
    KEY,
    NotCanonical,
    Record,
    array,
    bare,
    encoded,
    entries,
    is_erased,
    key_of,
    padded,
    roomy,
)
from notifications.ledger_index import LedgerIndex, Slot

log = logging.getLogger(__name__)

_RECORDS_A_WRITE = 500
_LOCK_SECONDS = 10.0
_LOCK_PAUSE_SECONDS = 0.002


class Ledger:
    """The file, readable by its owner alone. Blocks: call it from a thread.

    Threads and processes may share it: a lock beside the file serialises them. Memory does not grow
    with the file, unless another program has written it.
    """

    def __init__(self, path: Path) -> None:
        # A rename would replace a symbolic link, not the file behind it.
        self._copies = TwoCopies(path.resolve())
        self._path = self._copies.path
        self._index: LedgerIndex | None = None

    def open(self) -> None:
        """Creates a missing file, and rewrites one that another program has changed.

        A file that is no JSON array is renamed, and a new one begun. Raises OSError.
        """
        with self._locked():
            pass

    def put_all(self, records: Iterable[Record]) -> int:
        """Adds or replaces the records of these orders, and returns how many have changed.

        They are on disk when this returns. Raises OSError: then the outcome is unknown, put them
        again.
        """
        with self._locked() as index:
            return self._put({str(record[KEY]): encoded(record) for record in records}, index)

    def is_whole(self) -> bool:
        """False after the file was begun, or records went missing, until `prove`."""
        with self._locked() as index:
            return index.is_proven and not index.missing

    def prove(self) -> int:
        """Call it once every existing order was put.

        Returns how many missing records have no order any more.
        """
        with self._locked() as index:
            missing = index.missing
            index.prove()
            return missing

    # ------------------------------------------------------------------------------ changing it

    def _put(self, records: Mapping[str, bytes], index: LedgerIndex) -> int:
        slots = {order_id: index.find(order_id) for order_id in records}
        before = self._records_in(slots)
        changed = {
            key: record for key, record in records.items() if _replaces(record, before.get(key))
        }
        if not changed:
            return 0
        if all(
            slot is None or len(changed.get(key, b"")) <= slot.length for key, slot in slots.items()
        ):
            index.add(self._change(changed, slots), self._copies.published)
        else:
            self._copies.replace(array(self._merged(changed)))
            try:
                self._index_file(index)
            except ValueError:
                raise OSError(f"another program has changed {self._path.name} meanwhile") from None
        return len(changed)

    def _records_in(self, slots: Mapping[str, Slot | None]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        with self._path.open("rb") as file:
            for key, slot in slots.items():
                if slot:
                    file.seek(slot.start)
                    found[key] = bare(file.read(slot.length))
        return found

    def _change(
        self, changed: Mapping[str, bytes], slots: Mapping[str, Slot | None]
    ) -> list[tuple[str, Slot]]:
        """Writes each record in its place, or behind the last one.

        Returns the slots of the new ones.
        """
        end = self._path.stat().st_size - len(END)
        patches, added, new = list[Patch](), list[bytes](), list[tuple[str, Slot]]()
        place = end
        for key, record in changed.items():
            if slot := slots[key]:
                patches.append(Patch(slot.start, padded(record, slot.length)))
                continue
            entry, comma = roomy(record), b",\n" if place > 1 else b"\n"
            new.append((key, Slot(place + len(comma), len(entry))))
            added += (comma, entry)
            place += len(comma) + len(entry)
        self._copies.change([*patches, Patch(end, b"".join((*added, END)))])
        if patches:
            self._copies.catch_up()
        return new

    def _merged(self, changed: Mapping[str, bytes]) -> Iterator[bytes]:
        """All entries, if a changed record needs more room than its slot has."""
        rest = dict(changed)
        with self._path.open("rb") as file:
            for _, entry in entries(file):
                record = rest.pop(key_of(json.loads(entry)) or "", None)
                yield roomy(record) if record else entry
        yield from map(roomy, rest.values())

    # ------------------------------------------------------------------------------- opening it

    def _open_changed(self, index: LedgerIndex) -> None:
        """After another program, or a crash, has changed or removed the file."""
        self._copies.forget_spare()
        is_new = not self._path.exists() or self._path.stat().st_size == 0
        try:
            if is_new:
                raise NotCanonical
            self._index_file(index)
        except ValueError:
            whole = [] if is_new else self._foreign_entries()
            is_new = is_new or whole is None
            self._copies.replace(array(map(_as_entry, whole or [])))
            self._index_file(index, is_new=is_new)
        self._path.chmod(0o600)
        if missing := index.missing:
            log.error(
                "the ledger %s lacks %d records that it had: they are rebuilt from the orders",
                self._path.name,
                missing,
            )

    def _index_file(self, index: LedgerIndex, *, is_new: bool = False) -> None:
        """Indexes the file. Raises ValueError if it is not as we would have written it."""
        stamp = self._copies.stamp  # from before the read: a change during it is noticed
        with self._path.open("rb") as file:
            slots = (
                (key, Slot(place, len(entry)))
                for place, entry in entries(file)
                if (key := key_of(json.loads(entry))) is not None
            )
            index.replace(slots, stamp, is_new=is_new)

    def _foreign_entries(self) -> list[object] | None:
        """The entries of a file of another program. One that is no array is renamed: None."""
        try:
            whole = json.loads(self._path.read_bytes())
            if isinstance(whole, list):
                return whole
            reason = "it is no array"
        except (ValueError, RecursionError) as error:
            # The error's text may quote the file, which is full of names.
            reason = f"it is not JSON ({type(error).__name__})"
        aside = self._path.with_name(f"{self._path.name}.broken-{datetime.now():%Y%m%dT%H%M%S.%f}")
        self._path.rename(aside)
        log.error("the ledger %s is unusable: %s; kept as %s", self._path.name, reason, aside.name)
        return None

    # --------------------------------------------------------------------------------- the lock

    @contextmanager
    def _locked(self) -> Iterator[LedgerIndex]:
        """The index of the present file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(FileLock(self._copies.hidden("lock"))) as lock:
            lock.acquire(_LOCK_SECONDS, _LOCK_PAUSE_SECONDS)
            try:
                yield self._present_index()
            except sqlite3.Error as error:  # a full disk, or a database that is broken
                if not isinstance(error, sqlite3.OperationalError):
                    self._forget_index()
                raise OSError(f"the index of {self._path.name}: {error}") from error

    def _present_index(self) -> LedgerIndex:
        try:
            return self._fitting_index()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._forget_index()
            return self._fitting_index()

    def _fitting_index(self) -> LedgerIndex:
        if self._index is None or not self._index.is_there():
            self._index = LedgerIndex(self._copies.hidden("index"))
            self._copies.forget_spare()  # of a process that may have died before `catch_up`
        stamp = self._copies.stamp
        if not stamp or not self._index.fits(stamp):
            self._open_changed(self._index)
        return self._index

    def _forget_index(self) -> None:
        if self._index:
            self._index.remove()
        self._index = None


def _replaces(record: bytes, before: bytes | None) -> bool:
    """Whether the record is newer. One read before an erasure must not bring personal data back."""
    if before is None:
        return True
    return record != before and (is_erased(record) or not is_erased(before))


def _as_entry(entry: object) -> bytes:
    text = encoded(entry)
    return text if key_of(entry) is None else roomy(text)


class LedgerWriter:
    """Writes for many tasks.

    Records that arrive during a write share the next one, and its fsync.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._batcher = Batcher(self._write, _RECORDS_A_WRITE, OSError)

    async def put(self, record: Record) -> None:
        """The record is on disk when this returns. Raises OSError: then put it again."""
        await self._batcher.ask(record)

    async def _write(self, records: Sequence[Record]) -> Sequence[None]:
        newest = {record[KEY]: record for record in records}
        await asyncio.to_thread(self._ledger.put_all, newest.values())
        return [None] * len(records)
