"""The end of an order: the session's data, the personal data, the order itself."""

import pytest

from booking.order import Order
from booking.order_end import OrderEnd
from cinema.keys import order_key
from cinema.mail_state import MailKind, MailState
from cinema.tickets import Category
from tests.scripts.conftest import Shop
from tests.state_machine.clocked_redis import ClockedRedis
from tests.support.hall import Hall


@pytest.fixture
def end(hall: Hall) -> OrderEnd:
    return OrderEnd(hall.redis)


async def accounts(hall: Hall) -> dict[str, tuple[int, int]]:
    """What each buyer holds and has bought."""
    found = (await hall.dump())[hall.keys.buyers]
    return {buyer: (account["held"], account["sold"]) for buyer, account in found.items()}


async def partly_resold(shop: Shop) -> Order:
    """An order of A01, as it was read when it had A02, too; A02 is somebody else's now."""
    ana = shop.hall.buyer("ana")
    order = await shop.sell("A01", "A02", buyer=ana, category=Category.STUDENT, quota=5)
    assert await shop.hall.seats.cancel(order, ["A02"])
    await shop.sell("A02", buyer=shop.hall.buyer("bia"))
    return order


# ------------------------------------------------------------------------------------------ settled


async def test_a_settled_order_leaves_its_key_to_others_and_nothing_of_its_buyer(
    shop: Shop, hall: Hall, end: OrderEnd, clock: ClockedRedis
) -> None:
    first = await shop.sell("A01", buyer=hall.buyer("ana"), key="k")
    second = await shop.sell("A02", buyer=hall.buyer("bia"), key="k")
    clock.now += 1
    assert await end.settle(first)
    left = await hall.dump()
    ((digest, entries),) = left[hall.keys.order_keys].items()
    assert (len(entries), entries.endswith(second.id[3:])) == (60, True)
    assert await shop.fields(first, "key", "settled_at") == [None, str(clock.now)]
    assert left[hall.keys.sold]["A01"] == [left[hall.keys.sold]["A01"][0], first.id[3:], 1]
    assert len(left[hall.keys.sold]["A02"]) > 3
    assert await accounts(hall) == {"bia": (0, 1)}
    async with hall.unchanged():
        assert not await end.settle(first)
    assert await end.settle(second)
    assert await hall.redis.hget(hall.keys.order_keys, digest) is None


async def test_a_buyer_keeps_what_other_orders_and_holds_count(
    shop: Shop, hall: Hall, end: OrderEnd
) -> None:
    ana, bia = hall.buyer("ana"), hall.buyer("bia")
    first = [await shop.sell("A01", buyer=ana), await shop.sell("B01", buyer=bia)]
    await shop.sell("A02", buyer=ana)
    await bia.hold("B02")
    assert [await end.settle(order) for order in first] == [True, True]
    assert await accounts(hall) == {"ana": (0, 1), "bia": (1, 0)}


async def test_a_seat_that_was_sold_again_since_is_not_the_settled_orders(
    shop: Shop, hall: Hall, end: OrderEnd
) -> None:
    order = await partly_resold(shop)
    before = (await hall.dump())[hall.keys.sold]["A02"]
    assert await end.settle(order)
    assert (await hall.dump())[hall.keys.sold]["A02"] == before
    assert await accounts(hall) == {"bia": (0, 1)}


async def test_a_cancelled_order_is_settled(shop: Shop, hall: Hall, end: OrderEnd) -> None:
    order = await shop.sell("A01", key="k")
    assert await hall.seats.cancel(order)
    assert await end.settle(order)
    assert (await hall.dump())[hall.keys.order_keys] == {}


async def test_an_account_that_was_deleted_by_hand_stays_away(
    shop: Shop, hall: Hall, end: OrderEnd
) -> None:
    order = await shop.sell("A01")
    await hall.redis.delete(hall.keys.buyers)
    assert await end.settle(order)
    assert await accounts(hall) == {}


# ------------------------------------------------------------------------------------------- erased


async def test_an_erased_order_has_no_person_no_key_and_no_mail(
    shop: Shop, hall: Hall, end: OrderEnd, clock: ClockedRedis
) -> None:
    order = await shop.sell("A01", key="k")
    await shop.mails.add(order.id, MailKind.TICKET, 0)
    await hall.redis.hset(order_key(order.id), "mail_tries", "2")
    await hall.redis.zadd(shop.keys.failed_mails, {order.id: 1})
    clock.now += 1
    assert await end.erase(order)
    erased = await shop.order(order.id)
    assert (erased.payer.name, erased.payer.masked_cpf, erased.payer.email) == ("", "", "")
    assert (erased.mail, erased.erased_at) == (MailState.NO_ADDRESS, clock.now)
    assert await shop.fields(order, "mail_tries", "key", "settled_at") == [None] * 3
    assert (await shop.due(order), await shop.failed(order)) == (None, None)
    left = await hall.dump()
    assert left[hall.keys.order_keys] == {}
    assert len(left[hall.keys.sold]["A01"]) > 3
    assert await shop.statuses() == ["CONFIRMADO", "DADOS_APAGADOS"]
    async with hall.unchanged():
        assert not await end.erase(order)
    clock.now += 1
    assert await end.settle(order)
    assert (await shop.order(order.id)).erased_at == clock.now - 1


async def test_a_settled_orders_mail_is_no_longer_among_the_failed_ones(
    shop: Shop, end: OrderEnd
) -> None:
    order = await shop.sell("A01")
    await shop.hall.redis.zadd(shop.keys.failed_mails, {order.id: 1})
    assert await end.settle(order)
    assert await shop.failed(order) is None
    assert await shop.statuses() == ["CONFIRMADO"]


async def test_an_order_that_is_gone_is_neither_settled_nor_erased_nor_removed(
    shop: Shop, hall: Hall, end: OrderEnd, clock: ClockedRedis
) -> None:
    order = await shop.sell("A01", key="k")
    await hall.redis.delete(order_key(order.id))
    async with hall.unchanged():
        assert not await end.settle(order)
        assert not await end.erase(order)
        assert not await end.remove(order, clock.now)
    assert not await hall.redis.exists(order_key(order.id))


# ------------------------------------------------------------------------------------------ removed


async def test_an_order_is_removed_once_its_data_were_erased_for_long_enough(
    shop: Shop, hall: Hall, end: OrderEnd, clock: ClockedRedis
) -> None:
    order = await shop.sell("A01", category=Category.STUDENT, quota=5)
    assert not await end.remove(order, clock.now)
    await end.erase(order)
    assert not await end.remove(order, clock.now - 1)
    assert await end.remove(order, clock.now)
    assert await hall.states() == {}
    assert await shop.orders.get(order.id) is None
    assert await hall.redis.get(hall.keys.half_price) == "0"
    last = (await hall.events())[-1]
    assert last["version"] == 3
    assert [(change["seat"], change["state"]) for change in last["changes"]] == [("A01", "free")]


async def test_a_seat_that_was_sold_again_since_is_not_removed(
    shop: Shop, hall: Hall, end: OrderEnd, clock: ClockedRedis
) -> None:
    order = await partly_resold(shop)
    await end.erase(order)
    assert await end.remove(order, clock.now)
    assert await hall.states() == {"A02": "sold"}


async def test_a_cancelled_order_is_removed_without_an_event(
    shop: Shop, hall: Hall, end: OrderEnd, clock: ClockedRedis
) -> None:
    order = await shop.sell("A01", category=Category.STUDENT, quota=5)
    assert await hall.seats.cancel(order)
    await end.erase(order)
    async with hall.unchanged():
        assert await end.remove(order, clock.now)
    assert await hall.redis.get(hall.keys.half_price) == "0"
