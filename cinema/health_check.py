"""What a container's health check runs: `python -m cinema.health_check booking|gateway|worker`.

Exits with 0 where the service beside it is ready to work, else with 1 and the reason. It runs every few seconds in
every container, so each check imports only what it needs itself.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

ANSWER_SECONDS = 2
FRESH_SECONDS = 5  # a worker touches its ready file every second


def booking() -> str:
    """The gRPC health service is SERVING only while Redis answers and is durable."""
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    address = f"127.0.0.1:{os.environ.get('BOOKING_PORT', '50051')}"
    request = health_pb2.HealthCheckRequest()
    with grpc.insecure_channel(address) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=ANSWER_SECONDS)
        except grpc.RpcError as error:
            return f"booking does not answer on {address}: {error.code().name}"
    serving = answer.status == health_pb2.HealthCheckResponse.SERVING
    return "" if serving else "booking is not serving: its log says why"


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


def worker() -> str:
    """A worker has no port: the age of its READY_FILE tells."""
    file = Path(os.environ["READY_FILE"])
    try:
        age = time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return f"{file} is missing: the worker is not ready"
    return "" if age < FRESH_SECONDS else f"{file} is {age:.0f} s old: the worker hangs"


CHECKS: dict[str, Callable[[], str]] = {"booking": booking, "gateway": gateway, "worker": worker}


def main() -> None:
    problem = CHECKS[sys.argv[1]]()
    if problem:
        sys.exit(problem)


if __name__ == "__main__":
    main()
