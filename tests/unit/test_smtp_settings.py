"""The mail server's settings: combinations, refusals at the start, defaults by port."""

from typing import Any

import pytest

from cinema.settings import WrongSettings, read
from notifications.language import Languages
from notifications.mails import MailWriter
from notifications.settings import ConsumerSettings
from notifications.smtp_settings import SmtpSettings, is_loopback
from tests.support.mailbox import as_received
from tests.support.orders import order

LOGIN = {"SMTP_USERNAME": "cinema", "SMTP_PASSWORD": "segredo"}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SmtpSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> ConsumerSettings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read(ConsumerSettings)


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(WrongSettings) as refused:
        settings(monkeypatch, **variables)
    return str(refused.value)


@pytest.mark.parametrize(
    ("variables", "tls"),
    [
        ({}, "off"),
        ({"SMTP_TLS": ""}, "off"),
        ({"SMTP_USE_TLS": "false"}, "off"),
        ({"SMTP_USE_TLS": "true"}, "starttls"),
        ({"SMTP_TLS": "starttls"}, "starttls"),
        ({"SMTP_TLS": "implicit"}, "implicit"),
        ({"SMTP_TLS": "starttls", "SMTP_USE_TLS": "true"}, "starttls"),
        ({"SMTP_TLS": "implicit", "SMTP_USE_TLS": "false"}, "implicit"),
        ({"SMTP_PORT": "465"}, "implicit"),
        ({"SMTP_PORT": "465", "SMTP_USE_TLS": "true"}, "implicit"),
        ({"SMTP_PORT": "465", "SMTP_TLS": "off"}, "off"),
        ({"SMTP_PORT": "465", "SMTP_TLS": "starttls"}, "starttls"),
        ({"SMTP_PORT": "587"}, "off"),
    ],
)
def test_which_tls_is_meant(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], tls: str
) -> None:
    assert settings(monkeypatch, **variables).tls == tls


@pytest.mark.parametrize("tls", ["off", "implicit"])
def test_two_settings_that_contradict_each_other_are_refused(
    monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    refused = refusal(monkeypatch, SMTP_USE_TLS="true", SMTP_TLS=tls)
    assert (
        refused
        == f"SMTP_USE_TLS=true means STARTTLS and contradicts SMTP_TLS={tls}: set one of them"
    )


def test_an_unknown_kind_of_tls_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, SMTP_TLS="ssl").startswith(
        "SMTP_TLS=ssl is refused: it takes starttls"
    )


def test_a_password_does_not_go_to_another_host_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = refusal(monkeypatch, SMTP_HOST="smtp.example", **LOGIN)
    assert refused.startswith("SMTP_USERNAME is refused: the password would go to smtp.example in")
    assert "segredo" not in refused
    assert len(refused.splitlines()) == 1


@pytest.mark.parametrize(
    "variables",
    [
        {"SMTP_HOST": "localhost"},
        {"SMTP_HOST": "127.0.0.1"},
        {"SMTP_HOST": "::1"},
        {"SMTP_HOST": "smtp.example", "SMTP_TLS": "starttls"},
        {"SMTP_HOST": "smtp.example", "SMTP_USE_TLS": "true"},
        {"SMTP_HOST": "smtp.example", "SMTP_PORT": "465"},
        {"SMTP_HOST": "smtp.example", "SMTP_ALLOW_CLEAR_PASSWORD": "true"},
    ],
)
def test_a_password_goes_in_clear_to_this_machine_or_by_a_setting_alone(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    assert settings(monkeypatch, **variables, **LOGIN).smtp_username == "cinema"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *(("localhost", True), ("LOCALHOST.", True), ("mail.localhost", True)),
        *(("127.1.2.3", True), ("::1", True), ("10.0.0.1", False)),
        *(("localhost.example", False), ("notlocalhost", False), ("mail", False)),
    ],
)
def test_which_hosts_are_this_one(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    "host",
    ["mail", "mail_server", "smtp.example.", "192.0.2.1", "2001:db8::1", "::1", "fe80::1%eth0"],
)
def test_a_mail_server_is_a_name_or_an_address(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert settings(monkeypatch, SMTP_HOST=host).smtp_host == host


@pytest.mark.parametrize(
    "name", ["mail.cinema.example", "laptop", "[192.0.2.1]", "[IPv6:2001:db8::1]"]
)
def test_a_helo_name_is_a_host_or_an_address(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert settings(monkeypatch, SMTP_HELO_NAME=name).smtp_helo_name == name


@pytest.mark.parametrize("name", ["a b", "a\r\nQUIT", "-x.example", "a..b", "[x]", "café.example"])
def test_anything_else_is_not(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert refusal(monkeypatch, SMTP_HELO_NAME=name).startswith("SMTP_HELO_NAME=")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("SMTP_CONNECTIONS", "0"), ("SMTP_CONNECTIONS", "101"), ("SMTP_SLOW_CONNECTIONS", "-1")),
        *(("SMTP_ANSWER_SECONDS", "0"), ("SMTP_TIMEOUT_SECONDS", "nan"), ("SMTP_PORT", "0")),
        *(("SMTP_HOST", ""), ("SMTP_HOST", "a b"), ("SMTP_HOST", "a..b")),
        *(("SMTP_HOST", "a" * 64 + ".example"), ("SMTP_HOST", "café.example")),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    refused: Any = refusal(monkeypatch, **{name: value})
    assert refused.startswith(f"{name}={value} is refused: it takes ")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("cinema@cinépolis.com.br", "cinema@xn--cinpolis-d1a.com.br"),
        ("a..b@example.com", "a..b@example.com"),
        ("cinema@localhost", "cinema@localhost"),
    ],
)
def test_a_sender_is_one_that_a_mail_can_be_written_from(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    sender = settings(monkeypatch, SMTP_FROM=given).smtp_from
    assert sender == kept
    received = as_received(MailWriter(sender, "http://localhost:8000", Languages()).ticket(order()))
    (address,) = received["From"].addresses
    assert (address.display_name, f"{address.username}@{address.domain}") == ("Cinema", kept)


@pytest.mark.parametrize(
    "given", ["josé@example.com", "Cinema <a@example.com>", "a@b, c@d", "=?utf-8?q?x?=@x.com", ""]
)
def test_any_other_sender_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    assert refusal(monkeypatch, SMTP_FROM=given).startswith(f"SMTP_FROM={given} is refused")
