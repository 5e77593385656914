"""Services forked from a process that has imported everything: a start takes 0.2 s of CPU instead
of 0.7.

A run of the suite starts some five hundred services. Each test process has one fork server, the
standard library's. A forked service runs its script from the beginning, in a session, an
environment and with a log of its own, as if Python had just been started for it. The tests of
`make run` and of uvicorn's command start Python itself.
"""

import faulthandler
import multiprocessing
import os
import runpy
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

# Their imports open no connection, start no thread and remember nothing of their process.
SCRIPTS = (
    "booking_service_server",
    "notification_consumer",
    "notification_producer",
    "redis_listener",
    "websocket_server",
)
BEGIN_SECONDS = 60

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([*SCRIPTS, "tests.support.compressed_page"])


class Script:
    """A running script: as much of `subprocess.Popen` as tests use. It has begun when the
    constructor returns.

    `command` is its path and its arguments.
    """

    def __init__(
        self, command: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path
    ) -> None:
        here, there = _processes.Pipe(duplex=False)
        # Python kills a daemon process at its exit, and waits for any other.
        self._process = _processes.Process(
            target=_run, args=(there, list(command), cwd, dict(env), log), daemon=True
        )
        self._process.start()
        there.close()
        with here:
            if not here.poll(BEGIN_SECONDS):
                self._process.kill()
                raise TimeoutError(f"{command[0]} has not begun within {BEGIN_SECONDS} s")
            self.pid: int = here.recv()

    def poll(self) -> int | None:
        """Its exit status, a signal's number negated; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout)
        return status


def _run(begun: Connection, command: list[str], cwd: Path, env: dict[str, str], log: Path) -> None:
    """In the forked process: what Popen and Python's own start do."""
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    faulthandler.enable()
    sys.argv = command
    sys.path.insert(0, str(Path(command[0]).parent))
    with begun:
        begun.send(os.getpid())
    runpy.run_path(command[0], run_name="__main__")
