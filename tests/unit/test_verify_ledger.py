"""The audit compares an order with its record in the ledger, whatever has happened to the order."""

from dataclasses import replace
from pathlib import Path

import pytest

from booking.order import GivenBack, Order, OrderTokens, Payer, Screening
from booking.order_replies import order_message
from booking.programme import Programme, parse_programme
from cinema.mail_state import MailState
from cinema.tickets import Category, Ticket
from deploy import ROOT
from notifications.ledger import Ledger
from notifications.ledger_record import record_of
from verify.ledger_file import LedgerFile, digest_of

SOLD = Order(
    id="07-abcdefghijklmnopqrstuv",
    session_id="S001",
    tickets=(Ticket("A02", Category.FULL, 3200), Ticket("A01", Category.STUDENT, 1600)),
    buyer="ana",
    payer=Payer("Ana", "***.982.247-**", "ana@example.com"),
    payment_method="pix",
    language="pt-BR",
    screening=Screening(),
    tokens=OrderTokens(),
    created_at=1_797_194_700_000,
    cancelled=False,
    cancelled_at=0,
    mail=MailState.SENT,
    mail_reason="",
)
GIVEN = GivenBack(SOLD.tickets[1], 1_797_194_800_000)
ORDERS = {
    "sold": SOLD,
    "without an address": replace(SOLD, payer=Payer()),
    "given back in part": replace(SOLD, tickets=SOLD.tickets[:1], given_back=(GIVEN,)),
    "cancelled": replace(SOLD, cancelled=True, cancelled_at=1_797_194_800_000),
    "erased": replace(SOLD, payer=Payer(), settled=True, erased_at=1_797_194_800_000),
}


@pytest.fixture(scope="module")
def programme() -> Programme:
    return parse_programme(
        (ROOT / "programacao.toml").read_text(encoding="utf-8"), "programacao.toml"
    )


@pytest.mark.parametrize("what", ORDERS)
def test_a_record_is_that_of_its_order_alone(
    what: str, programme: Programme, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.json"
    record = record_of(order_message(ORDERS[what], programme, 0, 0))
    Ledger(path).put_all([record])
    ledger = LedgerFile(path)
    ledger.read()
    (found,) = ledger.records.values()
    assert [name for name, order in ORDERS.items() if digest_of(order) == found] == [what]
    assert (SOLD.id in ledger.erased) == (what == "erased")
