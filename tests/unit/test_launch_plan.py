"""What `make run` starts itself follows from the environment alone."""

import pytest

from deploy.plan import Plan, WrongPort


def test_a_bare_machine_gets_its_own_redis_kafka_and_mail() -> None:
    plan = Plan.of({})
    settings = plan.settings()
    assert settings["REDIS_URL"] == "redis://127.0.0.1:6379/0"
    assert settings["KAFKA_BOOTSTRAP_SERVERS"] == "127.0.0.1:9092"
    assert (settings["SMTP_HOST"], settings["SMTP_PORT"]) == ("127.0.0.1", "1025")
    assert {listener.variable for listener in plan.listeners()} == {
        "HTTP_PORT",
        "BOOKING_PORT",
        "REDIS_PORT",
        "KAFKA_PORT",
        "SMTP_PORT",
    }


def test_programs_that_the_environment_names_are_used_and_not_started() -> None:
    given = {
        "REDIS_URL": "redis://redis.example/0",
        "KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9092",
        "SMTP_HOST": "smtp.example",
        "SMTP_PORT": "587",
    }
    plan = Plan.of(given)
    assert given.items() <= plan.settings().items()
    assert {listener.variable for listener in plan.listeners()} == {"HTTP_PORT", "BOOKING_PORT"}
    assert plan.mail == "smtp.example:587"


def test_an_empty_kafka_setting_means_off_and_an_unset_one_means_local() -> None:
    off = Plan.of({"KAFKA_BOOTSTRAP_SERVERS": ""})
    assert (off.kafka_port, off.settings()["KAFKA_BOOTSTRAP_SERVERS"]) == (None, "")
    assert Plan.of({}).kafka_port == 9092


def test_kafka_that_cannot_be_had_is_off_for_every_service() -> None:
    assert Plan.of({}).without_kafka().settings()["KAFKA_BOOTSTRAP_SERVERS"] == ""


def test_a_moved_page_moves_what_points_at_it() -> None:
    settings = Plan.of({"HTTP_PORT": "8123", "BOOKING_PORT": "50123"}).settings()
    assert settings["PUBLIC_URL"] == "http://localhost:8123"
    assert settings["WS_NOTIFY_URL"] == "http://127.0.0.1:8123/notify_liberacao"
    assert settings["BOOKING_ADDRESS"] == "127.0.0.1:50123"


def test_an_address_that_was_given_is_not_overruled() -> None:
    given = {"PUBLIC_URL": "https://cinema.example", "BOOKING_ADDRESS": "10.0.0.2:50051"}
    plan = Plan.of(given)
    assert given.items() <= plan.settings().items()
    assert plan.page == "https://cinema.example"


@pytest.mark.parametrize("value", ["abc", "0", "65536", "-1", "8000.0", "８０００"])
def test_a_port_that_is_none_is_refused_with_its_variable(value: str) -> None:
    with pytest.raises(WrongPort, match=f"HTTP_PORT={value} is refused"):
        Plan.of({"HTTP_PORT": value})
