"""The message that travels from the outbox through Kafka."""

import json

import pytest

from cinema.notification import MESSAGE_FIELD, Notification, Status, Unreadable, outbox_message
from deploy import ROOT

MESSAGE = {
    "pedido_id": "09-abc",
    "sessao_id": "S001",
    "assentos": ["F07", "F08"],
    "usuario_id": "buyer",
    "status": "CONFIRMADO",
}


def test_the_outbox_message_is_the_contracts() -> None:
    message = outbox_message("09-abc", "S001", ["F07", "F08"], "buyer", Status.CONFIRMED)
    assert json.loads(message) == MESSAGE


def test_every_script_that_appends_to_the_outbox_does_so_under_the_message_field() -> None:
    texts = [script.read_text() for script in (ROOT / "lua").glob("*.lua")]
    appending = [
        line for text in texts for line in text.splitlines() if "'XADD', outbox_key" in line
    ]
    assert appending
    assert all(f"'*', '{MESSAGE_FIELD}', message)" in line for line in appending)


def test_an_outbox_message_is_parsed_and_gets_its_time() -> None:
    notification = Notification.parse(json.dumps(MESSAGE))
    assert (notification.order_id, notification.seats) == ("09-abc", ("F07", "F08"))
    assert notification.status is Status.CONFIRMED
    sent = json.loads(notification.at(1_764_018_000_123).to_json())
    assert sent == MESSAGE | {"timestamp": "2025-11-24T18:00:00.123-03:00"}
    assert Notification.parse(json.dumps(sent)) == notification.at(1_764_018_000_123)


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert Notification.parse(json.dumps(MESSAGE | {"novo": 1})).order_id == "09-abc"


@pytest.mark.parametrize(
    "change",
    [
        {"pedido_id": ""},
        {"pedido_id": 7},
        {"pedido_id": "x" * 200},
        {"assentos": []},
        {"assentos": "F07"},
        {"status": "PAGO"},
        {"usuario_id": None},
    ],
)
def test_an_unreadable_message_is_explained_without_being_quoted(change: dict[str, object]) -> None:
    with pytest.raises(Unreadable) as unreadable:
        Notification.parse(json.dumps(MESSAGE | change))
    assert next(iter(change)) in str(unreadable.value)
    assert "S001" not in str(unreadable.value)


@pytest.mark.parametrize("raw", [None, b"", b"\xff\x00", "[]", "null", "{", "[" * 100_000])
def test_anything_at_all_is_unreadable_at_worst(raw: bytes | str | None) -> None:
    with pytest.raises(Unreadable):
        Notification.parse(raw)
