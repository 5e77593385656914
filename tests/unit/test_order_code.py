"""The code that a buyer reads out at the door."""

from cinema.keys import new_order_id
from cinema.order_code import order_code


def test_an_order_has_one_code_on_the_page_and_in_the_mail_at_all_times() -> None:
    assert (
        order_code("07-abcdefghijklmnopqrstuv")
        == order_code("07-abcdefghijklmnopqrstuv")
        == "3M8TGTFQ"
    )


def test_a_code_is_eight_characters_that_nobody_misreads() -> None:
    codes = {order_code(new_order_id("S001")) for _ in range(500)}
    assert len(codes) == 500
    for code in codes:
        assert len(code) == 8
        assert not set(code) - set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
