"""Mails that must wait: records and other mails do not wait, and all are sent in the end."""

import uuid
from collections.abc import Sequence

import pytest
from kafka import KafkaProducer

import cinema_pb2 as pb
from cinema.keys import partition_keys, partition_of
from cinema.notification import MESSAGE_FIELD, Status, outbox_message
from notifications.kafka_clients import PARTITIONS, TOPIC
from tests.support.box_office import SESSION, BoxOffice, Staff
from tests.support.processes import LocalProcess
from tests.support.services import ServiceProcess
from tests.support.waiting import allowed, wait_until

KEYS = partition_keys(partition_of(SESSION))
GREYLISTED = "450 4.2.0 Greylisted, try again in 300 seconds"
QUEUE_FILE = "451 4.3.0 Error: queue file write error"
MORE_THAN_A_BATCH = 620  # kafka-python dropped the rest after 500
MORE_THAN_A_READ = 100  # of the outbox: 64 entries
OLD_TRIES = 5  # after which a mail used to be given up

# The mail room and the schedule are the same both ways; what hands them the mails differs, and has
# tests of its own.
both_ways = pytest.mark.parametrize(
    "kafka",
    [
        pytest.param(True, id="kafka"),
        pytest.param(False, id="without_kafka", marks=pytest.mark.nightly),
    ],
)


def start(office: BoxOffice, staff: Staff, *, kafka: bool, **more: str) -> LocalProcess:
    """What sends the mails."""
    env = office.env(kafka=kafka) | more
    return staff.both(env)[1] if kafka else staff.producer(env).start()


def ids(sold: Sequence[pb.Pedido]) -> list[str]:
    return sorted(order.pedido_id for order in sold)


def mails(office: BoxOffice, sold: Sequence[pb.Pedido]) -> list[int]:
    return [len(office.mails_to(order)) for order in sold]


def repeat(office: BoxOffice, known: Sequence[pb.Pedido], *, kafka: bool) -> None:
    """Repeats notifications that had their effect, more of them than one read returns."""
    if not kafka:
        for number in range(MORE_THAN_A_READ):
            office.redis.xadd(KEYS.outbox, {MESSAGE_FIELD: message(known[number % len(known)])})
        return
    producer = KafkaProducer(bootstrap_servers=office.kafka.bootstrap)
    for number in range(MORE_THAN_A_BATCH):
        order = known[number % len(known)]
        for partition in range(PARTITIONS):
            producer.send(TOPIC, message(order).encode(), partition=partition)
    producer.flush(20)
    producer.close(10)


def message(order: pb.Pedido) -> str:
    return outbox_message(
        order.pedido_id, order.sessao_id, order.assentos, order.usuario_id, Status.CONFIRMED
    )


@both_ways
def test_in_an_outage_everything_is_recorded_at_once_and_mailed_when_it_is_over(
    box_office: BoxOffice, staff: Staff, kafka: bool
) -> None:
    sender = start(box_office, staff, kafka=kafka)
    known = box_office.sell_several(3)
    box_office.wait_for_mails(known)
    box_office.mailbox.stop()
    sold = box_office.sell_several(5)
    repeat(box_office, known, kafka=kafka)
    sold += box_office.sell_several(15)
    wait_until(lambda: staff.recorded(sold) == ids(sold), 20, "all records")
    if not kafka:
        wait_until(lambda: box_office.redis.xlen(KEYS.outbox) == 0, 10, "an empty outbox")
    assert {box_office.order(o.pedido_id).email_estado for o in sold} == {pb.EMAIL_PENDENTE}
    wait_until(lambda: "the mail server is away" in told_by(sender), 10, "the reason")
    box_office.mailbox.start()
    box_office.wait_for_mails(sold)
    assert mails(box_office, [*known, *sold]) == [1] * 23
    wait_until(lambda: told_by(sender) == "", 10, "no trouble any more")
    assert sender.log.count("the mail server is away") == 1
    assert sender.log.count("the mail server is back") == 1


def told_by(sender: LocalProcess) -> str:
    """The text of its ready file."""
    assert isinstance(sender, ServiceProcess)
    return sender.ready_file.read_text() if sender.ready_file.exists() else "not ready"


def slow_address(office: BoxOffice) -> str:
    """A new address, until the mailbox accepts."""
    address = f"{uuid.uuid4().hex}@gmial.example"
    office.mailbox.slow.add(address)
    return address


def greylisted_address(office: BoxOffice) -> str:
    address = f"{uuid.uuid4().hex}@example.com"
    office.mailbox.answers[address] = GREYLISTED
    return address


@pytest.mark.nightly
@pytest.mark.parametrize(
    "kafka",
    [
        pytest.param(True, id="kafka", marks=pytest.mark.nightly),
        pytest.param(False, id="without_kafka"),
    ],
)
def test_a_slow_recipient_delays_no_other(box_office: BoxOffice, staff: Staff, kafka: bool) -> None:
    start(box_office, staff, kafka=kafka)
    known = box_office.sell_several(3)
    box_office.wait_for_mails(known)
    slow = [box_office.sell(email=slow_address(box_office)) for _ in range(2)]
    repeat(box_office, known, kafka=kafka)
    others = box_office.sell_several(10)
    box_office.wait_for_mails(others, timeout=allowed(10))
    assert staff.recorded([*slow, *others]) == ids([*slow, *others])
    assert {box_office.order(o.pedido_id).email_estado for o in slow} == {pb.EMAIL_PENDENTE}
    box_office.mailbox.accept()
    for order in slow:
        box_office.wait_for_mail_state(order, pb.EMAIL_ENVIADO)
    assert mails(box_office, [*slow, *others]) == [1] * 12


def test_a_postponed_recipient_delays_no_other_and_is_mailed_later(
    box_office: BoxOffice, staff: Staff
) -> None:
    start(box_office, staff, kafka=False)
    delayed = box_office.sell(email=greylisted_address(box_office))
    others = box_office.sell_several(3)
    box_office.wait_for_mails(others)
    attempts = box_office.mailbox.attempts
    wait_until(lambda: box_office.mailbox.attempts > attempts + OLD_TRIES, 20, "many more tries")
    assert box_office.order(delayed.pedido_id).email_estado == pb.EMAIL_PENDENTE
    box_office.mailbox.accept()
    box_office.wait_for_mails([delayed])
    assert mails(box_office, [delayed, *others]) == [1] * 4


def test_a_fault_of_the_servers_queue_is_waited_out(box_office: BoxOffice, staff: Staff) -> None:
    start(box_office, staff, kafka=False)
    box_office.mailbox.answer = QUEUE_FILE
    attempts = box_office.mailbox.attempts
    sold = box_office.sell_several(3)
    wait_until(lambda: box_office.mailbox.attempts > attempts + 3 * OLD_TRIES, 30, "many tries")
    assert {box_office.order(o.pedido_id).email_estado for o in sold} == {pb.EMAIL_PENDENTE}
    box_office.mailbox.accept()
    box_office.wait_for_mails(sold)
    assert mails(box_office, sold) == [1] * 3


@pytest.mark.nightly
@both_ways
def test_a_mail_that_was_given_up_is_sent_on_demand(
    box_office: BoxOffice, staff: Staff, kafka: bool
) -> None:
    start(box_office, staff, kafka=kafka, MAIL_RETRY_HOURS="0.0001")
    order = box_office.sell(email=greylisted_address(box_office))
    failed = box_office.wait_for_mail_state(order, pb.EMAIL_FALHOU)
    assert "4.2.0 Greylisted" in failed.email_motivo
    box_office.mailbox.accept()
    env = box_office.env(kafka=kafka)
    replay = staff.consumer(env) if kafka else staff.producer(env)
    replay.command.append("--replay-dead-letters")
    replay.launch()
    assert replay.wait(30) == 0
    assert "1 mails that failed are tried again" in replay.log
    box_office.wait_for_mail_state(order, pb.EMAIL_ENVIADO)
    assert mails(box_office, [order]) == [1]
    assert len(staff.recorded([order])) == 1


@both_ways
def test_a_sender_that_is_killed_leaves_its_mails_to_the_next(
    box_office: BoxOffice, staff: Staff, kafka: bool
) -> None:
    sender = start(box_office, staff, kafka=kafka)
    begun = box_office.sell(email=slow_address(box_office))
    put_off = box_office.sell(email=greylisted_address(box_office))
    wait_until(lambda: "its mail is tried again" in sender.log, 20)
    sender.kill()
    box_office.mailbox.accept()
    others = box_office.sell_several(10)
    sender.launch()
    wait_until(lambda: any(mails(box_office, others)), 20)
    sender.kill()
    sender.start()
    box_office.wait_for_mails(others)
    box_office.wait_for_mails([begun, put_off])
    assert mails(box_office, [put_off]) == [1]
    assert set(mails(box_office, [begun, *others])) <= {1, 2}
    for order in (begun, *others):
        assert len({mail["Message-ID"] for mail in box_office.mails_to(order)}) == 1
    assert staff.recorded(others) == ids(others)


def test_a_cancelled_orders_mail_does_not_stay_on_its_way(
    box_office: BoxOffice, staff: Staff
) -> None:
    start(box_office, staff, kafka=False)
    box_office.mailbox.stop()
    cancelled = box_office.sell_several(3)
    for order in cancelled:
        box_office.cancel(order)
    wait_until(lambda: box_office.redis.xlen(KEYS.outbox) == 0, 10, "an empty outbox")
    box_office.mailbox.start()
    for order in cancelled:
        box_office.wait_for_mail_state(order, pb.EMAIL_ENVIADO)
        *_, mail = box_office.mails_to(order)  # a ticket may have been on its way just then
        assert "cancelado" in mail["Subject"]
