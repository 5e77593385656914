"""The file of confirmed orders: a JSON array, one record a line, that every reader finds valid at every instant.

Nobody ever sees a file that is being written. There are two copies: the public one, and a hidden spare that
lacks what was appended last. An append completes the spare, forces it to disk and only then gives it the public name;
the copy that was public becomes the spare. So an append costs what it adds, not what the file holds, and after a loss
of power the public name leads to one complete copy or the other.

A reader may have opened the spare while it was still public and read it slowly. So the spare is changed in place only
under a lease, which Linux grants while nobody else has the file open. Where there is no lease to be had (such a reader,
another system) the spare is made anew, whole.
"""

import fcntl
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

log = logging.getLogger(__name__)

Record = Mapping[str, object]
KEY = "pedido_id"

_END = b"\n]\n"
_LOCK_SECONDS = 10.0
_LEASE_SECONDS = 0.05  # how long a reader that is just leaving is waited for
_PAUSE_SECONDS = 0.002


@dataclass(frozen=True)
class _Stamp:
    """What tells that nobody but us has touched a file."""

    inode: int
    size: int
    changed_ns: int


class Ledger:
    """One file of confirmed orders, readable by its owner alone. Blocking: call it from a thread.

    Threads and processes may append at the same time: a lock beside the file makes them wait for each other. The public
    file is the truth: whoever finds it changed reads it again, and nothing but it has to survive a restart.
    """

    def __init__(self, path: Path) -> None:
        # Through a symbolic link, which a rename would replace.
        self._path = path.resolve()
        self._spare = self._hidden("spare")
        self._stamp: _Stamp | None = None
        self._known: set[str] = set()
        self._end = 0  # where the last record of the public copy ends
        self._spare_lacks: bytes | None = None  # None: there is no spare to go on with

    def open(self) -> None:
        """Takes the file up: creates it if it is missing, rewrites it if another hand wrote it.

        A file that is no JSON array is kept aside under another name, and a new one begun. Raises OSError.
        """
        with self._locked():
            self._load()

    def append_all(self, records: Iterable[Record]) -> int:
        """Adds the records whose order is not in the file yet, and returns their number.

        They are on disk when this returns. Raises OSError, and then nothing is certain: append again.
        """
        with self._locked():
            if self._stamp is None or self._stamp != _stamp(self._path):
                self._load()
            new = {str(record[KEY]): record for record in records if record[KEY] not in self._known}
            if new:
                self._append(list(new.values()))
                self._known.update(new)
        return len(new)

    # ------------------------------------------------------------------------------------------ the public copy

    def _load(self) -> None:
        self._stamp, self._spare_lacks = None, None
        for leftover in (self._spare, self._hidden("new"), self._hidden("kept")):
            leftover.unlink(missing_ok=True)
        content = self._path.read_bytes() if self._path.exists() else b""
        entries, canonical = self._understand(content)
        if content == canonical:
            self._path.chmod(0o600)
        else:
            self._replace(canonical)
        self._known = {
            str(entry[KEY]) for entry in entries if isinstance(entry, dict) and KEY in entry
        }
        self._end = len(canonical) - len(_END)
        self._stamp = _stamp(self._path)

    def _understand(self, content: bytes) -> tuple[list[object], bytes]:
        """The file's entries, and the file as we would have written it."""
        try:
            entries = json.loads(content or b"[]")
            if isinstance(entries, list):
                return entries, _array(entries)
            reason = "it is no array"
        except (ValueError, RecursionError) as error:
            # Not the error's text, which may quote the file: that is full of names.
            reason = f"it is not JSON ({type(error).__name__})"
        aside = self._path.with_name(f"{self._path.name}.broken-{datetime.now():%Y%m%dT%H%M%S.%f}")
        self._path.rename(aside)
        log.error("the ledger %s is unusable: %s; kept as %s", self._path.name, reason, aside.name)
        return [], _array([])

    def _replace(self, content: bytes) -> None:
        new = self._hidden("new")
        with _created(new) as file:
            _write(file, content)
        new.replace(self._path)
        self._sync_folder()

    # ------------------------------------------------------------------------------------------------ appending

    def _append(self, records: list[Record]) -> None:
        addition = b",".join(b"\n" + _line(record) for record in records)
        if self._end > 1:
            addition = b"," + addition
        self._stamp = None  # a failure on the way leaves nothing to build on
        self._complete_spare(addition)
        there_is_a_spare = self._publish_spare()
        self._end += len(addition)
        self._spare_lacks = addition if there_is_a_spare else None
        self._stamp = _stamp(self._path)

    def _complete_spare(self, addition: bytes) -> None:
        lacks, self._spare_lacks = self._spare_lacks, None
        if lacks is not None and self._extend_in_place(self._end - len(lacks), lacks + addition):
            return
        self._spare.unlink(missing_ok=True)
        with self._path.open("rb") as public, _created(self._spare) as file:
            _write(file, public.read(self._end) + addition + _END)

    def _extend_in_place(self, end: int, addition: bytes) -> bool:
        """False where somebody may still be reading the spare; it is then as it was."""
        with suppress(FileNotFoundError), self._spare.open("r+b") as file:
            if os.fstat(file.fileno()).st_size != end + len(_END) or not _take_lease(file.fileno()):
                return False
            file.seek(end)
            _write(file, addition + _END)
            return True
        return False

    def _publish_spare(self) -> bool:
        """Gives the spare the public name. True if the copy that was public is the spare from now on."""
        kept = self._hidden("kept")
        try:
            # Without a second name the rename would end the copy that is public now.
            kept.hardlink_to(self._path)
        except OSError:
            # A file system without links: the next spare is made anew.
            self._spare.replace(self._path)
            linked = False
        else:
            self._spare.replace(self._path)
            kept.replace(self._spare)
            linked = True
        self._sync_folder()
        return linked

    # ------------------------------------------------------------------------------------------------ beside it

    def _hidden(self, what: str) -> Path:
        return self._path.with_name(f".{self._path.name}.{what}")

    def _sync_folder(self) -> None:
        descriptor = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_Lock(self._hidden("lock"))) as lock:
            lock.acquire()
            yield


class _Lock:
    """Between processes and threads; the kernel releases it with its holder."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def acquire(self) -> None:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError("another process keeps the ledger locked") from None
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    def close(self) -> None:
        os.close(self._descriptor)


def _take_lease(descriptor: int) -> bool:
    """True once nobody else has the file open; whoever opens it from then on waits until it is closed here."""
    if sys.platform != "linux":
        return False
    # The kernel says with a signal that somebody waits. By default one that ends the process, so take a harmless one.
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
    deadline = time.monotonic() + _LEASE_SECONDS
    while True:
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_PAUSE_SECONDS)
        except OSError:
            return False  # this file system has no leases
        else:
            return True


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return _Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def _array(entries: Iterable[object]) -> bytes:
    return b"[" + b",".join(b"\n" + _line(entry) for entry in entries) + _END


def _line(entry: object) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode()


@contextmanager
def _created(path: Path) -> Iterator[BinaryIO]:
    """A new file that its owner alone may read."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file


def _write(file: BinaryIO, content: bytes) -> None:
    file.write(content)
    file.flush()
    os.fsync(file.fileno())
