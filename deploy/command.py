"""One command with the settings of `make run`: of the run that is at work, else of `.env`.

    python -m deploy.command booking_service_server.py --adopt-dataset

A service by itself reads environment variables only: beside a run on other ports it would find whatever listens on
the usual ones. What the command's own environment says comes first.
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
    """Becomes the command; relative paths in the settings are, as for the run, those of the project's folder."""
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
