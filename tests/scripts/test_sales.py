"""A sale at the moment of closing, and what a repeated one leaves behind."""

import pytest

from booking.hold_rules import Network
from booking.order import Payer
from cinema.refusals import Refusal
from tests.scripts.conftest import HOLD_MS, PAYER, Shop
from tests.state_machine.clocked_redis import ClockedRedis
from tests.support.hall import Hall


async def test_at_the_very_moment_of_closing_nothing_is_held_extended_or_sold_any_more(
    hall: Hall, clock: ClockedRedis
) -> None:
    ana, closing = hall.buyer(), clock.now + HOLD_MS + 1_000
    await ana.hold("A01", closes_at=closing)
    clock.now += 2_000
    extended = await ana.extend("A01", closes_at=closing)
    assert (extended.refusal, extended.remaining_ms) == (None, closing - clock.now)
    assert await hall.redis.pexpiretime(hall.keys.lock("A01")) == closing
    clock.now = closing
    for answer in (
        await ana.hold("A02", closes_at=closing),
        await ana.extend("A01", closes_at=closing),
        await ana.confirm("A01", closes_at=closing),
    ):
        assert answer.refusal is Refusal.SESSION_CLOSED
    clock.now -= 1
    assert (await ana.confirm("A01", closes_at=closing)).refusal is None


@pytest.mark.parametrize("key", ["", "k"])
async def test_a_repeated_payment_writes_something_for_which_it_can_wait(
    shop: Shop, hall: Hall, key: str
) -> None:
    """WAITAOF waits for the last write of its connection, which may be a new one."""
    ana = hall.buyer()
    order = await shop.sell("A01", buyer=ana, key=key)

    async def writes() -> int:
        return int((await hall.redis.info("persistence"))["rdb_changes_since_last_save"])

    before = await writes()
    assert (await ana.confirm("A01", key=key, payer=PAYER)).order_id == order.id
    assert await writes() > before


async def test_a_person_is_counted_also_without_a_network(shop: Shop, hall: Hall) -> None:
    ana, bia = hall.with_rules(most_seats=2).buyer(), hall.with_rules(most_seats=2).buyer()
    await shop.sell("A01", "A02", buyer=ana, person="p" * 32, payer=Payer("Ana"))
    await bia.hold("B01")
    assert (await bia.confirm("B01", person="p" * 32)).refusal is Refusal.OVER_LIMIT
    assert (await bia.confirm("B01", person="q" * 32)).refusal is None


async def test_an_order_that_changed_since_it_was_read_is_not_cancelled(
    shop: Shop, hall: Hall
) -> None:
    order = await shop.sell("A01", "A02", "A03")
    assert await hall.seats.cancel(order, ["A01"])
    async with hall.unchanged():
        assert not await hall.seats.cancel(order, ["A02"])
        assert not await hall.seats.cancel(order)
    assert await hall.seats.cancel(await shop.order(order.id))
    async with hall.unchanged():
        assert await hall.seats.cancel(order)
        assert not await hall.seats.cancel(order, ["A02"])
    cancelled = await shop.order(order.id)
    assert (cancelled.cancelled, cancelled.given_back[0].ticket.seat) == (True, "A01")


async def test_a_network_is_remembered_with_a_sale_also_where_no_person_is(
    hall: Hall, shop: Shop, clock: ClockedRedis
) -> None:
    """Its cool-down after a cancellation counts from the first hold."""
    began, home = clock.now, Network("a" * 32)
    order = await shop.sell("A01", buyer=hall.buyer(network=home))
    clock.now += 1_000
    assert await hall.seats.cancel(order)
    await hall.buyer(network=home).hold("A01")
    assert (await hall.dump())[hall.keys.holds]["A01"]["since"] == began


async def test_a_sale_that_was_deleted_by_hand_is_nobodys_to_cancel(shop: Shop, hall: Hall) -> None:
    order = await shop.sell("A01")
    await hall.redis.hdel(hall.keys.sold, "A01")
    await shop.sell("A01")
    events = await hall.events()
    assert await hall.seats.cancel(order)
    assert await hall.states() == {"A01": "sold"}
    assert await hall.events() == events
    assert (await shop.order(order.id)).cancelled
