"""Where the shared fixtures come from, and how a run ends."""

import signal

pytest_plugins = [
    "tests.support.compressed_once",
    "tests.support.hall",
    "tests.support.infra",
    "tests.support.redis_cluster",
    "tests.support.redis_sentinel",
    "tests.support.seat_servers",
    "tests.support.services",
    "tests.support.booking_desk",
    "tests.support.box_office",
    "tests.support.system",
    "tests.support.gateway_in_process",
    "tests.support.batching",
    "tests.fakes.batches",
    "tests.support.at_failure",
]


def pytest_configure() -> None:
    """SIGTERM ends a run as Ctrl-C does: it stops the servers that it has started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
