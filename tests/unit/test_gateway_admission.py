"""Admission control: which connections get a slot, and which are evicted."""

import pytest

from gateway import open_files
from gateway.admission import (
    LEAST_REQUESTS,
    RESERVE,
    Admission,
    Slot,
    most_connections,
    most_sockets,
)
from gateway.settings import GatewaySettings


class Connections:
    """Connections by name, with descriptors as the kernel assigns them: the lowest free number."""

    def __init__(self, **settings: object) -> None:
        self.admission = Admission(GatewaySettings.model_validate(settings))
        self.evicted: list[str] = []
        self._open: dict[str, tuple[int, Slot]] = {}

    def open(self, name: str, host: str = "192.0.2.1") -> bool:
        taken = {descriptor for descriptor, _ in self._open.values()}
        descriptor = next(number for number in range(3, 10**6) if number not in taken)
        slot = self.admission.admit(descriptor, host)
        if slot is None:
            return False
        self._open[name] = (descriptor, slot)
        self.wait(name)
        return True

    def wait(self, name: str) -> None:
        self._open[name][1].wait(lambda: self.evicted.append(name))

    def keep(self, name: str) -> None:
        self._open[name][1].keep()

    def close(self, name: str) -> None:
        self._open.pop(name)[1].leave()


def test_a_new_connection_evicts_the_one_that_has_waited_longest() -> None:
    connections = Connections(max_connections=20)
    for number in range(20):
        assert connections.open(f"{number}", f"192.0.2.{number}")
    connections.keep("0")
    connections.wait("1")  # it has just been answered
    assert connections.open("new", "198.51.100.1")
    assert connections.evicted == ["2"]


def test_no_connection_is_admitted_while_all_are_being_answered() -> None:
    connections = Connections(max_connections=20)
    for number in range(20):
        connections.open(f"{number}", f"192.0.2.{number}")
        connections.keep(f"{number}")
    assert not connections.open("new")
    connections.close("7")
    assert connections.open("new")
    assert connections.evicted == []


def test_an_address_at_its_limit_evicts_its_own_connections() -> None:
    connections = Connections(max_connections_per_address=1)
    assert connections.open("neighbour", "192.0.2.2")
    for number in range(1 + LEAST_REQUESTS):
        connections.open(f"{number}")
    assert connections.open("new")
    assert connections.evicted == ["0"]


def test_one_address_never_gets_all_slots() -> None:
    connections = Connections(max_connections=40)
    for number in range(40):
        connections.open(f"{number}")
    assert len(connections.evicted) == 10
    assert connections.open("neighbour", "192.0.2.2")
    assert len(connections.evicted) == 10


def test_an_ipv6_network_is_one_address() -> None:
    connections = Connections(max_connections_per_address=1)
    for number in range(2 + LEAST_REQUESTS):
        connections.open(f"{number}", f"2001:db8::{number}")
    assert connections.evicted == ["0"]


def test_a_trusted_proxy_has_no_limit_of_its_own() -> None:
    connections = Connections(
        max_connections_per_address=1, trusted_proxies="10.0.0.0/8, 192.0.2.7"
    )
    for number in range(100):
        assert connections.open(f"a{number}", "10.1.2.3")
        assert connections.open(f"b{number}", "192.0.2.7")
    assert connections.evicted == []


def test_the_limit_of_open_files_is_a_limit_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connections = Connections()
    monkeypatch.setattr(open_files, "limit", lambda: 256)
    for number in range(256):
        connections.open(f"{number}", f"192.0.2.{number % 100}")
    # Descriptors 0 to 2 are the process's own. A connection that is cut frees its own a moment
    # later.
    assert len(connections.evicted) == 256 - (256 - RESERVE - 3)


def test_leaving_a_slot_twice_changes_nothing() -> None:
    connections = Connections(max_connections=20)
    for number in range(21):
        connections.open(f"{number}", f"192.0.2.{number}")
    assert connections.evicted == ["0"]
    connections.close("0")
    for number in range(19):
        connections.keep(f"{number + 1}")
    assert connections.open("one more")
    assert connections.evicted == ["0", "20"]


def test_pages_and_health_checks_have_room_beside_all_websockets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_files, "limit", lambda: 1_024)
    settings = GatewaySettings()
    assert most_connections(settings) == 1_024 - RESERVE
    assert most_sockets(settings) == (1_024 - RESERVE) * 4 // 5
    assert most_connections(GatewaySettings(max_connections=100)) == 100
