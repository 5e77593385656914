"""Log lines: one an event on stderr, with time and program; many programs share a terminal."""

import logging
import sys
import time
from collections.abc import Callable

START_SECONDS = 30.0  # in which a neighbour may still be starting
REMIND_SECONDS = 60.0
# `extra` of a warning that waits for a neighbour: it is an INFO while the process starts, since
# neighbours may be starting, too.
WAITS = {"waits": True}


def configure(name: str, level: str = "INFO") -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(calm_until(time.monotonic() + START_SECONDS))
    logging.basicConfig(
        level=level,
        format=f"%(asctime)s {name:<9} %(levelname)-7s %(message)s",
        datefmt="%H:%M:%S",
        handlers=[handler],
    )
    for chatty in ("httpx2", "httpcore2", "kafka", "aiosmtplib"):
        logging.getLogger(chatty).setLevel(max(logging.getLevelName(level), logging.WARNING))


def calm_until(started: float) -> Callable[[logging.LogRecord], bool]:
    """A filter that turns warnings marked with WAITS into INFOs until then."""

    def lower(record: logging.LogRecord) -> bool:
        if hasattr(record, "waits") and time.monotonic() < started:
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True

    return lower


class RepeatFilter:
    """Passes a reason that differs from the last one, or repeats it after a minute."""

    def __init__(self) -> None:
        self._passed, self._passed_at = "", float("-inf")

    def passes(self, reason: str) -> bool:
        now = time.monotonic()
        if reason == self._passed and now - self._passed_at <= REMIND_SECONDS:
            return False
        self._passed, self._passed_at = reason, now
        return True


class OutageLog:
    """Logs an outage once when it begins and once when it ends, however often it is met.

    With `every_trouble` also once when its trouble changes.
    """

    def __init__(self, log: logging.Logger, *, every_trouble: bool = False) -> None:
        self._log = log
        self._every_trouble = every_trouble
        self.trouble = ""  # the last one; empty while there is no outage

    def begin(self, trouble: str, *, waits: bool = True) -> None:
        """`waits`: marks the line with WAITS."""
        is_news = trouble != self.trouble if self._every_trouble else not self.trouble
        self.trouble = trouble
        if is_news:
            self._log.warning("%s", trouble, extra=WAITS if waits else None)

    def end(self, line: str = "") -> None:
        if self.trouble and line:
            self._log.info("%s", line)
        self.trouble = ""
