"""One command with the settings of `make run`: those of `.env`, and where the parts of the run listen.

    python -m deploy.command booking_service_server.py --adopt-dataset

A service by itself reads environment variables only. Without this, a command given beside a run on other ports
would go to whatever listens on the usual ones.
"""

import os
import sys

from cinema import logs
from cinema.service import CannotStart
from deploy.run import log, planned, read_dotenv


def main() -> None:
    """Becomes the command; relative paths in the settings are, as for the run, those of the project's folder."""
    logs.configure("run")
    read_dotenv()
    try:
        os.environ.update(planned().settings())
    except CannotStart as reason:
        log.error("%s", reason)
        sys.exit(1)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])


if __name__ == "__main__":
    main()
