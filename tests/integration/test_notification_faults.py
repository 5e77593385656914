"""Whatever is killed or away between the sale and the mail: every order is recorded once and
mailed."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import cinema_pb2 as pb
from cinema.keys import partition_keys, partition_of
from cinema.notification import MESSAGE_FIELD
from tests.support.box_office import SESSION, BoxOffice, Staff, messages_in_kafka
from tests.support.operator_command import command
from tests.support.waiting import allowed, wait_until
from verify.__main__ import findings_of
from verify.findings import Check, Findings
from verify.settings import VerifySettings

KEYS = partition_keys(partition_of(SESSION))


def ids(sold: Sequence[pb.Pedido]) -> list[str]:
    return sorted(order.pedido_id for order in sold)


def mails(office: BoxOffice, sold: Sequence[pb.Pedido]) -> list[int]:
    """How many each of them got."""
    return [len(office.mails_to(order)) for order in sold]


def in_kafka(office: BoxOffice, sold: Sequence[pb.Pedido]) -> list[list[str]]:
    """These orders, in the order in which each of the topic's partitions has them."""
    wanted = set(ids(sold))
    partitions = messages_in_kafka(office.kafka.bootstrap)
    keys = ([record.key.decode() for record in partition] for partition in partitions)
    return [[key for key in of_one if key in wanted] for of_one in keys]


def waiting(office: BoxOffice) -> int:
    return int(office.redis.xlen(KEYS.outbox))


def test_while_kafka_is_away_sales_go_on_and_wait_in_order(
    box_office: BoxOffice, staff: Staff
) -> None:
    box_office.kafka.terminate()
    staff.producer(box_office.env()).start()
    staff.consumer(box_office.env()).launch()
    began = time.monotonic()
    sold = box_office.sell_several(10)
    assert time.monotonic() - began < allowed(5)
    assert waiting(box_office) == 10
    box_office.kafka.start()
    box_office.wait_for_mails(sold)
    assert mails(box_office, sold) == [1] * 10
    assert staff.recorded(sold) == ids(sold)
    order_of_sale = [order.pedido_id for order in sold]
    for partition in in_kafka(box_office, sold):
        assert partition == sorted(partition, key=order_of_sale.index)


def test_a_broker_that_is_killed_under_way_loses_nothing(
    box_office: BoxOffice, staff: Staff
) -> None:
    staff.both(box_office.env())
    sold = box_office.sell_several(3)
    box_office.wait_for_mails(sold)
    box_office.kafka.kill()
    sold += box_office.sell_several(3)
    box_office.kafka.start()
    box_office.wait_for_mails(sold, timeout=60)
    assert mails(box_office, sold) == [1] * 6
    assert staff.recorded(sold) == ids(sold)


def test_a_producer_killed_before_it_removes_an_entry_publishes_it_again_without_effect(
    box_office: BoxOffice, staff: Staff
) -> None:
    box_office.redis.acl_setuser(
        "keeper",
        enabled=True,
        passwords=["+x"],
        keys=["*"],
        categories=["+@all"],
        commands=["-xdel"],
    )
    cannot_remove = box_office.redis_server.url.replace("redis://", "redis://keeper:x@")
    producer = staff.producer(box_office.env() | {"REDIS_URL": cannot_remove}).start()
    staff.consumer(box_office.env()).start()
    sold = box_office.sell_several(2)
    box_office.wait_for_mails(sold)
    producer.kill()
    assert waiting(box_office) == 2
    staff.producer(box_office.env()).start()
    wait_until(lambda: waiting(box_office) == 0, 20)
    later = box_office.sell()
    box_office.wait_for_mails([later])
    assert sum(map(len, in_kafka(box_office, sold))) > 2
    assert mails(box_office, sold) == [1, 1]
    assert staff.recorded([*sold, later]) == ids([*sold, later])


def test_a_standby_producer_takes_over_from_one_that_is_killed(
    box_office: BoxOffice, staff: Staff
) -> None:
    first = staff.producer(box_office.env()).start()
    wait_until(lambda: "acquired the lease" in first.log, 10)
    second = staff.producer(box_office.env()).start()
    assert "acquired the lease" not in second.log
    first.kill()
    box_office.sell()
    wait_until(lambda: waiting(box_office) == 0, 10)
    assert "acquired the lease" in second.log


def test_a_consumer_that_is_killed_leaves_nothing_out(box_office: BoxOffice, staff: Staff) -> None:
    _, consumer = staff.both(box_office.env())
    sold = box_office.sell_several(25)
    wait_until(lambda: any(mails(box_office, sold)), 20)
    consumer.kill()
    consumer.start()
    box_office.wait_for_mails(sold)
    assert staff.recorded(sold) == ids(sold)
    assert sum(mails(box_office, sold)) <= 25 + 8  # those that were just being sent


def test_while_the_mail_server_is_away_records_are_made_and_mails_wait(
    box_office: BoxOffice, staff: Staff
) -> None:
    box_office.mailbox.stop()
    _, consumer = staff.both(box_office.env())
    sold = box_office.sell_several(3)
    wait_until(lambda: staff.recorded(sold) == ids(sold), 20)
    wait_until(lambda: "the mail server is away" in consumer.log, 10)
    began = time.monotonic()
    assert consumer.terminate() == 0
    assert time.monotonic() - began < 3  # although it was waiting
    consumer.start()
    box_office.mailbox.start()
    box_office.wait_for_mails(sold)
    assert mails(box_office, sold) == [1] * 3


def test_while_booking_is_away_everything_waits(box_office: BoxOffice, staff: Staff) -> None:
    sold = box_office.sell_several(2)
    box_office.booking.terminate()
    _, consumer = staff.both(box_office.env())
    wait_until(lambda: "booking is away" in consumer.log, 20)
    box_office.booking.start()
    box_office.wait_for_mails(sold)
    assert staff.recorded(sold) == ids(sold)


def test_without_kafka_the_producer_records_and_mails(box_office: BoxOffice, staff: Staff) -> None:
    producer = staff.producer(box_office.env(kafka=False)).start()
    idle = staff.consumer(box_office.env(kafka=False)).start()
    assert "Kafka is off" in idle.log
    assert idle.terminate() == 0
    box_office.redis.xadd(KEYS.outbox, {MESSAGE_FIELD: "poison"})
    sold = box_office.sell_several(3)
    box_office.wait_for_mails(sold)
    assert mails(box_office, sold) == [1] * 3
    assert staff.recorded(sold) == ids(sold)
    wait_until(lambda: box_office.redis.xlen(KEYS.dead_letters) == 1, 10)
    assert producer.terminate() == 0

    replay = staff.producer(box_office.env(kafka=False))
    replay.command.append("--replay-dead-letters")
    replay.launch()
    assert replay.wait(30) == 0
    assert "1 dead letters put back into the outbox" in replay.log
    assert waiting(box_office) == 1
    replay.launch()
    assert replay.wait(30) == 0
    assert "no dead letter to put back into the outbox" in replay.log
    assert waiting(box_office) == 1
    box_office.redis.delete(KEYS.outbox)


def test_without_kafka_an_outage_of_the_mail_server_is_waited_out_too(
    box_office: BoxOffice, staff: Staff
) -> None:
    box_office.mailbox.stop()
    producer = staff.producer(box_office.env(kafka=False)).start()
    sold = box_office.sell_several(3)
    wait_until(lambda: "the mail server is away" in producer.log, 20)
    producer.kill()
    producer.start()
    box_office.mailbox.start()
    box_office.wait_for_mails(sold)
    assert mails(box_office, sold) == [1] * 3
    wait_until(lambda: waiting(box_office) == 0, 10)


def test_both_end_in_time_while_kafka_hangs(box_office: BoxOffice, staff: Staff) -> None:
    producer, consumer = staff.both(box_office.env() | {"DRAIN_SECONDS": "1"})
    box_office.wait_for_mails([box_office.sell()])
    box_office.kafka.pause()
    box_office.sell()
    for process in (producer, consumer):
        began = time.monotonic()
        assert process.terminate() == 0
        assert time.monotonic() - began < allowed(5)
    box_office.kafka.resume()


def test_two_consumers_share_the_work_and_one_takes_the_others_over(
    box_office: BoxOffice, staff: Staff
) -> None:
    _, one = staff.both(box_office.env())
    two = staff.consumer(box_office.env()).start()
    wait_until(lambda: "in the group as" in two.log, 20)
    assert one.log.rsplit("in the group as", 1)[-1] != two.log.rsplit("in the group as", 1)[-1]
    sold = box_office.sell_several(6)
    box_office.wait_for_mails(sold)
    one.kill()
    sold += box_office.sell_several(6)
    box_office.wait_for_mails(sold)
    assert staff.recorded(sold) == ids(sold)


@pytest.mark.nightly
def test_an_audit_finds_each_order_in_the_ledger_or_on_its_way_there(
    box_office: BoxOffice, staff: Staff, tmp_path: Path
) -> None:
    ledger = tmp_path / "reservas_confirmadas.json"
    _, consumer = staff.both(box_office.env())
    sold = box_office.sell_several(2)
    box_office.wait_for_mails(sold)
    done = command("-m", "verify", **box_office.env(), LEDGER_FILE=str(ledger))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "all is right"), done
    consumer.kill()
    late = box_office.sell()
    wait_until(lambda: any(in_kafka(box_office, [late])), 20)
    waits = audit(box_office, ledger, box_office.kafka.bootstrap)
    assert (waits.status, waits.notes) == (0, ["1 messages wait in Kafka"])
    (unseen,) = audit(box_office, ledger, "").faults[Check.ANNOUNCED]
    assert f"{late.pedido_id} is not in the ledger; no message about it waits" in unseen
    nowhere = box_office.env() | {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    away = command("-m", "verify", **nowhere, LEDGER_FILE=str(ledger))
    assert (away.returncode, "NOT CHECKED  Kafka at 127.0.0.1:1" in away.stdout) == (2, True), away


def audit(office: BoxOffice, ledger: Path, kafka: str) -> Findings:
    settings = VerifySettings(
        redis_url=office.redis_server.url, ledger_file=ledger, kafka_bootstrap_servers=kafka
    )
    return asyncio.run(findings_of(settings))
