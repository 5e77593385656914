"""Selling held seats once, and giving a sold order back once."""

import asyncio
from dataclasses import replace

import pytest

from booking.answer import Answer
from booking.order import Payer
from cinema.identity import owner_tag
from cinema.keys import order_key, partition_of
from cinema.redis_connection import nodes_of
from cinema.redis_scripts import packed
from cinema.refusals import Refusal
from tests.support.hall import Buyer, Hall

PAYER = Payer("Ana Souza", "***.456.789-**", "ana@example.com")


async def bought(buyer: Buyer, *seats: str, key: str = "") -> Answer:
    await buyer.hold(*seats)
    answer = await buyer.confirm(*seats, key=key, payer=PAYER)
    assert answer.refusal is None
    return answer


async def test_paid_seats_are_sold_and_no_hold_of_them_is_left(hall: Hall) -> None:
    ana = hall.buyer()
    await bought(ana, "A01", "A02")
    left = await hall.dump()
    assert await hall.states() == {"A01": "sold", "A02": "sold"}
    assert not any(left[name] for name in (hall.keys.holds, hall.keys.partition.due, "locks"))


async def test_a_sale_is_announced_once_and_put_into_the_outbox_once(hall: Hall) -> None:
    ana = hall.buyer()
    order = (await bought(ana, "A01", "A02")).order_id
    tag = owner_tag(hall.session, ana.name)
    assert (await hall.events())[1:] == [
        {
            "version": 2,
            "changes": [{"seat": seat, "state": "sold", "tag": tag} for seat in ("A01", "A02")],
        }
    ]
    assert await hall.outbox() == [
        {
            "pedido_id": order,
            "sessao_id": hall.session,
            "assentos": ["A01", "A02"],
            "usuario_id": ana.name,
            "status": "CONFIRMADO",
        }
    ]


async def test_part_of_what_is_held_can_be_paid_and_the_rest_stays_held(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01", "A02")
    await ana.confirm("A02")
    assert await hall.states() == {"A01": "held", "A02": "sold"}


async def test_seats_that_nobody_or_somebody_else_holds_are_not_sold(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    await hall.buyer().hold("A02")
    async with hall.unchanged():
        foreign = await ana.confirm("A01", "A02")
        free = await ana.confirm("A01", "A03")
    assert (foreign.refusal, foreign.failed) == (Refusal.SEAT_TAKEN, ("A02",))
    assert (free.refusal, free.failed) == (Refusal.HOLD_ENDED, ("A03",))


async def test_a_payment_with_a_wrong_token_sells_nothing(hall: Hall) -> None:
    ana = hall.buyer()
    token = (await ana.hold("A01")).token
    async with hall.unchanged():
        assert (await ana.confirm("A01", token="a" * 22)).refusal is Refusal.WRONG_TOKEN
    assert (await ana.confirm("A01", token=token)).refusal is None


async def test_a_repeated_order_key_gets_the_same_order_and_sells_nothing_more(hall: Hall) -> None:
    ana = hall.buyer()
    order = (await bought(ana, "A01", "A02", key="k")).order_id
    async with hall.unchanged():
        again = await ana.confirm("A01", "A02", key="k", payer=PAYER)
        in_another_order = await ana.confirm("A02", "A01", key="k", payer=PAYER)
    assert again == in_another_order == Answer(order_id=order)


async def test_ten_repetitions_at_once_make_one_order(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    answers = await asyncio.gather(*(ana.confirm("A01", key="k", payer=PAYER) for _ in range(10)))
    assert {answer.refusal for answer in answers} == {None}
    assert len({answer.order_id for answer in answers}) == 1
    assert len(await hall.outbox()) == 1


@pytest.mark.parametrize(
    "payer",
    [
        replace(PAYER, name="Bia"),
        replace(PAYER, email="x@example.com"),
        replace(PAYER, masked_cpf=""),
    ],
)
async def test_a_repeated_order_key_with_another_payer_is_a_conflict(
    hall: Hall, payer: Payer
) -> None:
    ana = hall.buyer()
    await bought(ana, "A01", key="k")
    async with hall.unchanged():
        assert (await ana.confirm("A01", key="k", payer=payer)).refusal is Refusal.KEY_CONFLICT


async def test_a_repeated_order_key_with_other_seats_is_a_conflict(hall: Hall) -> None:
    ana = hall.buyer()
    await bought(ana, "A01", key="k")
    await ana.hold("A02")
    async with hall.unchanged():
        for seats in (("A02",), ("A01", "A02")):
            answer = await ana.confirm(*seats, key="k", payer=PAYER)
            assert answer.refusal is Refusal.KEY_CONFLICT


async def test_a_key_finds_its_order_also_for_a_buyer_who_has_lost_the_cookie(hall: Hall) -> None:
    order = (await bought(hall.buyer(), "A01", "A02", key="k")).order_id
    without_cookie = hall.buyer()
    async with hall.unchanged():
        again = await without_cookie.confirm("A02", "A01", key="k", payer=PAYER)
        other_body = await without_cookie.confirm("A01", "A02", key="k", payer=Payer("Bia"))
        other_key = await without_cookie.confirm("A01", "A02", key="l", payer=PAYER)
    assert again == Answer(order_id=order)
    assert other_body.refusal is other_key.refusal is Refusal.SEAT_TAKEN


@pytest.mark.parametrize("resold", [False, True])
async def test_a_repeated_key_of_a_cancelled_order_says_that_it_was_cancelled(
    hall: Hall, resold: bool
) -> None:
    ana = hall.buyer()
    order = (await bought(ana, "A01", key="k")).order_id
    await ana.cancel(order, "A01")
    if resold:
        await bought(hall.buyer(), "A01")
    async with hall.unchanged():
        for buyer in (ana, hall.buyer()):
            answer = await buyer.confirm("A01", key="k", payer=PAYER)
            assert answer == Answer(Refusal.ORDER_CANCELLED, order_id=order)


async def test_seats_of_a_cancelled_order_are_bought_again_with_another_key(hall: Hall) -> None:
    ana = hall.buyer()
    first = (await bought(ana, "A01", key="k")).order_id
    await ana.cancel(first, "A01")
    second = (await bought(ana, "A01", key="l")).order_id
    assert second != first
    assert (await ana.confirm("A01", key="k", payer=PAYER)).refusal is Refusal.ORDER_CANCELLED
    assert (await ana.confirm("A01", key="l", payer=PAYER)).order_id == second


@pytest.mark.parametrize("action", ["hold", "extend", "release", "confirm"])
async def test_a_buyer_of_a_seat_in_another_tab_gets_that_order(hall: Hall, action: str) -> None:
    ana = hall.buyer()
    order = (await bought(ana, "A01", "A02", key="k")).order_id
    await bought(ana, "A04", key="of another order")
    await ana.hold("A03")
    stranger, more = hall.buyer(), {"key": "of another tab"} if action == "confirm" else {}
    async with hall.unchanged():
        for seats, failed in (
            (("A01", "A02"), ("A01", "A02")),
            (("A02",), ("A02",)),
            (("A01", "A03"), ("A01",)),
            (("A01", "A04"), ("A01", "A04")),
        ):
            answer = await getattr(ana, action)(*seats, **more)
            assert answer == Answer(Refusal.ALREADY_BOUGHT, failed, order_id=order)
            refused = await getattr(stranger, action)(*seats, **more)
            assert refused.refusal not in (None, Refusal.ALREADY_BOUGHT)


@pytest.mark.parametrize("action", ["hold", "extend", "release", "confirm"])
async def test_what_somebody_else_has_is_said_before_what_the_buyer_has_bought(
    hall: Hall, action: str
) -> None:
    ana, bia = hall.buyer(), hall.buyer()
    await bought(ana, "A01")
    await bia.hold("A02")
    async with hall.unchanged():
        answer = await getattr(ana, action)("A01", "A02")
    assert answer.failed == ("A02",)
    assert answer.refusal in (Refusal.SEAT_TAKEN, Refusal.NOT_YOURS)


async def test_also_after_the_session_has_begun_a_payment_is_answered_with_what_is_bought(
    hall: Hall,
) -> None:
    ana = hall.buyer()
    order = (await bought(ana, "A01", key="k")).order_id
    answer = await ana.confirm("A01", key="l", closes_at=1)
    assert (answer.refusal, answer.order_id) == (Refusal.ALREADY_BOUGHT, order)


async def test_two_buyers_may_use_the_same_order_key(hall: Hall) -> None:
    orders = {(await bought(hall.buyer(), seat, key="k")).order_id for seat in ("A01", "A02")}
    assert len(orders) == 2


async def test_a_refused_payment_does_not_use_its_key_up(hall: Hall) -> None:
    ana = hall.buyer()
    assert (await ana.confirm("A01", key="k")).refusal is Refusal.HOLD_ENDED
    await ana.hold("A02")
    assert (await ana.confirm("A02", key="k")).refusal is None


async def test_without_a_key_the_same_seats_again_are_the_same_order(hall: Hall) -> None:
    """The original's clients send no key."""
    ana = hall.buyer()
    order = (await bought(ana, "A01", "A02")).order_id
    async with hall.unchanged():
        assert (await ana.confirm("A02", "A01")).order_id == order
        for others in (("A01",), ("A01", "A03"), ("A01", "A02", "A03")):
            assert (await ana.confirm(*others)).refusal is Refusal.ALREADY_BOUGHT
        assert (await hall.buyer().confirm("A01", "A02")).refusal is Refusal.SEAT_TAKEN


async def test_without_a_key_seats_of_two_orders_are_not_one_order(hall: Hall) -> None:
    ana = hall.buyer()
    await bought(ana, "A01")
    await bought(ana, "A02")
    async with hall.unchanged():
        assert (await ana.confirm("A01", "A02")).refusal is Refusal.ALREADY_BOUGHT


async def test_an_order_keeps_the_mask_of_a_cpf_and_an_id_that_nobody_guesses(hall: Hall) -> None:
    order = (await bought(hall.buyer(), "A01")).order_id
    fields = await hall.redis.hgetall(order_key(order))
    assert fields["cpf"] == "***.456.789-**"
    assert len(order.partition("-")[2]) == 22  # 128 bits


async def test_a_cancelled_order_s_seats_are_free_and_can_be_sold_again(hall: Hall) -> None:
    ana = hall.buyer()
    order = (await bought(ana, "A01", "A02")).order_id
    assert await ana.cancel(order, "A01", "A02")
    assert await hall.states() == {}
    changes = (await hall.events())[-1]["changes"]
    assert {change["seat"]: change["reason"] for change in changes} == {
        "A01": "cancelado",
        "A02": "cancelado",
    }
    await bought(hall.buyer(), "A01")


async def test_an_order_is_cancelled_once_however_often_it_is_asked_for(hall: Hall) -> None:
    ana = hall.buyer()
    order = (await bought(ana, "A01")).order_id
    assert await asyncio.gather(*(ana.cancel(order, "A01") for _ in range(5))) == [True] * 5
    await bought(hall.buyer(), "A01")
    async with hall.unchanged():
        assert await ana.cancel(order, "A01")
    assert [message["status"] for message in await hall.outbox()] == [
        "CONFIRMADO",
        "CANCELADO",
        "CONFIRMADO",
    ]


async def test_cancelling_frees_the_order_s_seats_only(hall: Hall) -> None:
    ana = hall.buyer()
    order = (await bought(ana, "A01")).order_id
    await bought(ana, "A02")
    await ana.hold("A03")
    await ana.cancel(order, "A01")
    assert await hall.states() == {"A02": "sold", "A03": "held"}


async def test_an_order_that_does_not_exist_cannot_be_cancelled(hall: Hall) -> None:
    unknown = f"{partition_of(hall.session):02d}-aaaaaaaaaaaaaaaaaaaaaa"
    async with hall.unchanged():
        assert not await hall.buyer().cancel(unknown, "A01")


async def test_scripts_that_redis_has_forgotten_are_sent_again(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    await hall.redis.script_flush()
    assert (await ana.confirm("A01")).refusal is None


async def test_a_call_that_was_given_up_leaves_no_answer_for_the_next_one(hall: Hall) -> None:
    """200 holds are cancelled after 0 to 11 turns of the event loop: before the request is written,
    between the request and its reply, and after the reply. The ECHO that follows on the same
    connection must get its own reply.
    """
    ana, given_up = hall.buyer(), 0
    for delay in range(200):
        call = asyncio.create_task(ana.hold("A01"))
        for _ in range(delay % 12):  # turns of the event loop
            await asyncio.sleep(0)
        given_up += call.cancel()
        await asyncio.wait([call])
        echo = packed("ECHO", str(delay))
        assert await nodes_of(hall.redis).send(echo, hall.keys.version) == str(delay)
    assert given_up > 50
    assert (await ana.hold("A01")).refusal is None
