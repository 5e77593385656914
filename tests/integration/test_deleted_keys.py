"""Keys that somebody deletes by hand: no transition may fail because of it until the hold ends."""

import pytest

from cinema.refusals import Refusal
from tests.support.hall import Hall


async def forget_the_accounts(hall: Hall) -> None:
    await hall.redis.delete(hall.keys.buyers)


async def test_a_buyer_without_an_account_pays(hall: Hall) -> None:
    ana = hall.buyer()
    token = (await ana.hold("A01", "A02")).token
    await forget_the_accounts(hall)
    assert (await ana.confirm("A01", "A02", token=token)).refusal is None
    assert await hall.states() == {"A01": "sold", "A02": "sold"}


async def test_a_buyer_without_an_account_gives_seats_back(hall: Hall) -> None:
    ana = hall.buyer()
    token = (await ana.hold("A01", "A02")).token
    await forget_the_accounts(hall)
    assert (await ana.release("A01", token=token)).refusal is None
    assert (await ana.release("A02", token=token)).refusal is None
    assert await hall.states() == {}


async def test_a_buyer_without_an_account_keeps_the_token_and_holds_more_under_it(
    hall: Hall,
) -> None:
    ana = hall.buyer()
    token = (await ana.hold("A01")).token
    await forget_the_accounts(hall)
    assert (await ana.hold("A01", "A02", token=token)).token == token
    assert (await ana.confirm("A01", "A02", token=token)).refusal is None


async def test_what_is_known_of_a_buyer_again_is_never_less_than_nothing(hall: Hall) -> None:
    ana = hall.with_rules(most_seats=4).buyer()
    await ana.hold("A01", "A02")
    await forget_the_accounts(hall)
    await ana.hold("A03")
    await ana.confirm("A03")
    await ana.release("A01", "A02")
    assert (await ana.hold("B01", "B02", "B03", "B04")).refusal is Refusal.OVER_LIMIT
    assert (await ana.hold("B01", "B02", "B03")).refusal is None


@pytest.mark.parametrize("deleted", ["buyers", "sold"])
async def test_an_order_is_cancelled_whatever_was_deleted(hall: Hall, deleted: str) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    order = (await ana.confirm("A01")).order_id
    await hall.redis.delete(getattr(hall.keys, deleted))
    assert await ana.cancel(order, "A01")
    assert await hall.states() == {}
    assert [message["status"] for message in await hall.outbox()] == ["CONFIRMADO", "CANCELADO"]


@pytest.mark.parametrize("deleted", [("lock",), ("holds",), ("lock", "holds", "buyers")])
async def test_a_hold_whose_keys_are_gone_is_refused_in_words(
    hall: Hall, deleted: tuple[str, ...]
) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    names = {"lock": hall.keys.lock("A01"), "holds": hall.keys.holds, "buyers": hall.keys.buyers}
    await hall.redis.delete(*(names[name] for name in deleted))
    assert (await ana.confirm("A01")).refusal is Refusal.HOLD_ENDED
    assert (await ana.extend("A01")).refusal is Refusal.HOLD_ENDED
    assert (await ana.release("A01")).refusal is None


@pytest.mark.parametrize("deleted", ["holds", "sold"])
async def test_an_account_that_counts_seats_which_are_gone_does_not_keep_its_buyer_from_buying(
    hall: Hall, deleted: str
) -> None:
    ana = hall.with_rules(most_seats=2).buyer()
    await ana.hold("A01", "A02")
    if deleted == "sold":
        await ana.confirm("A01", "A02")
    await hall.redis.delete(getattr(hall.keys, deleted))
    assert (await ana.hold("B01", "B02")).refusal is None
