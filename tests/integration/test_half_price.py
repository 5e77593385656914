"""The quota of half-price tickets is kept by the same script that sells, and tickets cost what
their category says."""

import asyncio

import pytest

from booking.seat_snapshot import SeatSnapshot
from cinema.refusals import Refusal
from cinema.tickets import Category, half_price_quota, price_of
from tests.support.hall import Hall

STUDENT, SENIOR = Category.STUDENT, Category.SENIOR


async def _bought(hall: Hall, seat: str, category: Category, quota: int) -> Refusal | None:
    buyer = hall.buyer()
    await buyer.hold(seat)
    return (await buyer.confirm(seat, category=category, quota=quota)).refusal


async def _map(hall: Hall) -> SeatSnapshot:
    return await hall.seats.snapshot(hall.session)


async def test_a_hundred_buyers_at_once_get_exactly_the_last_five_half_price_tickets(
    hall: Hall,
) -> None:
    seats = [f"{row}{number:02d}" for row in "ABCDE" for number in range(1, 21)]
    refusals = await asyncio.gather(*(_bought(hall, seat, STUDENT, quota=5) for seat in seats))
    assert refusals.count(None) == 5
    assert refusals.count(Refusal.HALF_PRICE_GONE) == 95
    assert (await _map(hall)).half_price_sold == 5


async def test_a_quota_that_has_become_smaller_than_what_is_sold_stops_no_full_price_sale(
    hall: Hall,
) -> None:
    """A programme may move a session into a smaller room."""
    for seat in ("A01", "A02"):
        assert await _bought(hall, seat, STUDENT, quota=2) is None
    assert await _bought(hall, "A03", STUDENT, quota=1) is Refusal.HALF_PRICE_GONE
    assert await _bought(hall, "A04", Category.FULL, quota=1) is None


async def test_who_gets_no_half_price_ticket_keeps_the_seat_and_may_pay_in_full(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01", "A02")
    refused = await ana.confirm("A01", "A02", category=STUDENT, quota=1)
    assert (refused.refusal, refused.half_price_left) == (Refusal.HALF_PRICE_GONE, 1)
    assert (await ana.confirm("A01", "A02", quota=1)).refusal is None
    assert (await _map(hall)).half_price_sold == 0


async def test_seniors_are_outside_the_quota(hall: Hall) -> None:
    assert await _bought(hall, "A01", SENIOR, quota=0) is None
    assert (await _map(hall)).half_price_sold == 0


async def test_a_cancelled_half_price_ticket_can_be_sold_again(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    order = (await ana.confirm("A01", category=STUDENT, quota=1)).order_id
    assert await _bought(hall, "A02", STUDENT, quota=1) is Refusal.HALF_PRICE_GONE
    for _ in range(2):
        assert await ana.cancel(order, "A01", category=STUDENT)
    assert (await _map(hall)).half_price_sold == 0
    assert await _bought(hall, "A03", STUDENT, quota=1) is None


async def test_a_repeated_payment_takes_no_second_ticket_from_the_quota(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    first = await ana.confirm("A01", key="k", category=STUDENT, quota=1)
    again = await ana.confirm("A01", key="k", category=STUDENT, quota=1)
    assert (first.refusal, again) == (None, first)
    assert (await _map(hall)).half_price_sold == 1


@pytest.mark.parametrize("veto", [Refusal.PRICE_CHANGED, Refusal.PAYMENT_DECLINED])
async def test_a_payment_that_is_turned_down_keeps_the_hold_and_frees_the_key(
    hall: Hall, veto: Refusal
) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    assert (await ana.confirm("A01", key="k", veto=veto)).refusal is veto
    paid = await ana.confirm("A01", key="k")
    assert paid.refusal is None
    # The sale is a fact: a later objection to the same request changes nothing.
    assert (await ana.confirm("A01", key="k", veto=veto)).order_id == paid.order_id


async def test_a_seat_that_is_gone_counts_more_than_a_card_that_is_declined(hall: Hall) -> None:
    await hall.buyer().hold("A01")
    answer = await hall.buyer().confirm("A01", veto=Refusal.PAYMENT_DECLINED)
    assert answer.refusal is Refusal.SEAT_TAKEN


async def test_another_category_under_the_same_key_is_another_body(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    await ana.confirm("A01", key="k", category=STUDENT, quota=1)
    answer = await ana.confirm("A01", key="k", category=SENIOR, quota=1)
    assert answer.refusal is Refusal.KEY_CONFLICT


def test_half_is_never_more_than_half() -> None:
    assert price_of(Category.FULL, 3_333) == 3_333
    assert all(price_of(category, 3_333) == 1_666 for category in Category if category != "inteira")


def test_the_quota_is_two_tickets_in_five() -> None:
    assert [half_price_quota(seats) for seats in (0, 1, 2, 5, 82, 200, 201)] == [
        *(0, 1, 1, 2, 33, 80, 81)
    ]
