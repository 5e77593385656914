"""The `Host` names that the gateway answers to."""

import pytest

from gateway.origins import Hosts


@pytest.mark.parametrize(
    "host",
    [
        "cinema.example",
        "CINEMA.example",
        "cinema.example.",
        "cinema.example:443",
        "localhost:8000",
        "localhost",
        "127.0.0.1:9000",
        "127.9.9.9",
        "[::1]:8000",
        "caixa.intranet",
        "caixa.intranet:8110",
        "gateway:8000",
    ],
)
def test_our_own_names_are_admitted(host: str) -> None:
    assert Hosts("https://cinema.example", "caixa.intranet, gateway:8000").admits(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:443",
        "cinema.example.evil.example",
        "evil-cinema.example",
        "cinema.example:80",
        "cinema.example:8000",
        "cinema.example:443:443",
        "cinema.example@evil.example",
        "cinema.example/evil",
        "cinema.example#",
        "cinema.example, evil.example",
        "cinema.example evil.example",
        "cinema.example\tevil",
        "cinema.example..",
        ".cinema.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "0.0.0.0",
        "10.0.0.1",
        "[::2]",
        "[::1",
        "::1",
        "2130706433",
        "gateway",
        "gateway:8001",
        "xn--cinma-dsa.example",
        "cinema.example\u3002",
        "cinema.example:",
        "cinema.example:999999",
    ],
)
def test_any_other_name_is_refused(host: str) -> None:
    assert not Hosts("https://cinema.example", "caixa.intranet, gateway:8000").admits(host)


def test_the_port_of_the_public_address_belongs_to_its_name() -> None:
    hosts = Hosts("http://cinema.example:8110", "")
    assert hosts.admits("cinema.example:8110")
    assert not hosts.admits("cinema.example")
    assert not hosts.admits("cinema.example:8000")
