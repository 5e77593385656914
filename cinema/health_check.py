"""A container's health check: `python -m cinema.health_check gateway|ready_file`.

Exits with 0 if the container's service is ready, else with 1 and the reason. It runs every few
seconds in every container, so each check imports only what it needs.
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ANSWER_SECONDS = 2
FRESH_SECONDS = 5  # services touch their ready file every second


def gateway() -> str:
    return gateway_problem(f"http://127.0.0.1:{os.environ.get('HTTP_PORT', '8000')}")


def gateway_problem(address: str) -> str:
    """Empty if somebody could buy now: the gateway reaches booking, and booking Redis."""
    import urllib.error
    import urllib.request

    url = f"{address}/health/ready"
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS):  # noqa: S310 - always http
            return ""
    except urllib.error.HTTPError as refusal:
        return f"{url} answers {refusal.code}: {refusal.read().decode()}"
    except OSError as error:
        return f"{url} does not answer: {error}"


def ready_file() -> str:
    """Also prints the file's text: what the ready service cannot do at present."""
    file = Path(os.environ["READY_FILE"])
    with suppress(FileNotFoundError):
        sys.stdout.write(file.read_text())
    return ready_file_problem(file)


def ready_file_problem(file: Path) -> str:
    """Empty while a service keeps its READY_FILE fresh (`cinema.service.ReadyFile`)."""
    try:
        age = time.time() - file.stat().st_mtime
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
