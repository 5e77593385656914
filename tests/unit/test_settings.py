"""Settings come from the environment, wrong ones are refused by name, none changes later."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from booking.settings import BookingSettings
from cinema.redis_url import FORMS, sentinel_url
from cinema.settings import (
    BookingClientSettings,
    CommonSettings,
    RedisSettings,
    WrongSettings,
    read,
)
from deploy.services import SETTINGS
from gateway.settings import GatewaySettings
from listener.settings import ListenerSettings
from notifications.settings import ProducerSettings

SERVICES = list(SETTINGS.values())


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that this machine happens to have set."""
    for kind in SETTINGS.values():
        for name in kind.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)


def refusal(kind: type[CommonSettings]) -> str:
    with pytest.raises(WrongSettings) as refused:
        read(kind)
    return str(refused.value)


@pytest.mark.parametrize("kind", SERVICES)
def test_every_service_starts_without_any_setting(kind: type[CommonSettings]) -> None:
    assert read(kind).log_level == "INFO"


def test_the_defaults_are_those_of_the_contract() -> None:
    booking = read(BookingSettings)
    assert (booking.booking_host, booking.booking_port) == ("127.0.0.1", 50_051)
    assert (booking.hold_seconds, booking.hold_max_seconds, booking.hold_cooldown_seconds) == (
        *(300, 900, 5),
    )
    assert booking.max_seats_per_buyer == 6
    assert booking.redis_url == "redis://127.0.0.1:6379/0"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("HOLD_SECONDS", "abc"), ("HOLD_SECONDS", ""), ("HOLD_SECONDS", "0")),
        *(("HOLD_SECONDS", "-1"), ("HOLD_SECONDS", "nan"), ("HOLD_SECONDS", "inf")),
        *(("HOLD_SECONDS", "86401"), ("HOLD_COOLDOWN_SECONDS", "-1")),
        *(("MAX_SEATS_PER_BUYER", "0"), ("MAX_SEATS_PER_BUYER", "1.5")),
        *(("BOOKING_PORT", "0"), ("BOOKING_PORT", "65536"), ("BOOKING_PORT", "http")),
        *(("LOG_LEVEL", "LOUD"), ("REDIS_CLUSTER", "maybe"), ("REDIS_URL", "localhost:6379")),
    ],
)
def test_a_wrong_value_is_named_with_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    refused = refusal(BookingSettings)
    description = BookingSettings.model_fields[name.lower()].description
    assert refused == f"{name}={value} is refused: it takes {description}"


def test_every_wrong_value_is_reported_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLD_SECONDS", "abc")
    monkeypatch.setenv("BOOKING_PORT", "abc")
    lines = refusal(BookingSettings).splitlines()
    assert {line.partition("=")[0] for line in lines} == {"HOLD_SECONDS", "BOOKING_PORT"}


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (GatewaySettings, "COOKIE_SECRET", "too-short"),
        (ListenerSettings, "NOTIFY_SECRET", "too-short"),
        (BookingSettings, "REDIS_URL", "http://:too-short@localhost"),
        (BookingSettings, "REDIS_URL", "redis+sentinel://a?sentinel_password=too-short"),
    ],
)
def test_a_refusal_does_not_contain_a_secret(
    monkeypatch: pytest.MonkeyPatch, kind: type[CommonSettings], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    refused = refusal(kind)
    assert refused.startswith(f"{name} is refused: it takes ")
    assert "too-short" not in refused


@pytest.mark.parametrize("kind", SERVICES)
def test_an_empty_variable_means_unset_where_unset_is_allowed(
    monkeypatch: pytest.MonkeyPatch, kind: type[CommonSettings]
) -> None:
    optional = [name for name, field in kind.model_fields.items() if field.default is None]
    assert "ready_file" in optional
    for name in optional:
        monkeypatch.setenv(name.upper(), "")
    settings: Any = read(kind)
    assert [getattr(settings, name) for name in optional] == [None] * len(optional)


def test_no_kafka_is_said_by_an_empty_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "")
    assert read(ProducerSettings).kafka_bootstrap_servers == ""


def test_tls_takes_all_three_files_or_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("CA", "CERT", "KEY")}
    for name, file in files.items():
        file.touch()
        monkeypatch.setenv(f"BOOKING_TLS_{name}", str(file))
    assert read(BookingClientSettings).booking_tls_key == files["KEY"]
    files["KEY"].unlink()
    assert "there is no file" in refusal(BookingClientSettings)
    monkeypatch.delenv("BOOKING_TLS_KEY")
    assert "go together" in refusal(BookingClientSettings)


@pytest.mark.parametrize("url", ["redis://h:1", "rediss://:pw@h:1/0", "redis://h/?protocol=2"])
def test_a_cluster_is_named_by_one_of_its_hosts(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_CLUSTER", "true")
    monkeypatch.setenv("REDIS_URL", url)
    assert read(RedisSettings).redis_url == url


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://a/cinema",
        "redis+sentinel://user:p%40@a:1,b,[::1]:26379/cinema?db=2",
        "rediss+sentinel://a:1,b:2/cinema?sentinel_password=x&ssl_ca_certs=ca.pem",
    ],
)
def test_sentinels_are_named_with_their_service(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    assert read(RedisSettings).redis_url == url
    monkeypatch.setenv("REDIS_CLUSTER", "true")
    assert refusal(RedisSettings).startswith("REDIS_URL with REDIS_CLUSTER=true takes ")


@pytest.mark.parametrize(
    "url",
    [
        *("redis+sentinel://a:1", "redis+sentinel:///cinema", "redis+sentinel://a:0/cinema"),
        *("redis+sentinel://a:1,/cinema", "redis+sentinel://a:1/cinema/2", "sentinel://a/cinema"),
        *("redis+cluster://a:1", "http://a:1", "redis://a:port", "redis://a:1?db=two", ""),
    ],
)
def test_another_form_is_refused_with_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    assert refusal(RedisSettings) == f"REDIS_URL={url} is refused: it takes {FORMS}"


def test_sentinels_and_servers_have_options_of_their_own() -> None:
    found = sentinel_url(
        "rediss+sentinel://u:p%40@a:1,[::1]/s?db=2&sentinel_password=q&ssl_ca_certs=ca.pem"
    )
    assert found is not None
    assert (found.sentinels, found.service) == ((("a", 1), ("::1", 26_379)), "s")
    tls = {"ssl": True, "ssl_ca_certs": "ca.pem"}
    assert found.server == {"username": "u", "password": "p@", "db": 2, **tls}
    assert found.sentinel == {"password": "q", **tls}


@pytest.mark.parametrize("url", ["redis://h:1/2", "unix:///run/redis.sock"])
def test_a_cluster_has_no_second_database_and_no_socket_file(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    assert read(RedisSettings).redis_url == url
    monkeypatch.setenv("REDIS_CLUSTER", "true")
    assert refusal(RedisSettings).startswith("REDIS_URL with REDIS_CLUSTER=true takes ")


def test_settings_do_not_change_while_a_service_runs() -> None:
    settings = read(BookingSettings)
    with pytest.raises(ValidationError):
        settings.hold_seconds = 1


@pytest.mark.parametrize(
    "value", ["10.0.0.1", "10.0.0.0/8, ::1", "172.16.0.0/12,fd00::/8", "", " "]
)
def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", value)
    assert read(GatewaySettings).trusted_proxies == value


@pytest.mark.parametrize(
    "value",
    [
        "*",
        "nonsense host",
        "proxy",
        "10.0.0.1/8",
        "0.0.0.0/0",
        "::/0",
        "10.0.0.256",
        "10.0.0.1;10.0.0.2",
    ],
)
def test_a_proxy_that_would_trust_nobody_or_everybody_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", value)
    assert f"TRUSTED_PROXIES={value} is refused: it takes IP addresses" in refusal(GatewaySettings)


@pytest.mark.parametrize(
    ("days", "named"),
    [
        ({"PERSONAL_DATA_DAYS": "0"}, "ORDER_DAYS=90"),
        (
            {"PERSONAL_DATA_DAYS": "1"},
            "PERSONAL_DATA_DAYS=1 is refused: it takes 0, or at least SESSION_DATA_DAYS",
        ),
        ({"ORDER_DAYS": "20"}, "ORDER_DAYS=20 is refused"),
        ({"SESSION_DATA_DAYS": "0"}, "PERSONAL_DATA_DAYS=30"),
        ({"ORDER_DAYS": "-1"}, "ORDER_DAYS=-1 is refused: it takes days"),
        ({"ORDER_DAYS": ""}, "ORDER_DAYS= is refused: it takes days"),
    ],
)
def test_what_is_kept_goes_from_short_to_long(
    monkeypatch: pytest.MonkeyPatch, days: dict[str, str], named: str
) -> None:
    for name, value in days.items():
        monkeypatch.setenv(name, value)
    assert named in refusal(BookingSettings)


def test_all_may_be_kept_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SESSION_DATA_DAYS", "PERSONAL_DATA_DAYS", "ORDER_DAYS"):
        monkeypatch.setenv(name, "0")
    assert read(BookingSettings).order_days == 0
