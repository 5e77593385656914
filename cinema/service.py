"""How every service starts and ends.

`main` reads the settings and runs `serve(settings)`. `serve` opens what it needs in an exit stack
and passes its endless tasks to `run_until_stopped`, which returns at SIGTERM or SIGINT. A task that
dies ends the process with an error, and the process manager restarts it.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from cinema import logs
from cinema.settings import Settings, WrongSettings, read

log = logging.getLogger(__name__)

EXIT_SECONDS = 5.0  # to close connections and threads after a stop


class CannotStart(Exception):
    """A service cannot start; the text says why, and what to do."""


def main(
    name: str,
    kind: type[Settings],
    serve: Callable[[Settings], Awaitable[None]],
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop,
) -> None:
    """Runs a service to its end.

    Exits with 2 if a setting is wrong, with 1 if the service cannot start or a task dies.

    uvloop needs a fifth less CPU for a call than asyncio's own loop (measured at booking).
    """
    try:
        settings = read(kind)
    except WrongSettings as wrong:
        sys.stderr.write(f"{name}: {wrong}\n")
        raise SystemExit(2) from None
    logs.configure(name, settings.log_level)

    async def run() -> None:
        with bounded_end(EXIT_SECONDS):
            await serve(settings)

    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(run())
    except CannotStart as reason:
        log.error("cannot start: %s", reason)
        raise SystemExit(1) from None


Serve = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Command:
    """What an option runs instead of the service. With an `argument`, `run` takes its value, too,
    before the settings."""

    run: Callable[..., Awaitable[None]]
    help: str
    argument: str = ""  # its name in the help


def chosen_command(description: str, serve: Serve, commands: Mapping[str, Command]) -> Serve:
    """What the command line asks for: `serve`, or the command of the one option that it names."""
    parser = argparse.ArgumentParser(description=description)
    parser.set_defaults(command=serve)
    options = parser.add_mutually_exclusive_group()
    for option, command in commands.items():
        kind: dict[str, Any] = {"action": "store_const", "const": command.run}
        if command.argument:
            kind = {"type": partial(partial, command.run), "metavar": command.argument}
        options.add_argument(option, dest="command", help=command.help, **kind)
    chosen: Serve = parser.parse_args().command
    return chosen


@contextmanager
def bounded_end(seconds: float) -> Iterator[None]:
    """After the block the process has `seconds` to end; then it exits with status 1.

    Python waits for threads without a limit, and a task group for its tasks: a process whose task
    died could keep its port and serve no one.
    """
    try:
        yield
    except CannotStart:
        raise  # no thread has started yet
    except BaseException:
        end_within(seconds)
        raise
    end_within(seconds)


def end_within(seconds: float) -> None:
    """Exits after so long, unless the process has ended."""
    end = threading.Timer(seconds, _end_now)
    end.daemon = True
    end.start()


def _end_now() -> None:
    threads = ", ".join(thread.name for thread in threading.enumerate() if not thread.daemon)
    log.error("still not ended: giving up (threads: %s)", threads)
    logging.shutdown()
    os._exit(1)


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set. Without it SIGTERM would run no `finally`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def run_until_stopped(stop: asyncio.Event, *tasks: Coroutine[Any, Any, None]) -> None:
    """Runs the tasks until `stop` is set, then cancels them and waits for their end.

    Raises an ExceptionGroup as soon as one of them dies.
    """
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(task) for task in tasks]
        await stop.wait()
        log.info("stopping")
        for task in running:
            task.cancel()


class ReadyFile:
    """A file whose age shows a container's health check whether a service without a port is ready.

    Its text, for the operator, is `trouble()`: what the ready service cannot do at present.
    """

    def __init__(self, path: Path | None, trouble: Callable[[], str] = str) -> None:
        self._path = path
        self._trouble = trouble
        self._outage = logs.OutageLog(log, every_trouble=True)
        self.ready = False

    async def keep(self) -> None:
        """Writes the file every second while `ready`, and removes it once not `ready`.

        A full disk or file table does not end the service: the file grows old, which means "not
        ready".
        """
        if self._path is None:
            return
        try:
            while True:
                self._update(self._path)
                await asyncio.sleep(1)
        finally:
            with suppress(OSError):
                self._path.unlink()

    def _update(self, path: Path) -> None:
        try:
            self._write_or_remove(path)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            self._outage.begin(f"READY_FILE={path} cannot be kept ({reason})", waits=False)
        else:
            self._outage.end()

    def _write_or_remove(self, path: Path) -> None:
        if self.ready:
            path.write_text(self._trouble())
        else:
            path.unlink(missing_ok=True)
