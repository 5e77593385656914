"""What the door reads from a ticket."""

from cinema.order_code import order_code
from cinema.ticket_qr import ticket_qr, ticket_qr_content

ORDER_ID = "12-abcdefghijklmnopqrs_-v"


def test_the_qr_code_says_the_orders_code_and_the_seat() -> None:
    assert ticket_qr_content(ORDER_ID, "F07") == f"{order_code(ORDER_ID)}-F07"


def test_each_seat_has_its_own() -> None:
    assert ticket_qr(ORDER_ID, "F07") != ticket_qr(ORDER_ID, "F08")


def test_who_photographs_a_ticket_cannot_open_the_order() -> None:
    assert ORDER_ID not in ticket_qr_content(ORDER_ID, "F07")


def test_it_stays_small_enough_to_be_read_from_a_phone() -> None:
    code = ticket_qr(ORDER_ID, "AA125")
    assert (code.version, code.error) == (1, "Q")
