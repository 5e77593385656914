"""How we greet a mail server: with a full name, or else with an address."""

import socket
import threading
from collections.abc import Iterator

import pytest

from notifications import helo_name
from notifications.helo_name import HeloName

OWN = ("192.0.2.7", 12345)


@pytest.mark.parametrize("name", ["bilheteria.cinema.example", "a-1.b2.example"])
async def test_a_machine_with_a_full_name_says_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: name)
    assert await HeloName(None).name(OWN) == name


@pytest.mark.parametrize(
    "name", ["laptop", "", "3f2a9c", "with space.example", "under_score.example", "192.0.2.7"]
)
async def test_a_machine_without_one_says_its_address(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: name)
    assert await HeloName(None).name(OWN) == "[192.0.2.7]"
    assert await HeloName(None).name(("fe80::1%eth0", 1, 0, 2)) == "[IPv6:fe80::1]"


async def test_the_setting_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: "other.example")
    assert await HeloName("mail.example").name(OWN) == "mail.example"


@pytest.fixture
def silent_dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    answers = threading.Event()
    monkeypatch.setattr(socket, "getfqdn", lambda: str(answers.wait(30)))
    monkeypatch.setattr(helo_name, "_PATIENCE_SECONDS", 0.05)
    yield
    answers.set()


@pytest.mark.usefixtures("silent_dns")
async def test_a_dns_that_does_not_answer_is_not_waited_for() -> None:
    assert await HeloName(None).name(OWN) == "[192.0.2.7]"
