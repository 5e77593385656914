"""supervisord as a program in a terminal wants it, with two differences.

A closed terminal stops everything: supervisord takes SIGHUP for "read the configuration again and start all anew",
and nobody would be left to stop the rest. And what programs say goes to the terminal that this process inherited:
supervisord would open /dev/fd/2 anew, which fails where that belongs to another user, as after su.
"""

import os
import signal

from supervisor import loggers, supervisord
from supervisor.options import ServerOptions

TERMINAL = "/dev/fd/2"


class Options(ServerOptions):  # type: ignore[misc]  # supervisor carries no types
    def get_signal(self) -> int | None:
        received: int | None = super().get_signal()
        return signal.SIGTERM if received == signal.SIGHUP else received


class FileOrTerminal(loggers.FileHandler):  # type: ignore[misc]
    def __init__(self, filename: str, mode: str = "ab") -> None:
        self._is_terminal = filename == TERMINAL
        if self._is_terminal:
            loggers.Handler.__init__(self, os.fdopen(os.dup(2), "wb", buffering=0))
        else:
            super().__init__(filename, mode)

    def reopen(self) -> None:
        if not self._is_terminal:
            super().reopen()


def main() -> None:
    loggers.FileHandler = FileOrTerminal
    options = Options()
    options.realize(doc=supervisord.__doc__)
    options.first, options.test = True, False
    supervisord.go(options)


if __name__ == "__main__":
    main()
