"""The wall clock of one server, in the test's hands: it stands still, or runs and is shifted."""

import os
import shutil
import struct
from pathlib import Path

from deploy import commands
from tests.support.backends import BackendMissing

SOURCE = Path(__file__).with_name("clock.c")
COMPILE_SECONDS = 60


class PreloadedClock:
    """For servers that are started with `env`. Times in ms.

    Raises BackendMissing where there is no C compiler.
    """

    def __init__(self, folder: Path) -> None:
        if not shutil.which("gcc"):
            raise BackendMissing("no C compiler for the clock of Redis")
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "clock"
        self._file.touch()
        self.shift(0)
        library = folder / "clock.so"
        build = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
        commands.run(build, timeout=COMPILE_SECONDS)
        self.env = {**os.environ, "LD_PRELOAD": str(library), "CLOCK": str(self._file)}

    def stand_at(self, moment: int) -> None:
        """Since 1970; the clock passes only when this is called again."""
        self._write(moment, 0)

    def shift(self, by: int) -> None:
        """The clock runs, and is so far ahead of the kernel's."""
        self._write(0, by)

    def _write(self, *milliseconds: int) -> None:
        # In place: the server has mapped this very file.
        with self._file.open("r+b") as file:
            file.write(struct.pack("2q", *(number * 1_000 for number in milliseconds)))
