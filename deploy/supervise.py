"""supervisord for a terminal, with two differences.

SIGHUP, as from a closed terminal, stops everything; supervisord would reload its configuration and
restart all programs. And programs' output goes to the inherited terminal; supervisord would open
/dev/fd/2 again, which fails if that belongs to another user, as after su.
"""

import os
import signal
from typing import Any

from supervisor import loggers, supervisord
from supervisor.options import ServerOptions

TERMINAL = "/dev/fd/2"


class Options(ServerOptions):  # type: ignore[misc]  # supervisor carries no types
    def get_signal(self) -> int | None:
        received: int | None = super().get_signal()
        return signal.SIGTERM if received == signal.SIGHUP else received


to_file = loggers.handle_file


def to_file_or_terminal(logger: Any, filename: str, fmt: str, *how: Any, **rotation: Any) -> None:
    """Replaces supervisor's `handle_file`, which sets a logger's destination."""
    if filename != TERMINAL:
        to_file(logger, filename, fmt, *how, **rotation)
        return
    handler = loggers.StreamHandler(os.fdopen(os.dup(2), "wb", buffering=0))
    handler.setFormat(fmt)
    handler.setLevel(logger.level)
    logger.addHandler(handler)


def main() -> None:
    loggers.handle_file = to_file_or_terminal
    options = Options()
    options.realize(doc=supervisord.__doc__)
    options.first, options.test = True, False
    supervisord.go(options)


if __name__ == "__main__":
    main()
