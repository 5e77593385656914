"""What a container's health check runs: `python -m cinema.health_check gateway|ready_file`.

Exits with 0 where the service beside it is ready to work, else with 1 and the reason. It runs every few seconds in
every container, so each check imports only what it needs itself.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

ANSWER_SECONDS = 2
FRESH_SECONDS = 5  # a service touches its ready file every second


def gateway() -> str:
    """Ready means that somebody could buy now."""
    import urllib.error
    import urllib.request

    address = f"http://127.0.0.1:{os.environ.get('HTTP_PORT', '8000')}/health/ready"
    try:
        with urllib.request.urlopen(address, timeout=ANSWER_SECONDS):
            return ""
    except urllib.error.HTTPError as refusal:
        return f"{address} answers {refusal.code}: {refusal.read().decode()}"
    except OSError as error:
        return f"{address} does not answer: {error}"


def ready_file() -> str:
    """The age of READY_FILE tells whether the service is ready, without a port and without its certificates.

    Its text, what a ready service cannot do all the same, is shown.
    """
    file = Path(os.environ["READY_FILE"])
    try:
        age = time.time() - file.stat().st_mtime
        sys.stdout.write(file.read_text())
    except FileNotFoundError:
        return f"{file} is missing: the service is not ready"
    return "" if age < FRESH_SECONDS else f"{file} is {age:.0f} s old: the service hangs"


CHECKS: dict[str, Callable[[], str]] = {"gateway": gateway, "ready_file": ready_file}


def main() -> None:
    problem = CHECKS[sys.argv[1]]()
    if problem:
        sys.exit(problem)


if __name__ == "__main__":
    main()
