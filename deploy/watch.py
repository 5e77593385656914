"""Watches a run: logs when it is ready and what died, and cleans up after supervisord.

supervisord starts it as an event listener: events arrive on stdin, which closes when supervisord
ends.
"""

import logging
import os
import sys
import threading
import time
from contextlib import suppress

import psutil
from supervisor import childutils

from cinema import logs
from deploy import readiness

READY_SECONDS = 60
POLL_SECONDS = 0.1
STOP_SECONDS = 8

log = logging.getLogger("run")


def announce(stopping: threading.Event) -> None:
    """Logs the page's address once all programs are ready; after a minute also which are not."""
    waiting = list(readiness.programs(os.environ))
    late = time.monotonic() + READY_SECONDS
    while waiting := [program for program in waiting if not program.is_ready()]:
        if stopping.wait(POLL_SECONDS):
            return
        if time.monotonic() > late:
            late = float("inf")
            for program in waiting:
                log.warning("%s is not ready yet: look %s", program.name, program.look_at)
    log.info("ready: open %s (mail lands in %s)", os.environ["PAGE"], os.environ["MAIL"])


def report(event: str, payload: str, stopping: threading.Event) -> None:
    """Logs the events that matter to a person."""
    details = childutils.get_headers(payload)
    name = details.get("processname")
    match event:
        case "PROCESS_STATE_EXITED":
            log.warning("%s ended and is started again", name)
        case "PROCESS_STATE_BACKOFF":
            log.warning("%s does not stay up and is started again in %s s", name, details["tries"])
        case "SUPERVISOR_STATE_CHANGE_STOPPING":
            stopping.set()
            log.info("stopping everything")


def stop_all() -> None:
    """Stops the programs that a killed supervisord left behind, also one that has just started."""
    left = [process for process in psutil.process_iter() if _is_of_this_run(process)]
    for process in left:
        process.terminate()
    for stubborn in psutil.wait_procs(left, timeout=STOP_SECONDS)[1]:
        stubborn.kill()


def _is_of_this_run(process: psutil.Process) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        return bool(process.environ().get("MAKE_RUN_ID") == os.environ["MAKE_RUN_ID"])
    except psutil.Error:  # another user's, or gone
        return False


def main() -> None:
    logs.configure("run")
    stopping = threading.Event()
    threading.Thread(target=announce, args=[stopping], daemon=True).start()
    with suppress(BrokenPipeError):  # supervisord was killed before our answer
        listen(stopping)
    stop_all()


def listen(stopping: threading.Event) -> None:
    """Returns when supervisord has ended. Raises BrokenPipeError if it waited for an answer."""
    childutils.listener.ready(sys.stdout)
    while header := sys.stdin.readline():
        details = childutils.get_headers(header)
        report(details["eventname"], sys.stdin.read(int(details["len"])), stopping)
        childutils.listener.ok(sys.stdout)
        childutils.listener.ready(sys.stdout)


if __name__ == "__main__":
    main()
