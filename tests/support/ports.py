"""Ports for the servers of the tests: below those that the kernel gives to outgoing connections.

A port that a stopped server has left is nobody else's until that server is started again, since
each is handed out once in a long while, and each worker of pytest-xdist has a range of its own.
"""

import itertools
import os
import random

from deploy.ports import is_free

FIRST = 10_081  # above the last port that browsers refuse, 10080 (the Fetch standard's "bad ports")
WORKERS, EACH = 8, 1_250
CLUSTER_BUS = 10_000  # a node of a Redis Cluster listens on the port above by so much, too

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
_range = range(FIRST + _worker * EACH, FIRST + (_worker + 1) * EACH)
# Begun anywhere, so that two runs on one machine seldom want the same.
_offered = itertools.islice(itertools.cycle(_range), random.randrange(EACH), None)


def free_port() -> int:
    """A port that nobody listens on."""
    return ports_in_a_row(1)


def ports_in_a_row(number: int) -> int:
    """The first of so many ports that nobody listens on."""
    for _ in range(EACH):
        ports = list(itertools.islice(_offered, number))
        if ports[-1] - ports[0] == number - 1 and all(is_free(port) for port in ports):
            return ports[0]
    raise RuntimeError("no free ports")


def cluster_port() -> int:
    """A port that nobody listens on, nor on that of its bus."""
    for _ in range(EACH):
        port = free_port()
        if is_free(port + CLUSTER_BUS):
            return port
    raise RuntimeError("no free ports")
