"""Addresses that can be mailed, the same ones as the page takes, and how they are written."""

import json
from typing import Any

import pytest

from cinema.mail_address import NotAsciiLocalPart, WrongAddress, parse
from cinema.payment_rules import normalise_email, validate_payment
from deploy import ROOT
from notifications.language import Languages
from notifications.mails import MailWriter
from tests.support.mailbox import as_received
from tests.support.orders import order

CASES: list[dict[str, str]] = json.loads((ROOT / "tests/unit_js/addresses.json").read_text())
TAKEN = [case for case in CASES if "kept" in case]
REFUSED = [case for case in CASES if "fault" in case]
WRITER = MailWriter("cinema@example.com", "http://localhost:8000", Languages())


def name(case: Any) -> str:
    return ascii(case["typed"])[:40]


@pytest.mark.parametrize("case", TAKEN, ids=name)
def test_an_address_is_kept_in_one_form(case: dict[str, str]) -> None:
    assert normalise_email(case["typed"]) == case["kept"]
    assert normalise_email(case["kept"]) == case["kept"]


@pytest.mark.parametrize("case", TAKEN, ids=name)
def test_every_address_that_is_taken_can_be_mailed(case: dict[str, str]) -> None:
    assert validate_payment("Ana Lima", "", case["typed"]) == {}
    message = as_received(WRITER.ticket(order(email=case["kept"])))
    (address,) = message["To"].addresses
    assert f"{address.username}@{address.domain}" == case["kept"]
    assert not message["To"].defects


@pytest.mark.parametrize("case", REFUSED, ids=name)
def test_any_other_is_refused_with_its_reason(case: dict[str, str]) -> None:
    kind = NotAsciiLocalPart if case["fault"] == "accents" else WrongAddress
    with pytest.raises(kind) as refused:
        parse(case["typed"])
    assert type(refused.value) is kind
    assert set(validate_payment("Ana Lima", "", case["typed"])) == {"email"}


@pytest.mark.parametrize(
    "typed", ["", " ", "a@-é.com", "a@é-.com", "a@ab--é.com", "\ud800@x.com", "a@x.com" + " " * 254]
)
def test_addresses_that_the_page_leaves_to_the_server_are_refused_too(typed: str) -> None:
    with pytest.raises(WrongAddress):
        parse(typed)


def test_the_reasons_say_what_to_do() -> None:
    def fault(email: str) -> str:
        return validate_payment("Ana Lima", "", email)["email"]

    assert fault("") == "Informe um e-mail para receber os ingressos."
    assert fault("ana") == "E-mail inválido. Use um só endereço, como nome@exemplo.com.br."
    assert fault("josé@exemplo.com") == (
        "Antes do @, use só letras sem acento, números e sinais comuns."
    )


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("a..b@example.com", '"a..b"@example.com'),
        (".a@x.com", '".a"@x.com'),
        ("a.@x.com", '"a."@x.com'),
        ("a.b@x.com", "a.b@x.com"),
        ("o'neil{x}|y@x.com", "o'neil{x}|y@x.com"),
    ],
)
def test_dots_in_odd_places_are_quoted(kept: str, written: str) -> None:
    assert parse(kept).written == written
    assert f"To: {written}\r\n" in WRITER.ticket(order(email=kept)).decode()


def test_a_sender_may_be_on_this_machine() -> None:
    assert str(parse("cinema@localhost", top_level_needed=False)) == "cinema@localhost"
    with pytest.raises(WrongAddress):
        parse("cinema@localhost")
