"""Where the shared fixtures come from, and how a run ends."""

import signal

pytest_plugins = [
    "tests.hall",
    "tests.infra",
    "tests.redis_cluster",
    "tests.services",
    "tests.booking_desk",
    "tests.box_office",
    "tests.system",
    "tests.gateway_bench",
    "tests.batching",
    "tests.fakes.batches",
]


def pytest_configure() -> None:
    """A run that is told to end takes the servers that it has started with it, as after Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
