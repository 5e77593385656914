"""A real Redis whose wall clock passes only when the test says so."""

import os
import shutil
import struct
from pathlib import Path

from deploy import commands
from tests.support.backends import BackendMissing, RedisServer

SOURCE = Path(__file__).with_name("clock.c")
COMPILE_SECONDS = 60
NOON_MS = 1_800_000_000_000  # some moment


class ClockedRedis(RedisServer):
    """Its TIME and its expiries follow `now`, in ms.

    Raises BackendMissing where there is no C compiler.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if not shutil.which("gcc"):
            raise BackendMissing("no C compiler for the clock of Redis")
        self._clock = folder / "clock"
        self.now = NOON_MS
        library = folder / "clock.so"
        build = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
        commands.run(build, timeout=COMPILE_SECONDS)
        self.env = {**os.environ, "LD_PRELOAD": str(library), "CLOCK": str(self._clock)}

    @property
    def now(self) -> int:
        return self._now

    @now.setter
    def now(self, milliseconds: int) -> None:
        self._now = milliseconds
        self._clock.touch()
        # In place: the server has mapped this very file.
        with self._clock.open("r+b") as file:
            file.write(struct.pack("q", milliseconds * 1_000))
