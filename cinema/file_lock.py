"""A lock between processes and threads: a file, which the kernel unlocks when its holder dies."""

import fcntl
import os
import time
from pathlib import Path


class FileLock:
    """One holder, from when it acquires the lock until it is closed."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def try_acquire(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def acquire(self, patience: float, pause: float) -> None:
        """Tries every `pause` seconds. Raises TimeoutError after `patience` seconds."""
        deadline = time.monotonic() + patience
        while not self.try_acquire():
            if time.monotonic() > deadline:
                raise TimeoutError(f"another process has had the lock for {patience:g} s")
            time.sleep(pause)

    def close(self) -> None:
        os.close(self.descriptor)
