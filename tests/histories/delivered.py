"""What arrived behind the sales: in Kafka, in the ledger, in the mailbox."""

import json
from collections.abc import Collection, Iterable, Iterator
from email.message import EmailMessage
from pathlib import Path

from cinema.notification import Notification
from tests.histories.lines import LedgerRecord, Mail, Message
from tests.histories.recording import Recording
from tests.histories.redis_state import Fields, message_fields
from tests.support.box_office import messages_in_kafka
from tests.support.mailbox import Mailbox


def record_kafka(recording: Recording, bootstrap: str, sessions: Collection[str]) -> None:
    """The whole topic of notifications."""
    entries = (entry for partition in messages_in_kafka(bootstrap) for entry in partition)
    messages = (Notification.parse(entry.value) for entry in entries)
    ours = (message for message in messages if message.session_id in sessions)
    recording.states(Message, "kafka", map(message_fields, ours))


def record_ledger(recording: Recording, file: Path, sessions: Collection[str]) -> None:
    """A ledger that was never written has no records."""
    text = file.read_bytes() if file.exists() else b"[]"
    recording.states(LedgerRecord, "ledger", _records(json.loads(text), sessions))


def _records(records: Iterable[Fields], sessions: Collection[str]) -> Iterator[Fields]:
    for record in records:
        if record["sessao_id"] in sessions:
            yield {
                "session": record["sessao_id"],
                "order": record["pedido_id"],
                "seats": tuple(record["assentos"]),
                "cancelled": record["estado"] == "cancelado",
            }


def record_mailbox(recording: Recording, mailbox: Mailbox) -> None:
    recording.states(Mail, "mailbox", ({"order": order} for order in orders_mailed(mailbox)))


def orders_mailed(mailbox: Mailbox) -> list[str]:
    """The order of each mail. Its Message-ID is the order's id, with a suffix after a change."""
    return orders_of(mailbox.messages)


def orders_of(mails: Iterable[EmailMessage]) -> list[str]:
    names = (str(mail["Message-ID"])[1:].partition("@")[0] for mail in mails)
    return [name.partition(".")[0] for name in names]
