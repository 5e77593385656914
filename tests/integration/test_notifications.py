"""From the sale to Kafka, the record and the mail, with real parts that all work."""

import json
from collections.abc import Iterator
from itertools import chain

import pytest

import cinema_pb2 as pb
from cinema.keys import partition_keys, partition_of
from cinema.order_code import order_code
from tests.support.box_office import (
    NAME,
    SESSION,
    BoxOffice,
    Staff,
    dead_letters_in_kafka,
    messages_in_kafka,
    put_into_kafka,
)
from tests.support.mailbox import body
from tests.support.waiting import wait_until

OUTBOX = partition_keys(partition_of(SESSION)).outbox


@pytest.fixture(scope="module")
def crew(box_office: BoxOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staff]:
    """A producer and a consumer for all tests of this module."""
    with Staff(tmp_path_factory.mktemp("crew")) as crew:
        crew.both(box_office.env())
        yield crew
        crew.check_logs()


def test_a_sale_is_in_kafka_in_the_ledger_and_in_the_mail_once(
    box_office: BoxOffice, crew: Staff
) -> None:
    order = box_office.sell()
    box_office.wait_for_mails([order])
    assert len(box_office.mails_to(order)) == 1
    (record,) = crew.records_of([order])
    assert (record["pedido_id"], record["nome_completo"]) == (order.pedido_id, NAME)
    assert record["email"] == order.email

    (message,) = (
        r
        for r in chain.from_iterable(messages_in_kafka(box_office.kafka.bootstrap))
        if r.key.decode() == order.pedido_id
    )
    value = json.loads(message.value)
    assert value | {"timestamp": ""} == {
        "pedido_id": order.pedido_id,
        "sessao_id": SESSION,
        "assentos": list(order.assentos),
        "usuario_id": order.usuario_id,
        "status": "CONFIRMADO",
        "timestamp": "",
    }
    assert record["timestamp"][:19] == value["timestamp"][:19]
    assert box_office.redis.xlen(OUTBOX) == 0


def test_an_order_without_an_address_is_recorded_all_the_same(
    box_office: BoxOffice, crew: Staff
) -> None:
    order = box_office.sell(email="")
    wait_until(lambda: crew.recorded([order]) == [order.pedido_id], 20)
    box_office.wait_for_mail_state(order, pb.EMAIL_SEM_ENDERECO)


def test_a_cancelled_order_gets_a_cancellation_mail(box_office: BoxOffice, crew: Staff) -> None:
    order = box_office.sell()
    box_office.wait_for_mails([order])
    box_office.cancel(order)
    wait_until(lambda: len(box_office.mails_to(order)) == 2, 20)
    assert "cancelado" in box_office.mails_to(order)[1]["Subject"]


def test_a_buyer_from_abroad_is_written_to_in_english(box_office: BoxOffice, crew: Staff) -> None:
    order = box_office.sell(language="en", category=pb.MEIA_ESTUDANTE)
    box_office.wait_for_mails([order])
    box_office.cancel(order)
    wait_until(lambda: len(box_office.mails_to(order)) == 2, 20)
    ticket, cancellation = box_office.mails_to(order)
    code = order_code(order.pedido_id)

    assert ticket["Subject"].startswith("Your ticket: ")
    text, html = (body(ticket, kind) for kind in ("plain", "html"))
    for words in (
        "Your purchase is confirmed",
        "Half · student",
        "Bring your Brazilian student card (CIE)",
        "You can cancel until",
        f"http://localhost:8000/pedido/{order.pedido_id}",
    ):
        assert words in text
        assert words in html.replace("&#39;", "'")
    (calendar,) = (p for p in ticket.walk() if p.get_content_type() == "text/calendar")
    assert "Seat: " in calendar.get_content()
    pictures = [p.get_filename() for p in ticket.walk() if p.get_content_type() == "image/png"]
    assert f"{code}-{order.assentos[0]}.png" in pictures
    assert f"Your order {code} has been cancelled" in body(cancellation, "plain")


def test_a_temporary_refusal_delays_one_mail_and_no_other(
    box_office: BoxOffice, crew: Staff
) -> None:
    box_office.mailbox.answers["greylisted@example.com"] = "451 4.7.1 try again later"
    attempts = box_office.mailbox.attempts
    delayed = box_office.sell(email="greylisted@example.com")
    wait_until(lambda: box_office.mailbox.attempts > attempts, 20)
    others = box_office.sell_several(2)
    box_office.mailbox.accept()
    box_office.wait_for_mails([*others, delayed])
    assert len(box_office.mails_to(delayed)) == 1


def test_the_order_shows_a_permanent_refusal_until_the_buyer_asks_again(
    box_office: BoxOffice, crew: Staff
) -> None:
    box_office.mailbox.answers["moved@example.com"] = "550 5.1.1 no such mailbox"
    order = box_office.sell(email="moved@example.com")
    failed = box_office.wait_for_mail_state(order, pb.EMAIL_FALHOU)
    assert "550 5.1.1 no such mailbox" in failed.email_motivo
    box_office.mailbox.accept()
    box_office.ask_for_mail_again(order)
    box_office.wait_for_mails([order])
    assert len(box_office.mails_to(order)) == 1
    assert box_office.order(order.pedido_id).email_motivo == ""
    assert len(crew.recorded([order])) == 1


def test_poison_goes_to_the_dead_letters_and_is_replayed_on_demand(
    box_office: BoxOffice, crew: Staff
) -> None:
    bootstrap = box_office.kafka.bootstrap
    unknown = {
        "pedido_id": "07-aaaaaaaaaaaaaaaaaaaaaa",
        "sessao_id": SESSION,
        "assentos": ["F07"],
        "usuario_id": "u",
    }
    poison = [b"\xff\x00", b"[]", json.dumps(unknown | {"status": "CONFIRMADO"}).encode()]
    before = len(dead_letters_in_kafka(bootstrap))
    put_into_kafka(bootstrap, *poison)
    order = box_office.sell()
    box_office.wait_for_mails([order])
    wait_until(lambda: len(dead_letters_in_kafka(bootstrap)) == before + 3, 20)
    letters = dead_letters_in_kafka(bootstrap)[before:]
    assert [letter.value for letter in letters] == poison
    assert dict(letters[2].headers)["motivo"] == b"booking has no such order"

    replay = crew.consumer(box_office.env())
    replay.command.append("--replay-dead-letters")
    replay.launch()
    assert replay.wait(30) == 0
    assert "3 dead letters put back into Kafka" in replay.log
    # They are still poison, so they die again; the ledger knows nothing of them.
    wait_until(lambda: len(dead_letters_in_kafka(bootstrap)) == before + 6, 20)
    assert len(crew.records()) == len({record["pedido_id"] for record in crew.records()})
