"""The file of confirmed orders: a JSON array with one record an order, that every reader finds valid at every instant.

A record says what its order is now: where that is cancelled, or its address corrected, the record changes in place. The
public file is the truth. Beside it lies an index, which tells where each record is, and which records another hand has
taken away.
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
    """One file of confirmed orders, readable by its owner alone. Blocking: call it from a thread.

    Threads and processes may write at the same time: a lock beside the file makes them wait for each other. Its memory
    does not grow with the file, unless another hand has written that.
    """

    def __init__(self, path: Path) -> None:
        # Through a symbolic link, which a rename would replace.
        self._copies = TwoCopies(path.resolve())
        self._path = self._copies.path
        self._index: LedgerIndex | None = None

    def open(self) -> None:
        """Takes the file up: creates it if it is missing, rewrites it if another hand wrote it.

        A file that is no JSON array is kept aside under another name, and a new one begun. Raises OSError.
        """
        with self._locked():
            pass

    def put_all(self, records: Iterable[Record]) -> int:
        """Makes these the records of their orders, and returns how many differ from what was there.

        They are on disk when this returns. Raises OSError, and then nothing is certain: put them again.
        """
        with self._locked() as index:
            return self._put({str(record[KEY]): encoded(record) for record in records}, index)

    def is_whole(self) -> bool:
        """False from when the file was begun, or records went missing, until `prove`."""
        with self._locked() as index:
            return index.is_proven and not index.missing

    def prove(self) -> int:
        """To be called when every order that there is has been put. Returns how many missing records had no order."""
        with self._locked() as index:
            missing = index.missing
            index.prove()
            return missing

    # ------------------------------------------------------------------------------------------------ changing it

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
                self._describe(index)
            except ValueError:
                raise OSError(f"another hand changed {self._path.name} meanwhile") from None
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
        """Each in its place, or behind the last one. Returns the places of the new ones."""
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
        """All entries, where a changed record has outgrown its place."""
        rest = dict(changed)
        with self._path.open("rb") as file:
            for _, entry in entries(file):
                record = rest.pop(key_of(json.loads(entry)) or "", None)
                yield roomy(record) if record else entry
        yield from map(roomy, rest.values())

    # --------------------------------------------------------------------------------------------- taking it up

    def _take_up(self, index: LedgerIndex) -> None:
        """After another hand, or a crash, has changed the file, or has taken it away."""
        self._copies.forget_spare()
        is_new = not self._path.exists() or self._path.stat().st_size == 0
        try:
            if is_new:
                raise NotCanonical
            self._describe(index)
        except ValueError:
            whole = [] if is_new else self._understood()
            is_new = is_new or whole is None
            self._copies.replace(array(map(_as_entry, whole or [])))
            self._describe(index, is_new=is_new)
        self._path.chmod(0o600)
        if missing := index.missing:
            log.error(
                "the ledger %s lacks %d records that it had: they are made again from the orders",
                self._path.name,
                missing,
            )

    def _describe(self, index: LedgerIndex, *, is_new: bool = False) -> None:
        """Raises ValueError where the file is not as we would have written it."""
        stamp = self._copies.stamp  # of before: what is changed while it is read is taken up again
        with self._path.open("rb") as file:
            slots = (
                (key, Slot(place, len(entry)))
                for place, entry in entries(file)
                if (key := key_of(json.loads(entry))) is not None
            )
            index.replace(slots, stamp, is_new=is_new)

    def _understood(self) -> list[object] | None:
        """The entries of a file that another hand wrote. One that is no array is kept aside."""
        try:
            whole = json.loads(self._path.read_bytes())
            if isinstance(whole, list):
                return whole
            reason = "it is no array"
        except (ValueError, RecursionError) as error:
            # Not the error's text, which may quote the file: that is full of names.
            reason = f"it is not JSON ({type(error).__name__})"
        aside = self._path.with_name(f"{self._path.name}.broken-{datetime.now():%Y%m%dT%H%M%S.%f}")
        self._path.rename(aside)
        log.error("the ledger %s is unusable: %s; kept as %s", self._path.name, reason, aside.name)
        return None

    # -------------------------------------------------------------------------------------------------- the lock

    @contextmanager
    def _locked(self) -> Iterator[LedgerIndex]:
        """The index of the file as it is now."""
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
            self._copies.forget_spare()  # of a process that may have died before it caught up
        stamp = self._copies.stamp
        if not stamp or not self._index.fits(stamp):
            self._take_up(self._index)
        return self._index

    def _forget_index(self) -> None:
        if self._index:
            self._index.remove()
        self._index = None


def _replaces(record: bytes, before: bytes | None) -> bool:
    """Not an order that was read before its personal data were erased, and comes too late."""
    if before is None:
        return True
    return record != before and (is_erased(record) or not is_erased(before))


def _as_entry(entry: object) -> bytes:
    text = encoded(entry)
    return text if key_of(entry) is None else roomy(text)


class LedgerWriter:
    """Writes for many tasks. Those that come while a write is under way share the next one, and its fsync."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._batcher = Batcher(self._write, _RECORDS_A_WRITE, OSError)

    async def put(self, record: Record) -> None:
        """The record is on disk when this returns, once. Raises OSError: then put it again."""
        await self._batcher.ask(record)

    async def _write(self, records: Sequence[Record]) -> Sequence[None]:
        newest = {record[KEY]: record for record in records}
        await asyncio.to_thread(self._ledger.put_all, newest.values())
        return [None] * len(records)
