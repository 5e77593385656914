"""From a click to a mailed ticket, as two people with two browsers see it.

The system is real, down to the mail.
"""

import json
from collections.abc import Callable, Iterator

import pytest
from kafka import KafkaConsumer
from playwright.sync_api import Page

from tests.e2e.conftest import OpenPage
from tests.e2e.page import ANA, Buyer, OrderPage
from tests.support.system import System, running_system
from tests.support.waiting import wait_until

CPF_DIGITS = "52998224725"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """With Kafka and its consumer."""
    with running_system(tmp_path_factory.mktemp("system"), kafka=True, pairs=2) as running:
        yield running


def test_a_hold_shows_in_every_other_browser_at_once(open_session: OpenPage) -> None:
    ana, bia, caio = open_session(), open_session(), open_session(gateway=1)
    ana.hold("C07", "C08")
    for other in (bia, caio):
        other.expect_seat("C07", "held")
        other.expect_seat("C08", "held")
    ana.release("C07")
    for other in (bia, caio):
        other.expect_seat("C07", "free")
        other.expect_seat("C08", "held")
    ana.release("C08")


def test_of_two_people_who_click_the_same_seat_one_gets_it(open_session: OpenPage) -> None:
    ana, bia = open_session(), open_session(gateway=1)
    ana.click("D05")
    bia.click("D05")
    wait_until(
        lambda: {ana.seat_state("D05"), bia.seat_state("D05")} == {"mine", "held"},
        what="one of them holds D05, the other sees it taken",
    )


def test_a_purchase_reaches_every_map_the_ledger_kafka_and_the_mailbox_once(
    system: System, open_session: OpenPage, new_page: Callable[[], Page]
) -> None:
    ana, bia = open_session(), open_session(gateway=1)
    ana.hold("F07", "F08")
    order = ana.pay(ANA)
    link = ana.order_link

    for seat in ("F07", "F08"):
        ana.expect_seat(seat, "bought")
        bia.expect_seat(seat, "sold")
    shown = OrderPage(ana.page, system.gateways[1].url).open(order)
    shown.expect_mail("enviado")
    assert (shown.state, shown.seats, shown.total) == ("confirmado", ["F07", "F08"], "R$ 64,00")
    forwarded = OrderPage(new_page(), system.gateways[0].url).open(link)
    assert (forwarded.state, forwarded.seats) == ("confirmado", ["F07", "F08"])

    (record,) = [entry for entry in _ledger(system) if entry["pedido_id"] == order]
    assert record["assentos"] == ["F07", "F08"]
    assert record["nome_completo"] == ANA.name
    assert record["cpf"] == "***.982.247-**"
    (mail,) = [mail for mail in system.mailbox.messages if order in str(mail["Message-ID"])]
    assert mail["To"] == ANA.email
    (message,) = [m for m in _kafka_messages(system) if m["pedido_id"] == order]
    assert message["status"] == "CONFIRMADO"


def test_the_cpf_is_nowhere_but_in_the_buyers_hands(system: System, open_session: OpenPage) -> None:
    page = open_session()
    page.hold("G01")
    order = page.pay(ANA)
    wait_until(lambda: any(order in str(m["Message-ID"]) for m in system.mailbox.messages))
    written = [
        system.logs,
        system.ledger.read_text(),
        json.dumps(_kafka_messages(system)),
        *(mail.as_string() for mail in system.mailbox.messages),
    ]
    for text in written:
        assert CPF_DIGITS not in text
        assert ANA.cpf is not None
        assert ANA.cpf not in text


def test_holds_are_still_there_after_the_page_is_loaded_again(open_session: OpenPage) -> None:
    ana = open_session()
    ana.hold("H05")
    ana.page.reload()
    ana.wait_live()
    ana.expect_seat("H05", "mine")
    ana.release("H05")


def test_a_buyer_without_a_cpf_can_buy(open_session: OpenPage) -> None:
    ana = open_session()
    ana.hold("E20")
    assert ana.pay(Buyer("John Smith", None, "john@example.org"))


def test_the_best_seats_together_are_held_by_one_click(open_session: OpenPage) -> None:
    ana, bia = open_session(), open_session()
    seats = ana.best(3)
    assert len({seat[0] for seat in seats}) == 1
    for seat in seats:
        bia.expect_seat(seat, "held")
    ana.release(*seats)


def _ledger(system: System) -> list[dict[str, object]]:
    records: list[dict[str, object]] = json.loads(system.ledger.read_text())
    return records


def _kafka_messages(system: System) -> list[dict[str, object]]:
    """Everything that is in the topic now."""
    assert system.kafka is not None
    consumer = KafkaConsumer(
        "reservas_confirmadas",
        bootstrap_servers=system.kafka.bootstrap,
        auto_offset_reset="earliest",
        group_id=None,
        consumer_timeout_ms=2_000,
    )
    try:
        return [json.loads(record.value) for record in consumer]
    finally:
        consumer.close()
