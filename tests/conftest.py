"""Where the shared fixtures come from."""

pytest_plugins = ["tests.infra", "tests.services"]
