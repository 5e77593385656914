"""Two copies of a file and one name: every reader finds a whole one, and a change costs what it changes.

Nobody ever sees a file that is being written. The public copy has the name; a hidden spare lacks what was changed
last. A change completes the spare, forces it to disk and only then gives it the public name; the copy that was
public becomes the spare, and where something was overwritten it follows at once. After a loss of power the public
name leads to one complete copy or the other.

A reader may have opened the spare while it was still public and read it slowly. So the spare is changed in place only
under a lease, which Linux grants while nobody else has the file open. Where there is no lease to be had (such a reader,
another system) the spare is made anew, whole.
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

_LEASE_SECONDS = 0.05  # how long a reader that is just leaving is waited for
_PAUSE_SECONDS = 0.002


class Patch(NamedTuple):
    """These bytes from this place on, beyond the file's end too."""

    start: int
    content: bytes


class TwoCopies:
    """The file at `path`, readable by its owner alone. Under a lock: one process at a time. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spare = self.hidden("spare")
        self._spare_lacks: Sequence[Patch] | None = None  # None: there is no spare to go on with
        self.published = ""  # the stamp of the copy that got the public name here last

    def hidden(self, what: str) -> Path:
        return self.path.with_name(f".{self.path.name}.{what}")

    @property
    def stamp(self) -> str:
        """Tells whether another hand has touched the file: empty where there is none."""
        return _stamp_of(self.path)

    def forget_spare(self) -> None:
        """Whatever lies beside the file is of no use any more."""
        self._spare_lacks = None
        for leftover in (self._spare, self.hidden("new"), self.hidden("kept")):
            leftover.unlink(missing_ok=True)

    def replace(self, content: Iterable[bytes]) -> None:
        """The file is this from now on, as a whole."""
        self.forget_spare()
        new = self.hidden("new")
        with _created(new) as file:
            file.writelines(content)
            _sync(file)
        # Another hand may be as quick as a rename: what it leaves there is not what was written here.
        self.published = _stamp_of(new)
        new.replace(self.path)
        self._sync_folder()

    def change(self, patches: Sequence[Patch]) -> None:
        if self.published != self.stamp:
            self.forget_spare()
        self.published = ""  # a failure on the way leaves nothing to build on
        self._complete_spare(patches)
        published = _stamp_of(self._spare)
        self._spare_lacks = patches if self._publish_spare() else None
        self.published = published

    def catch_up(self) -> None:
        """The spare is as the public copy is: what was overwritten there is in no copy any more."""
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
        """False where somebody may still be reading the spare; it is then as it was."""
        with suppress(FileNotFoundError), self._spare.open("r+b") as file:
            if not _take_lease(file.fileno()):
                return False
            _write(file, patches)
            return True
        return False

    def _publish_spare(self) -> bool:
        """Gives the spare the public name. True if the copy that was public is the spare from now on."""
        kept = self.hidden("kept")
        try:
            # Without a second name the rename would end the copy that is public now.
            kept.hardlink_to(self.path)
        except OSError:
            # A file system without links: the next spare is made anew.
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


@contextmanager
def _created(path: Path) -> Iterator[BinaryIO]:
    """A new file that its owner alone may read."""
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
