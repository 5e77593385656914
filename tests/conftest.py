"""Where the shared fixtures come from."""

pytest_plugins = ["tests.infra", "tests.redis_cluster", "tests.services"]
