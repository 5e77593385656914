"""supervisord, with one difference: a closed terminal stops everything instead of starting it all anew.

supervisord takes SIGHUP for "read the configuration again and restart". For what runs in a terminal it means that the
terminal is gone, and nobody would be left to stop the rest.
"""

import signal

from supervisor import supervisord
from supervisor.options import ServerOptions


class Options(ServerOptions):  # type: ignore[misc]  # supervisor carries no types
    def get_signal(self) -> int | None:
        received: int | None = super().get_signal()
        return signal.SIGTERM if received == signal.SIGHUP else received


def main() -> None:
    options = Options()
    options.realize(doc=supervisord.__doc__)
    options.first, options.test = True, False
    supervisord.go(options)


if __name__ == "__main__":
    main()
