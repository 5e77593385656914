"""Runs one command with the settings of `make run`: of the run at work, else of `.env`.

    python -m deploy.command booking_service_server.py --adopt-dataset

A service by itself reads environment variables alone: it would look for the run's Redis and booking
on the default ports. Variables of the command's own environment take precedence.
"""

import logging
import os
import sys

from cinema import logs
from cinema.service import CannotStart
from deploy import run_settings
from deploy.run import planned, read_dotenv

log = logging.getLogger("run")


def main() -> None:
    """Replaces this process by the command.

    Relative paths are, as for the run, relative to the project.
    """
    logs.configure("run")
    for name, value in run_settings.of_the_run_at_work().items():
        os.environ.setdefault(name, value)
    read_dotenv()
    try:
        os.environ.update(planned().settings())
    except CannotStart as reason:
        log.error("%s", reason)
        sys.exit(1)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])


if __name__ == "__main__":
    main()
