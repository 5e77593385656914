"""Seats have one spelling."""

import pytest

from cinema.seats import MalformedSeat, canonical, seat_name


@pytest.mark.parametrize(
    ("spelling", "seat"),
    [
        *(("A5", "A05"), ("a5", "A05"), ("A05", "A05"), ("a0005", "A05"), ("J20", "J20")),
        *(("aa7", "AA07"), ("Zz199", "ZZ199"), ("C100", "C100")),
    ],
)
def test_every_spelling_of_a_seat_becomes_the_canonical_one(spelling: str, seat: str) -> None:
    assert canonical(spelling) == seat
    assert canonical(seat) == seat


@pytest.mark.parametrize(
    "text",
    [
        *("", "A", "5", "*", "ZZZ:999", "AAA1", "A0", "A00", "A1000", "A-5", "A 5", " A5", "A5 "),
        *(
            "A5\n",
            "A5\x00",
            "Á5",
            "A٥",
            "A５",
            "A5.0",
            "A0x5",
            "A" + "0" * 10_000 + "5",
            "RESERVADO",
        ),
    ],
)
def test_what_is_no_seat_is_refused(text: str) -> None:
    with pytest.raises(MalformedSeat):
        canonical(text)


def test_a_row_and_a_number_make_a_name() -> None:
    assert [seat_name("a", 5), seat_name("AA", 105)] == ["A05", "AA105"]
