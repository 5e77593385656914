"""One network's and one person's limits in a session bind across cookies."""

import asyncio
from dataclasses import replace

import pytest

from booking.hold_rules import Network
from cinema.refusals import Refusal
from tests.support.hall import Buyer, Hall

NETWORK, ANOTHER = Network("a" * 32, most_held=8), Network("b" * 32, most_held=8)


def seats(row: str, number: int) -> list[str]:
    return [f"{row}{place:02d}" for place in range(1, number + 1)]


async def a_crowd_of_one(hall: Hall, number: int, network: Network = NETWORK) -> list[Buyer]:
    """So many cookies of one address, each with a seat of row A."""
    crowd = [hall.buyer(network=network) for _ in range(number)]
    for buyer, seat in zip(crowd, seats("A", number), strict=True):
        assert (await buyer.hold(seat)).refusal is None
    return crowd


async def test_new_cookies_do_not_add_to_what_a_network_may_hold(hall: Hall) -> None:
    await a_crowd_of_one(hall, 8)
    async with hall.unchanged():
        answer = await hall.buyer(network=NETWORK).hold("B01")
    assert (answer.refusal, answer.failed) == (Refusal.NETWORK_LIMIT, ())


async def test_a_group_that_does_not_fit_into_the_network_s_rest_is_refused_whole(
    hall: Hall,
) -> None:
    await a_crowd_of_one(hall, 6)
    async with hall.unchanged():
        refused = await hall.buyer(network=NETWORK).hold("B01", "B02", "B03")
    assert refused.refusal is Refusal.NETWORK_LIMIT
    assert (await hall.buyer(network=NETWORK).hold("B01", "B02")).refusal is None


async def test_a_crowd_that_asks_at_once_gets_what_a_network_may_hold_and_no_more(
    hall: Hall,
) -> None:
    crowd = [hall.buyer(network=NETWORK) for _ in range(34)]
    answers = await asyncio.gather(
        *(buyer.hold(f"A{number:02d}") for number, buyer in enumerate(crowd, 1))
    )
    assert [answer.refusal for answer in answers].count(None) == 8
    assert len(await hall.states()) == 8


async def test_a_full_network_binds_nobody_else(hall: Hall) -> None:
    await a_crowd_of_one(hall, 8)
    assert (await hall.buyer(network=ANOTHER).hold("B01")).refusal is None
    assert (await hall.buyer().hold("B02")).refusal is None  # a bare client says no network
    for unbound in (replace(NETWORK, most_held=0), Network(most_held=1)):
        rest = [f"{row}0{unbound.most_held}" for row in "CD"]
        assert (await hall.buyer(network=unbound).hold(*rest)).refusal is None
    assert (await Hall(hall.redis).buyer(network=NETWORK).hold("A01")).refusal is None


async def test_a_buyer_of_a_full_network_may_repeat_a_hold(hall: Hall) -> None:
    first, *_ = await a_crowd_of_one(hall, 8)
    assert (await first.hold("A01")).refusal is None
    under_a_lower_limit = hall.buyer(first.name, replace(NETWORK, most_held=4))
    assert (await under_a_lower_limit.hold("A01")).refusal is None


@pytest.mark.parametrize("ending", ["released", "sold", "expired", "deleted"])
async def test_a_network_may_hold_more_as_soon_as_a_hold_has_ended(hall: Hall, ending: str) -> None:
    short = hall.with_rules(hold_ms=50)
    crowd = await a_crowd_of_one(hall, 7)
    last = (short if ending == "expired" else hall).buyer(network=NETWORK)
    assert (await last.hold("B01")).refusal is None
    assert (await crowd[0].hold("B02")).refusal is Refusal.NETWORK_LIMIT
    if ending == "released":
        await last.release("B01")
    elif ending == "sold":
        await last.confirm("B01")
    elif ending == "expired":
        await hall.wait_until_swept("B01")
    else:
        await hall.redis.delete(hall.keys.holds, hall.keys.buyers)
    assert (await crowd[0].hold("B02")).refusal is None


async def test_the_seats_of_a_person_are_counted_over_all_cookies(hall: Hall) -> None:
    for seat in seats("A", 6):
        buyer = hall.buyer()
        await buyer.hold(seat)
        assert (await buyer.confirm(seat, person="p")).refusal is None
    ana = hall.buyer()
    await ana.hold("B01")
    async with hall.unchanged():
        assert (await ana.confirm("B01", person="p")).refusal is Refusal.OVER_LIMIT
    assert (await ana.confirm("B01", person="q")).refusal is None


async def test_a_purchase_that_takes_a_person_over_the_limit_is_refused_whole(hall: Hall) -> None:
    ana, other_cookie = hall.buyer(), hall.buyer()
    await ana.hold(*seats("A", 4))
    await ana.confirm(*seats("A", 4), person="p")
    await other_cookie.hold(*seats("B", 3))
    async with hall.unchanged():
        answer = await other_cookie.confirm(*seats("B", 3), person="p")
    assert answer.refusal is Refusal.OVER_LIMIT
    assert (await other_cookie.confirm("B01", "B02", person="p")).refusal is None


async def test_cancelling_gives_a_person_the_seats_back(hall: Hall) -> None:
    ana, other_cookie = hall.buyer(), hall.buyer()
    await ana.hold(*seats("A", 6))
    order = (await ana.confirm(*seats("A", 6), person="p")).order_id
    await other_cookie.hold("B01")
    assert (await other_cookie.confirm("B01", person="p")).refusal is Refusal.OVER_LIMIT
    await ana.cancel(order, *seats("A", 6))
    assert (await other_cookie.confirm("B01", person="p")).refusal is None


async def test_who_pays_without_a_cpf_is_bound_by_the_cookie(hall: Hall) -> None:
    for seat in seats("A", 8):
        buyer = hall.buyer()
        await buyer.hold(seat)
        assert (await buyer.confirm(seat)).refusal is None
    ana = hall.buyer()
    await ana.hold(*seats("B", 6))
    await ana.confirm(*seats("B", 6))
    assert (await ana.hold("C01")).refusal is Refusal.OVER_LIMIT


async def test_a_repeated_payment_counts_once(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold(*seats("A", 6))
    order = (await ana.confirm(*seats("A", 6), key="k", person="p")).order_id
    assert (await ana.confirm(*seats("A", 6), key="k", person="p")).order_id == order
