"""Holding seats in exchange for others: in one step, or not at all."""

from booking.hold_rules import Network
from cinema.identity import owner_tag
from cinema.refusals import Refusal
from tests.support.hall import Hall

PAIR, OTHER_PAIR = ("A01", "A02"), ("B01", "B02")


async def test_the_new_seats_are_held_and_the_old_ones_are_free_in_one_step(hall: Hall) -> None:
    ana = hall.buyer()
    first = await ana.hold(*PAIR)
    second = await ana.hold(*OTHER_PAIR, instead_of=PAIR)
    assert second.refusal is None
    assert second.token == first.token
    assert await hall.states() == {"B01": "held", "B02": "held"}
    tag = owner_tag(hall.session, ana.name)
    last = (await hall.events())[-1]
    assert (last["version"], [(c["seat"], c["state"], c["tag"]) for c in last["changes"]]) == (
        2,
        [
            *(("A01", "free", tag), ("A02", "free", tag)),
            *(("B01", "held", tag), ("B02", "held", tag)),
        ],
    )


async def test_where_a_new_seat_is_taken_the_old_ones_are_kept(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold(*PAIR)
    await hall.buyer().hold("B02")
    async with hall.unchanged():
        answer = await ana.hold(*OTHER_PAIR, instead_of=PAIR)
    assert (answer.refusal, answer.failed) == (Refusal.SEAT_TAKEN, ("B02",))


async def test_repeating_an_exchange_changes_nothing(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold(*PAIR)
    first = await ana.hold(*OTHER_PAIR, instead_of=PAIR)
    async with hall.unchanged():
        again = await ana.hold(*OTHER_PAIR, instead_of=PAIR)
    assert again.token == first.token


async def test_what_is_given_back_makes_room_within_the_limits(hall: Hall) -> None:
    hall = hall.with_rules(most_seats=2)
    ana = hall.buyer(network=Network("a" * 32, most_held=2))
    await ana.hold(*PAIR)
    assert (await ana.hold("B01")).refusal is Refusal.OVER_LIMIT
    assert (await ana.hold(*OTHER_PAIR, instead_of=["A01"])).refusal is Refusal.OVER_LIMIT
    assert (await ana.hold(*OTHER_PAIR, instead_of=PAIR)).refusal is None
    assert (await ana.hold("C01", "C02", "C03", instead_of=OTHER_PAIR)).refusal is (
        Refusal.OVER_LIMIT
    )


async def test_only_one_s_own_holds_are_given_back(hall: Hall) -> None:
    ana, bia = hall.buyer(), hall.buyer()
    await bia.hold("A01")
    await ana.hold("A02")
    await ana.confirm("A02")
    assert (await ana.hold("B01", instead_of=["A01", "A02", "A03"])).refusal is None
    assert await hall.states() == {"A01": "held", "A02": "sold", "B01": "held"}


async def test_a_seat_that_was_given_back_has_no_new_ceiling(hall: Hall) -> None:
    hall = hall.with_rules(ceiling_ms=400_000)
    ana = hall.buyer()
    await ana.hold("A01")
    began = (await hall.dump())[hall.keys.holds]["A01"]["since"]
    await hall.wait_a_moment()
    await ana.hold("B01", instead_of=["A01"])
    await ana.hold("A01", instead_of=["B01"])
    assert (await hall.dump())[hall.keys.holds]["A01"]["since"] == began


async def test_a_wrong_token_exchanges_nothing(hall: Hall) -> None:
    ana = hall.buyer()
    token = (await ana.hold(*PAIR)).token
    async with hall.unchanged():
        answer = await ana.hold(*OTHER_PAIR, token=f"{token}x", instead_of=PAIR)
    assert answer.refusal is Refusal.WRONG_TOKEN
