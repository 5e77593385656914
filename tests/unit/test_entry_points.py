"""What the modules at the top may import: their service, and what all services share.

import-linter holds the packages to the same rule (`make check`); it knows packages alone.
"""

import ast

import pytest

from deploy import ROOT

ALLOWED = {
    "booking_service_server": {"booking", "seat_state_service"},
    "seat_state_service": {"booking"},
    "websocket_server": {"gateway"},
    "redis_listener": {"listener"},
    "notification_producer": {"notifications", "email_service"},
    "notification_consumer": {"notifications", "email_service"},
    "email_service": {"notifications"},
}
PACKAGES = {
    "booking",
    "cinema",
    "deploy",
    "gateway",
    "listener",
    "notifications",
    "tests",
    "verify",
}


@pytest.mark.parametrize("module", ALLOWED)
def test_an_entry_point_imports_its_own_service_alone(module: str) -> None:
    assert imported_by(module) & (PACKAGES | set(ALLOWED)) <= ALLOWED[module] | {"cinema"}


def test_every_module_at_the_top_is_known() -> None:
    found = {path.stem for path in ROOT.glob("*.py") if not path.stem.startswith("cinema_pb2")}
    assert found == set(ALLOWED)


def imported_by(module: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}
