"""(4) and (13): whether orders, outbox, Kafka, ledger and mailbox agree.

A notification is once in the outbox, or has gone on. Kafka may have it more than once: the relay
sends again after a crash. The ledger has one record an order, and the mailbox one mail or more.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from cinema.notification import Status
from tests.histories.history import History, Session
from tests.histories.lines import LedgerRecord, Message, Order
from tests.histories.violation import Violation

_Fact = tuple[str, str, str]  # order, status, and the seat where one was given back alone
_TO_BE_MAILED = ("pending", "sent")


class Deliveries:
    """Needs the orders."""

    def __init__(self, history: History, session: Session) -> None:
        self._orders = session.orders
        self._read = history.read
        self._mails = history.mails
        self._outbox = [m for m in session.messages if m.source == "outbox"]
        self._kafka = [m for m in session.messages if m.source == "kafka"]
        self._records: defaultdict[str, list[LedgerRecord]] = defaultdict(list)
        for record in session.records:
            self._records[record.order].append(record)
        self._waiting = {message.order for message in self._outbox}

    def violations(self) -> Iterator[Violation]:
        if "outbox" in self._read:
            yield from self._outbox_fits()
        yield from self._seats_fit()
        if "kafka" in self._read:
            yield from self._kafka_fits()
        if "ledger" in self._read:
            yield from self._ledger_fits()
        if "mailbox" in self._read:
            yield from self._mailbox_fits()

    @cached_property
    def _expected(self) -> dict[_Fact, Order]:
        facts: dict[_Fact, Order] = {}
        for name, order in self._orders.items():
            facts[name, Status.CONFIRMED, ""] = order
            if order.cancelled:
                facts[name, Status.CANCELLED, ""] = order
            for seat in order.given_back:
                facts[name, Status.SEATS_CANCELLED, seat] = order
        return facts

    def _outbox_fits(self) -> Iterator[Violation]:
        waits, sent = _facts(self._outbox), _facts(self._kafka)
        for fact in waits.keys() | self._expected.keys():
            found = len(waits.get(fact, ()))
            gone_on = fact in sent or (found == 0 and self._is_recorded(fact))
            wanted = 1 if fact in self._expected else 0
            if found != wanted and not (found < wanted and gone_on):
                yield self._miscounted(fact, found, waits)

    def _miscounted(
        self, fact: _Fact, found: int, waits: Mapping[_Fact, list[Message]]
    ) -> Violation:
        name, status, seat = fact
        of_seat = f" for {seat}" if seat else ""
        order = (self._orders[name],) if name in self._orders else ()
        text = f"order {name} has {found} messages as {status}{of_seat}"
        return Violation("4", text, (*order, *waits.get(fact, ()), self._read["outbox"]))

    def _is_recorded(self, fact: _Fact) -> bool:
        """Without Kafka the relay hands a notification straight to the ledger."""
        name, status, seat = fact
        if "kafka" in self._read or name not in self._records:
            return False
        record = self._records[name][0]
        if seat:
            return seat not in record.seats
        return status == Status.CONFIRMED or record.cancelled

    def _seats_fit(self) -> Iterator[Violation]:
        for message in (*self._outbox, *self._kafka):
            order = self._orders.get(message.order)
            if order and message.status == Status.CANCELLED:
                yield from _seats_differ(message, order.seats_left, order)
            elif order and message.status == Status.CONFIRMED:
                yield from _seats_differ(message, order.seats, order)

    def _kafka_fits(self) -> Iterator[Violation]:
        confirmed = set[str]()
        for message in self._kafka:
            if message.status == Status.CONFIRMED:
                confirmed.add(message.order)
            elif message.order not in confirmed:
                text = f"{message.status} of order {message.order} came before its confirmation"
                yield Violation("13", text, (message,))
            if message.order not in self._orders:
                yield Violation("13", f"Kafka has order {message.order}, booking not", (message,))

    def _ledger_fits(self) -> Iterator[Violation]:
        whole = self._read["ledger"]
        for name, records in self._records.items():
            if len(records) > 1:
                text = f"order {name} has {len(records)} records in the ledger"
                yield Violation("13", text, tuple(records))
            order = self._orders.get(name)
            if order is None:
                text = f"the ledger has order {name}, booking not"
                yield Violation("13", text, tuple(records))
            elif name not in self._waiting:
                yield from _record_differs(records[0], order)
        for name in self._orders.keys() - self._records.keys() - self._waiting:
            yield Violation("13", f"order {name} is not in the ledger", (self._orders[name], whole))

    def _mailbox_fits(self) -> Iterator[Violation]:
        whole = self._read["mailbox"]
        for name, order in self._orders.items():
            expected = order.mail in _TO_BE_MAILED and name not in self._waiting
            if expected and name not in self._mails:
                yield Violation("13", f"order {name} was not mailed", (order, whole))


def _facts(messages: list[Message]) -> dict[_Fact, list[Message]]:
    facts: defaultdict[_Fact, list[Message]] = defaultdict(list)
    for message in messages:
        if message.status in (Status.CONFIRMED, Status.CANCELLED):
            facts[message.order, message.status, ""].append(message)
        elif message.status == Status.SEATS_CANCELLED:
            for seat in message.seats:
                facts[message.order, message.status, seat].append(message)
    return facts


def _seats_differ(message: Message, seats: tuple[str, ...], order: Order) -> Iterator[Violation]:
    if set(message.seats) != set(seats):
        text = (
            f"{message.status} of {list(message.seats)} was sent, but the order had {list(seats)}"
        )
        yield Violation("4", text, (order, message))


def _record_differs(record: LedgerRecord, order: Order) -> Iterator[Violation]:
    if (set(record.seats), record.cancelled) != (set(order.seats_left), order.cancelled):
        text = f"the ledger's record of order {order.order} differs from the order"
        yield Violation("13", text, (order, record))


def unknown_mails(history: History) -> Iterator[Violation]:
    """(13): mails of orders that booking does not have; only where nobody else was there."""
    known = {name for session in history.sessions.values() for name in session.orders}
    for name, mails in history.mails.items():
        if name not in known:
            yield Violation(
                "13", f"order {name} was mailed, booking does not have it", tuple(mails)
            )
