"""Where the shared fixtures come from."""

pytest_plugins = [
    "tests.hall",
    "tests.infra",
    "tests.redis_cluster",
    "tests.services",
    "tests.booking_desk",
    "tests.box_office",
    "tests.system",
    "tests.gateway_bench",
]
