"""An order's mail: scheduled, claimed, recorded, asked for again, sent to another address."""

from dataclasses import replace

import pytest

from booking.mail_schedule import MailRecord
from booking.order import Order, Payer, Screening
from booking.order_end import OrderEnd
from booking.orders import Correction
from cinema.lua_scripts import script_text
from cinema.mail_state import MailKind, MailState
from cinema.redis_connection import script_at
from tests.scripts.conftest import PAYER, Shop
from tests.state_machine.clocked_redis import ClockedRedis

TICKET, CANCELLATION = MailKind.TICKET, MailKind.CANCELLATION
LEASE_MS = 2_000
SENT, FAILED = MailRecord(MailState.SENT), MailRecord(MailState.FAILED, reason="no such mailbox")
AGAIN = MailRecord(MailState.PENDING, reason="busy", pause_ms=500, tries=2, copies=1)
NO_ORDER = "00-aaaaaaaaaaaaaaaaaaaaaa"


async def scheduled(shop: Shop, *seats: str) -> Order:
    order = await shop.sell(*(seats or ("A01",)))
    assert await shop.mails.add(order.id, TICKET, 0)
    return order


def starting(at: int) -> Screening:
    return Screening(starts_at=at)


async def cancelled(shop: Shop, order: Order) -> None:
    assert await shop.hall.seats.cancel(order)


async def state(shop: Shop, order: Order) -> str | None:
    (mail,) = await shop.fields(order, "mail")
    return mail


# --------------------------------------------------------------------------------------- scheduling


async def test_a_mail_is_scheduled_once_for_its_sender_alone(
    shop: Shop, clock: ClockedRedis
) -> None:
    order = await shop.sell("A01")
    assert await shop.mails.add(order.id, TICKET, LEASE_MS) is True
    due = clock.now + LEASE_MS
    clock.now += 1
    assert await shop.mails.add(order.id, TICKET, LEASE_MS) is False
    assert await shop.due(order) == due
    assert await shop.mails.add(NO_ORDER, TICKET, 0) is None


@pytest.mark.parametrize(("payer", "withheld"), [(replace(PAYER, email=""), False), (PAYER, True)])
async def test_without_an_address_and_over_a_limit_no_mail_is_scheduled(
    shop: Shop, payer: Payer, withheld: bool
) -> None:
    order = await shop.sell("A01", payer=payer, mail_is_withheld=withheld)
    assert await shop.mails.add(order.id, TICKET, 0) is False
    await cancelled(shop, order)
    assert await shop.mails.add(order.id, CANCELLATION, 0) is False
    assert await shop.due(order) is None


async def test_a_mail_that_was_sent_is_not_scheduled_again(shop: Shop) -> None:
    order = await scheduled(shop)
    await shop.mails.record(order.id, SENT)
    assert await shop.mails.add(order.id, TICKET, 0) is False
    assert (await state(shop, order), await shop.due(order)) == ("sent", None)


async def test_a_mail_that_fell_out_of_the_schedule_comes_back_with_its_tries(shop: Shop) -> None:
    order = await scheduled(shop)
    await shop.mails.record(order.id, AGAIN)
    await shop.hall.redis.zrem(shop.keys.mails, order.id)
    assert await shop.mails.add(order.id, TICKET, 0) is True
    assert await shop.fields(order, "mail_tries", "mail_copies") == ["2", "1"]


async def test_a_cancellations_mail_replaces_the_tickets_and_no_other(
    shop: Shop, clock: ClockedRedis
) -> None:
    order = await scheduled(shop)
    await shop.mails.record(order.id, AGAIN)
    assert await shop.mails.add(order.id, CANCELLATION, 0) is False
    await cancelled(shop, order)
    assert await shop.mails.add(order.id, TICKET, 0) is False
    clock.now += 1
    assert await shop.mails.add(order.id, CANCELLATION, LEASE_MS) is True
    assert await shop.fields(
        order, "mail", "mail_reason", "mail_kind", "mail_tries", "mail_copies"
    ) == ["pending", "", "cancelamento", None, None]
    assert await shop.due(order) == clock.now + LEASE_MS
    assert await shop.mails.add(order.id, CANCELLATION, 0) is False
    await shop.mails.record(order.id, SENT)
    assert await shop.mails.add(order.id, CANCELLATION, 0) is False


# ----------------------------------------------------------------------------------------- claiming


async def test_a_mail_is_claimed_when_it_is_due_and_by_one_sender_until_the_lease_ends(
    shop: Shop, clock: ClockedRedis
) -> None:
    order = await scheduled(shop)

    async def claimed() -> list[str]:
        return [mail.order.id for mail in await shop.mails.claim(10, LEASE_MS, [])]

    assert await claimed() == [order.id]
    for wait, expected in ((0, []), (LEASE_MS - 1, []), (1, [order.id]), (1, [])):
        clock.now += wait
        assert await claimed() == expected


async def test_a_mail_that_another_sender_claims_in_between_is_not_claimed(
    shop: Shop, clock: ClockedRedis
) -> None:
    order, claim = await scheduled(shop), script_at(shop.hall.redis, script_text("claim_mails"))
    await shop.mails.claim(10, LEASE_MS, [])
    assert await claim(keys=[shop.keys.mails], args=[LEASE_MS, order.id, NO_ORDER]) == []
    assert await shop.due(order) == clock.now + LEASE_MS


# ---------------------------------------------------------------------------------------- recording


async def test_a_mail_that_was_sent_leaves_the_schedule(shop: Shop) -> None:
    order = await scheduled(shop)
    await shop.mails.record(order.id, AGAIN)
    await shop.mails.record(order.id, FAILED)
    assert await shop.mails.record(order.id, replace(SENT, reason="taken"))
    names = ("mail", "mail_reason", "mail_tries", "mail_copies")
    assert await shop.fields(order, *names) == ["sent", "taken", None, None]
    assert (await shop.due(order), await shop.failed(order)) == (None, None)
    assert not await shop.mails.record(NO_ORDER, SENT)


async def test_a_mail_that_failed_waits_among_the_failed_ones_until_it_is_retried(
    shop: Shop, clock: ClockedRedis
) -> None:
    order = await shop.sell("A01", payer=PAYER, screening=starting(clock.now + 10_000_000))
    await shop.mails.add(order.id, TICKET, 0)
    await shop.mails.record(order.id, FAILED)
    assert await shop.fields(order, "mail", "mail_reason") == ["failed", "no such mailbox"]
    assert (await shop.due(order), await shop.failed(order)) == (None, clock.now)
    clock.now += 1
    assert await shop.mails.retry_failed() == (1, False)
    assert await shop.fields(order, "mail", "mail_reason") == ["pending", ""]
    assert (await shop.due(order), await shop.failed(order)) == (clock.now, None)


async def test_what_has_not_failed_is_not_retried(shop: Shop, clock: ClockedRedis) -> None:
    order = await shop.sell("A01", screening=starting(clock.now + 10_000_000))
    await shop.mails.add(order.id, TICKET, 0)
    await shop.mails.record(order.id, SENT)
    await shop.hall.redis.zadd(shop.keys.failed_mails, {order.id: clock.now})
    assert await shop.mails.retry_failed() == (0, False)
    assert await state(shop, order) == "sent"
    assert (await shop.due(order), await shop.failed(order)) == (None, None)


async def test_a_mail_to_be_tried_again_is_due_after_a_pause(
    shop: Shop, clock: ClockedRedis
) -> None:
    order = await scheduled(shop)
    await shop.mails.record(order.id, AGAIN)
    names = ("mail", "mail_reason", "mail_tries", "mail_copies")
    assert await shop.fields(order, *names) == ["pending", "busy", "2", "1"]
    assert (await shop.due(order), await shop.failed(order)) == (clock.now + 500, None)


async def test_a_sender_who_is_too_late_changes_nothing(shop: Shop) -> None:
    order = await scheduled(shop)
    await shop.mails.record(order.id, SENT)
    for late in (FAILED, AGAIN):
        assert await shop.mails.record(order.id, late)
        assert (await state(shop, order), await shop.due(order)) == ("sent", None)
        assert await shop.failed(order) is None


async def test_the_end_of_a_mail_to_an_address_that_was_erased_since_is_ignored(
    shop: Shop,
) -> None:
    order = await scheduled(shop)
    assert await OrderEnd(shop.hall.redis).erase(order)
    for end in (SENT, FAILED, AGAIN):
        assert await shop.mails.record(order.id, end)
    assert await state(shop, order) == "no_address"
    assert (await shop.due(order), await shop.failed(order)) == (None, None)


async def test_the_end_of_another_mail_of_the_order_is_ignored(shop: Shop) -> None:
    order = await scheduled(shop)
    await cancelled(shop, order)
    await shop.mails.add(order.id, CANCELLATION, 0)
    await shop.mails.record(order.id, replace(SENT, kind=TICKET))
    assert await state(shop, order) == "pending"
    await shop.mails.record(order.id, replace(SENT, kind=CANCELLATION))
    assert await state(shop, order) == "sent"


async def test_the_end_of_a_mail_with_seats_that_were_given_back_since_is_ignored(
    shop: Shop,
) -> None:
    order = await scheduled(shop, "A01", "A02", "A03")
    for seat, count in (("A01", 0), ("A02", 1)):
        assert await shop.hall.seats.cancel(await shop.order(order.id), [seat])
        await shop.mails.record(order.id, replace(SENT, given_back=count))
        assert await state(shop, order) == "pending"
    await shop.mails.record(order.id, replace(SENT, given_back=2))
    assert await state(shop, order) == "sent"


async def test_the_end_of_a_mail_to_an_earlier_address_is_ignored(shop: Shop) -> None:
    order = await scheduled(shop)
    await shop.orders.correct_email(order, "ana@example.org", 3)
    await shop.mails.record(order.id, SENT)
    assert await state(shop, order) == "pending"
    await shop.mails.record(order.id, replace(SENT, corrections=1))
    assert await state(shop, order) == "sent"


# ------------------------------------------------------------------------------ asked for by buyers


async def test_a_mail_is_sent_again_unless_it_is_on_its_way(shop: Shop) -> None:
    order = await scheduled(shop)
    await shop.orders.resend_mail(order)
    assert await shop.statuses() == ["CONFIRMADO"]
    await shop.mails.record(order.id, FAILED)
    await shop.orders.resend_mail(order)
    assert await shop.statuses() == ["CONFIRMADO", "REENVIO"]
    assert await shop.fields(order, "mail", "mail_reason") == ["pending", ""]


async def test_no_mail_is_asked_for_without_an_address_or_an_order(shop: Shop) -> None:
    order = await shop.sell("A01", payer=replace(PAYER, email=""))
    await shop.orders.resend_mail(order)
    await shop.orders.resend_mail(replace(order, id=f"{order.id[:3]}{NO_ORDER[3:]}"))
    assert await shop.statuses() == ["CONFIRMADO"]
    assert await state(shop, order) == "no_address"


async def test_a_corrected_address_gets_the_mail_at_once(shop: Shop, clock: ClockedRedis) -> None:
    order = await scheduled(shop)
    await shop.mails.record(order.id, AGAIN)
    await shop.mails.record(order.id, FAILED)
    assert await shop.orders.correct_email(order, "ana@example.org", 2) is Correction.DONE
    names = ("email", "corrections", "mail", "mail_kind", "mail_reason", "mail_tries")
    expected = ["ana@example.org", "1", "pending", "ingresso", None, None]
    assert await shop.fields(order, *names) == expected
    assert (await shop.due(order), await shop.failed(order)) == (clock.now, None)
    assert await shop.statuses() == ["CONFIRMADO", "REENVIO"]


async def test_the_same_address_again_corrects_nothing(shop: Shop) -> None:
    order = await shop.sell("A01")
    assert await shop.orders.correct_email(order, PAYER.email, 0) is Correction.DONE
    assert await shop.fields(order, "corrections") == [None]
    assert await shop.statuses() == ["CONFIRMADO"]


async def test_an_address_is_corrected_up_to_a_limit(shop: Shop) -> None:
    order = await shop.sell("A01")
    corrections = [
        await shop.orders.correct_email(order, f"{number}@example.org", 2) for number in range(3)
    ]
    assert corrections == [Correction.DONE, Correction.DONE, Correction.NO_MORE]
    assert await shop.fields(order, "email") == ["1@example.org"]


async def test_an_erased_a_cancelled_and_no_order_have_no_address_to_correct(shop: Shop) -> None:
    erased, order = await shop.sell("B01"), await shop.sell("A01")
    await OrderEnd(shop.hall.redis).erase(erased)
    assert await shop.orders.correct_email(erased, "x@example.org", 2) is Correction.ERASED
    await cancelled(shop, order)
    assert await shop.orders.correct_email(order, "x@example.org", 2) is Correction.CANCELLED
    unknown = replace(order, id=f"{order.id[:3]}{NO_ORDER[3:]}")
    assert await shop.orders.correct_email(unknown, "x@example.org", 2) is Correction.NO_ORDER


async def test_an_order_that_gives_seats_back_has_its_tickets_sent_again(
    shop: Shop, clock: ClockedRedis
) -> None:
    order = await scheduled(shop, "A01", "A02")
    await shop.mails.record(order.id, AGAIN)
    await shop.hall.redis.zadd(shop.keys.failed_mails, {order.id: 1})
    clock.now += 1
    assert await shop.hall.seats.cancel(order, ["A01"])
    names = ("mail", "mail_kind", "mail_reason", "mail_tries", "mail_copies")
    assert await shop.fields(order, *names) == ["pending", "ingresso", None, None, None]
    assert (await shop.due(order), await shop.failed(order)) == (clock.now, None)


@pytest.mark.parametrize("withheld", [False, True])
async def test_no_tickets_are_sent_again_where_none_were_sent(shop: Shop, withheld: bool) -> None:
    payer = PAYER if withheld else replace(PAYER, email="")
    order = await shop.sell("A01", "A02", payer=payer, mail_is_withheld=withheld)
    assert await shop.hall.seats.cancel(order, ["A01"])
    assert await state(shop, order) == ("withheld" if withheld else "no_address")
    assert await shop.due(order) is None
