"""The test bench itself: the backends are real, durable, and come back after a kill."""

import smtplib
import uuid
from email.message import EmailMessage

import pytest
import redis
from kafka import KafkaConsumer, KafkaProducer

from deploy import ROOT
from tests.support import containers
from tests.support.backends import KafkaBroker, RedisServer
from tests.support.mailbox import Mailbox


def test_redis_is_as_durable_as_make_run_has_it(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url, decode_responses=True) as connection:
        wanted = {
            "appendonly": "yes",
            "appendfsync": "always",
            "maxmemory-policy": "noeviction",
        }
        found = connection.config_get("*")  # Redis 6 takes one pattern at a time
    assert {name: found[name] for name in wanted} == wanted
    assert set(found["notify-keyspace-events"]) == {"E", "x"}


def test_redis_still_has_an_acknowledged_write_after_a_kill(redis_server: RedisServer) -> None:
    with redis.Redis.from_url(redis_server.url) as connection:
        connection.set("seat", "sold")
    redis_server.kill()
    redis_server.start()
    with redis.Redis.from_url(redis_server.url) as connection:
        assert connection.get("seat") == b"sold"


@pytest.mark.nightly  # as test_a_broker_that_is_killed_under_way_loses_nothing
def test_kafka_still_has_an_acknowledged_message_after_a_kill(kafka_broker: KafkaBroker) -> None:
    topic = uuid.uuid4().hex
    producer = KafkaProducer(bootstrap_servers=kafka_broker.bootstrap)
    producer.send(topic, b"order").get(timeout=20)
    producer.close()
    kafka_broker.kill()
    kafka_broker.start()
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=kafka_broker.bootstrap,
        auto_offset_reset="earliest",
        consumer_timeout_ms=20_000,
    )
    assert next(consumer).value == b"order"
    consumer.close()


def test_the_mailbox_keeps_what_it_takes_and_refuses_on_demand(mailbox: Mailbox) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "Ação"
    mail.set_content("olá")
    with smtplib.SMTP(mailbox.host, mailbox.port) as client:
        client.send_message(mail)
        mailbox.refuse_temporarily()
        with pytest.raises(smtplib.SMTPDataError):
            client.send_message(mail)
    assert [message["Subject"] for message in mailbox.messages] == ["Ação"]
    mailbox.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(mailbox.host, mailbox.port)
    mailbox.start()
    mailbox.accept()
    with smtplib.SMTP(mailbox.host, mailbox.port) as client:
        client.send_message(mail)
    assert len(mailbox.wait_for(2)) == 2


def test_the_containers_of_the_tests_are_those_of_compose() -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for image in (containers.REDIS_IMAGE, containers.KAFKA_IMAGE):
        assert f"image: {image}\n" in compose
