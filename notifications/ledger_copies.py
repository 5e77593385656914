"""Two copies of a file behind one name: readers find a whole file, small changes are small writes.

No reader sees a file that is being written. One copy has the public name; the other, a hidden
spare, lacks the last change. A change patches the spare, fsyncs it, and then renames it to the
public name; the copy that was public becomes the spare. After a change that overwrote something,
the new spare is patched at once. After a loss of power the public name leads to one complete copy
or the other.

A slow reader may still have the spare open, from when it was public. So the spare is patched in
place only under a file lease (F_SETLEASE), which Linux grants while no other process has the file
open. Without a lease (such a reader, or another system) the spare is a new copy of the whole file.
"""

import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

_LEASE_SECONDS = 0.05  # to wait for a reader that is about to close the file
_PAUSE_SECONDS = 0.002


class Patch(NamedTuple):
    """These bytes at this offset, which may be beyond the file's end."""

    start: int
    content: bytes


class TwoCopies:
    """The file at `path`, readable by its owner alone. The caller has its lock. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spare = self.hidden("spare")
        self._spare_lacks: Sequence[Patch] | None = None  # None: the spare is unusable
        self.published = ""  # the stamp of the copy that this process published last

    def hidden(self, what: str) -> Path:
        return self.path.with_name(f".{self.path.name}.{what}")

    @property
    def stamp(self) -> str:
        """Differs after another program has changed the file; empty if there is none."""
        return _stamp_of(self.path)

    def forget_spare(self) -> None:
        """Removes the hidden copies, which are unusable."""
        self._spare_lacks = None
        for leftover in (self._spare, self.hidden("new"), self.hidden("kept")):
            leftover.unlink(missing_ok=True)

    def replace(self, content: Iterable[bytes]) -> None:
        """Replaces the whole file."""
        self.forget_spare()
        new = self.hidden("new")
        with _created(new) as file:
            file.writelines(content)
            _sync(file)
        # Taken before the rename, since another program may change the file right after it.
        self.published = _stamp_of(new)
        new.replace(self.path)
        self._sync_folder()

    def change(self, patches: Sequence[Patch]) -> None:
        if self.published != self.stamp:
            self.forget_spare()
        self.published = ""  # in case of a failure
        self._complete_spare(patches)
        published = _stamp_of(self._spare)
        self._spare_lacks = patches if self._publish_spare() else None
        self.published = published

    def catch_up(self) -> None:
        """Patches the spare, so that no copy has what was overwritten."""
        lacks, self._spare_lacks = self._spare_lacks, []
        if lacks is None or not self._patch_in_place(lacks):
            self.forget_spare()

    def _complete_spare(self, patches: Sequence[Patch]) -> None:
        lacks, self._spare_lacks = self._spare_lacks, None
        if lacks is not None and self._patch_in_place([*lacks, *patches]):
            return
        self._spare.unlink(missing_ok=True)
        with self.path.open("rb") as public, _created(self._spare) as file:
            shutil.copyfileobj(public, file)
            _write(file, patches)

    def _patch_in_place(self, patches: Iterable[Patch]) -> bool:
        """False if a reader may still have the spare open; it is then unchanged."""
        with suppress(FileNotFoundError), self._spare.open("r+b") as file:
            if not _acquire_lease(file.fileno()):
                return False
            _write(file, patches)
            return True
        return False

    def _publish_spare(self) -> bool:
        """Renames the spare to the public name.

        True if the copy that was public is now the spare.
        """
        kept = self.hidden("kept")
        try:
            # The rename would delete the public copy if that had no second name.
            kept.hardlink_to(self.path)
        except OSError:
            # The file system has no hard links: the next spare is a new copy.
            self._spare.replace(self.path)
            linked = False
        else:
            self._spare.replace(self.path)
            kept.replace(self._spare)
            linked = True
        self._sync_folder()
        return linked

    def _sync_folder(self) -> None:
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _stamp_of(path: Path) -> str:
    try:
        status = path.stat()
    except FileNotFoundError:
        return ""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"


def _acquire_lease(descriptor: int) -> bool:
    """True once no other process has the file open.

    A process that then opens it waits until we close it.
    """
    if sys.platform != "linux":
        return False
    # The kernel signals that another process waits, by default with SIGIO, which would kill this
    # process.
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


@contextmanager
def _created(path: Path) -> Iterator[BinaryIO]:
    """A new file, readable by its owner alone."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file


def _write(file: BinaryIO, patches: Iterable[Patch]) -> None:
    """On disk when this returns."""
    for patch in patches:
        file.seek(patch.start)
        file.write(patch.content)
    _sync(file)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
