"""The calendar entry of an order."""

import icalendar
import pytest

import cinema_pb2 as pb
from cinema.invitation import Method, invitation
from cinema.order_code import order_code
from tests.fakes.messages import ORDER, an_order

URL = "https://cinema.example"
SENDER = "bilheteria@cinema.example"


def entry(order: pb.Pedido) -> icalendar.Event:
    calendar = icalendar.Calendar.from_ical(invitation(order, URL, SENDER))
    [event] = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return event


@pytest.mark.parametrize(
    ("language", "seats"), [("pt-BR", "Poltronas"), ("en", "Seats"), ("es", "Butacas"), ("", "Pol")]
)
def test_it_speaks_the_buyers_language(language: str, seats: str) -> None:
    order = an_order()
    order.idioma = language
    description = str(entry(order)["DESCRIPTION"])
    assert description.startswith(seats)
    assert "F07, F08" in description
    assert order_code(ORDER) in description
    assert f"{URL}/pedido/{ORDER}" in description


@pytest.mark.parametrize(
    ("language", "seat"), [("pt-BR", "Poltrona: "), ("en", "Seat: "), ("es", "Butaca: ")]
)
def test_of_one_seat_it_speaks_as_of_one(language: str, seat: str) -> None:
    order = an_order()
    order.idioma = language
    del order.assentos[1:]
    assert str(entry(order)["DESCRIPTION"]).startswith(f"{seat}F07\n")


def test_the_same_order_gives_the_same_bytes_and_so_one_entry() -> None:
    assert invitation(an_order(), URL, SENDER) == invitation(an_order(), URL, SENDER)
    assert str(entry(an_order())["UID"]) == ORDER


def test_it_says_nothing_for_developers() -> None:
    assert b"COMMENT" not in invitation(an_order(), URL, SENDER)


def test_a_title_cannot_add_lines_of_its_own() -> None:
    order = an_order()
    order.sessao.filme.titulo = "X\r\nATTENDEE:mailto:eva@example.com\nBEGIN:VALARM, a; b"
    event = entry(order)
    assert "ATTENDEE" not in event
    assert not event.subcomponents


def sequence(event: icalendar.Event) -> int:
    return int(str(event["SEQUENCE"]))


class BuyersCalendar:
    """What RFC 5546 asks of a calendar: a file counts if it is newer, and comes from the entry's
    organizer."""

    def __init__(self) -> None:
        self.entries: dict[str, icalendar.Event] = {}

    def open(self, file: bytes) -> None:
        calendar = icalendar.Calendar.from_ical(file)
        (event,) = calendar.walk("VEVENT")
        assert isinstance(event, icalendar.Event)
        known = self.entries.get(str(event["UID"]))
        if known and (
            event["ORGANIZER"] != known["ORGANIZER"] or sequence(event) < sequence(known)
        ):
            return
        if calendar["METHOD"] == "PUBLISH":
            self.entries[str(event["UID"])] = event
        elif calendar["METHOD"] == "CANCEL" and sequence(event) > 0:
            self.entries.pop(str(event["UID"]), None)


def test_a_cancelled_order_takes_its_entry_out_of_the_calendar() -> None:
    calendar = BuyersCalendar()
    calendar.open(invitation(an_order(), URL, SENDER))
    calendar.open(invitation(an_order(), URL, SENDER))
    (event,) = calendar.entries.values()
    assert (event["STATUS"], sequence(event)) == ("CONFIRMED", 0)
    calendar.open(invitation(an_order(), URL, SENDER, Method.CANCEL))
    assert calendar.entries == {}


@pytest.mark.parametrize(
    ("sender", "uri"),
    [
        ("bilheteria@cinema.example", "mailto:bilheteria@cinema.example"),
        ("a?b%c@cinema.example", "mailto:a%3Fb%25c@cinema.example"),
    ],
)
def test_the_organizer_is_the_mails_sender(sender: str, uri: str) -> None:
    file = invitation(an_order(), URL, sender).decode()
    assert f"ORGANIZER;CN=Cinema:{uri}\r\n" in file
