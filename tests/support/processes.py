"""A real process under test: started, watched, killed, started again, and never left behind."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, Self

from deploy import ROOT
from tests.support.waiting import wait_until

START_SECONDS = 90  # of a machine that is busy with other tests
STOP_SECONDS = 10
TAIL_LINES = 30


class NotStarted(Exception):
    """The process ended, or was not ready in time; the text has the end of its log."""


class Running(Protocol):
    """A process that was started, as `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float) -> int: ...


class LocalProcess:
    """One process and its log. `start` returns when it is ready; every other method may be called
    at any time.

    As a context manager it is started on entry and gone on exit.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        ready: Callable[[], bool],
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.env = dict(os.environ if env is None else env)
        self.log_file = log
        self._ready = ready
        self.cwd = cwd
        self._process: Running | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything that it wrote so far, over all its starts."""
        with contextlib.suppress(FileNotFoundError):
            return self.log_file.read_text(encoding="utf-8", errors="replace")
        return ""

    def start(self, timeout: float = START_SECONDS) -> Self:
        """Start it, unless it runs, and wait until it is ready. Raises NotStarted."""
        if not self.running:
            self.launch()
        try:
            wait_until(self._ready_or_gone, timeout, f"{self.name} is ready")
        except TimeoutError as late:
            self.kill()
            raise NotStarted(f"{late}\n{self.tail()}") from None
        return self

    def launch(self) -> None:
        """Start it without waiting for anything."""
        self._process = self._spawn()

    def _spawn(self) -> Running:
        with self.log_file.open("ab") as output:
            return subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def terminate(self, timeout: float = STOP_SECONDS) -> int:
        """SIGTERM, then its exit status; one that takes longer than `timeout` is killed:
        TimeoutError."""
        if self._process is None:
            return 0
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"{self.name} ignored SIGTERM for {timeout:g} s") from None

    def kill(self) -> None:
        """SIGKILL, as the kernel does when memory runs out: no goodbye, no flush."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(STOP_SECONDS)

    def restart(self, timeout: float = START_SECONDS) -> Self:
        self.terminate()
        return self.start(timeout)

    def pause(self) -> None:
        """SIGSTOP: it hangs, and its connections stay open."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def wait(self, timeout: float = STOP_SECONDS) -> int:
        """Its exit status, once it has ended by itself."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.wait(timeout)

    def tail(self) -> str:
        return "\n".join(self.log.splitlines()[-TAIL_LINES:])

    def _ready_or_gone(self) -> bool:
        if not self.running:
            status = self._process.poll() if self._process else None
            raise NotStarted(f"{self.name} ended with status {status}\n{self.tail()}")
        return self._ready()

    def _signal(self, number: signal.Signals) -> None:
        # The whole session, so that a helper of the process does not survive it.
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
