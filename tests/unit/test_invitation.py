"""The calendar entry of an order."""

import icalendar
import pytest

import cinema_pb2 as pb
from cinema.invitation import invitation
from cinema.order_code import order_code
from tests.fakes.booking import ORDER, an_order

URL = "https://cinema.example"


def entry(order: pb.Pedido) -> icalendar.Event:
    calendar = icalendar.Calendar.from_ical(invitation(order, URL))
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


def test_the_same_order_gives_the_same_bytes_and_so_one_entry() -> None:
    assert invitation(an_order(), URL) == invitation(an_order(), URL)
    assert str(entry(an_order())["UID"]) == ORDER


def test_a_title_cannot_add_lines_of_its_own() -> None:
    order = an_order()
    order.sessao.filme.titulo = "X\r\nATTENDEE:mailto:eva@example.com\nBEGIN:VALARM, a; b"
    event = entry(order)
    assert "ATTENDEE" not in event
    assert not event.subcomponents
