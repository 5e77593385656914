"""How long `make run` takes once everything has been fetched, and what the running system takes of the memory.

python -m tests.bench.start
"""

import argparse
import tempfile
import time
from pathlib import Path

from deploy.readiness import gateway_is_ready
from tests.bench import report
from tests.local_run import Run, clone
from tests.waiting import wait_until

PATIENCE = 120
# By a word of its command line; what is none of these is the supervisor and its like.
PARTS = {
    "gateway": "websocket_server",
    "booking": "booking_service_server",
    "listener": "redis_listener",
    "producer": "notification_producer",
    "consumer": "notification_consumer",
    "Redis": "redis-server",
    "Kafka": "kafka.Kafka",
}


def measure() -> None:
    with tempfile.TemporaryDirectory() as name:
        run = Run(clone(Path(name) / "clone"))
        try:
            run.start(PATIENCE)
            run.terminate()
            ready, everything = _second_start(run)
            memory = run.memory()
        finally:
            run.terminate()
    report.show(
        "The second start of make run",
        [
            ("the page is served after", f"{ready:.1f} s"),
            ("everything is ready after", f"{everything:.1f} s"),
            ("memory", f"{sum(memory.values()) / 2**20:.0f} MB, of which {_by_part(memory)}"),
        ],
    )


def _second_start(run: Run) -> tuple[float, float]:
    """Seconds until the page was served, and until everything was ready."""
    begin = time.monotonic()
    run.launch()
    wait_until(lambda: gateway_is_ready(run.page), PATIENCE)
    served = time.monotonic() - begin
    wait_until(lambda: run.log.count("ready: open") == 2, PATIENCE)
    return served, time.monotonic() - begin


def _by_part(memory: dict[str, int]) -> str:
    sums = {
        part: sum(size for command, size in memory.items() if word in command)
        for part, word in PARTS.items()
    }
    return ", ".join(f"{part} {size / 2**20:.0f}" for part, size in sums.items() if size)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    measure()


if __name__ == "__main__":
    main()
