"""Mails: at once where there is room, later where they must wait, and none because of another."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

import cinema_pb2 as pb
from cinema.mail_state import MailKind
from notifications.dependency import Dependency, TemporaryFailure
from notifications.mail_room import MailRoom
from notifications.mail_rules import COPIES, MailRules
from tests.fakes.delivery import (
    PERMANENT,
    TEMPORARY,
    UNKNOWN,
    FakeMailer,
    FakeOrders,
    new_order,
)
from tests.support.waiting import eventually

AT_ONCE = 4
RULES = MailRules(first_pause=0.02, longest_pause=0.05, give_up=3_600, lease=0.3, at_once=AT_ONCE)
DRAIN_SECONDS = 1


class World:
    """Everything around a mail room; all of it is fake, in memory."""

    def __init__(self, rules: MailRules = RULES) -> None:
        self.orders = FakeOrders()
        self.mail = FakeMailer()
        self.room = MailRoom(self.orders, Dependency("booking", 32, 0.001), self.mail, rules)

    def sell(self, email: str = "ana@example.com", **fields: str | int | bool) -> pb.Pedido:
        order = new_order(email, **fields)
        self.orders.orders[order.pedido_id] = order
        return order

    async def schedule(self, *sold: pb.Pedido, kind: MailKind = MailKind.TICKET) -> None:
        for order in sold:
            await self.room.schedule(order, kind)

    async def sent(self, *sold: pb.Pedido) -> None:
        await eventually(
            lambda: all(order.email_estado == pb.EMAIL_ENVIADO for order in sold), 5, "all mails"
        )

    async def ended(self, order: pb.Pedido, state: pb.EstadoEmail) -> None:
        await eventually(lambda: order.email_estado == state, 5, "the mail's end")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[asyncio.Task[None]]:
        running = asyncio.create_task(self.room.run(DRAIN_SECONDS))
        await asyncio.sleep(0)
        await eventually(lambda: not running.done() and self.room._group is not None)
        try:
            yield running
        finally:
            running.cancel()
            await asyncio.wait([running])


@pytest.fixture
def world() -> World:
    return World()


async def test_a_scheduled_mail_is_sent_at_once_and_once(world: World) -> None:
    order = world.sell()
    async with world.open():
        await world.schedule(order, order)
        assert world.orders.due.keys() == {order.pedido_id}  # booking keeps it until its end
        await world.sent(order)
        await world.schedule(order)
    assert world.mail.tickets == [order.pedido_id]
    assert world.orders.due == {}


async def test_a_cancelled_order_is_written_to_about_its_end(world: World) -> None:
    order = world.sell(cancelado=True)
    async with world.open():
        await world.schedule(order, kind=MailKind.CANCELLATION)
        await world.sent(order)
    assert world.mail.cancellations == [order.pedido_id]
    assert world.mail.tickets == []


async def test_a_mail_without_a_free_place_waits_at_booking_and_is_sent_later(world: World) -> None:
    sold = [world.sell() for _ in range(10 * AT_ONCE)]
    async with world.open():
        await world.schedule(*sold)
        await world.sent(*sold)
    assert sorted(world.mail.tickets) == sorted(order.pedido_id for order in sold)
    assert world.mail.most_at_once == AT_ONCE


async def test_mails_that_are_claimed_ahead_keep_every_connection_busy(world: World) -> None:
    sold = [world.sell() for _ in range(20 * AT_ONCE)]
    for order in sold:
        await world.orders.schedule_mail(order.pedido_id, MailKind.TICKET, 0)
    async with world.open():
        await world.sent(*sold)
    assert world.mail.most_at_once == AT_ONCE
    assert len(world.mail.tickets) == len(sold)
    claims = [claim for claim in world.orders.claims if claim]
    assert len(claims) < len(sold) / AT_ONCE
    assert max(claims) <= 3 * AT_ONCE


async def test_claimed_mails_of_a_stopping_service_are_due_for_others_at_once(
    world: World,
) -> None:
    sold = [world.sell("slow@example.com") for _ in range(3 * AT_ONCE)]
    world.mail.slow["slow@example.com"] = asyncio.Event()
    for order in sold:
        await world.orders.schedule_mail(order.pedido_id, MailKind.TICKET, 0)
    async with world.open() as running:
        await eventually(lambda: world.mail.tries == AT_ONCE and len(world.room._sending) > AT_ONCE)
        running.cancel()
        await eventually(lambda: len(world.room._sending) == AT_ONCE)
        claimed = await world.orders.claim_mails(100, 10_000, [])
        world.mail.slow["slow@example.com"].set()
        await asyncio.wait([running], timeout=5)
    assert len(claimed) == 2 * AT_ONCE
    assert {record.tentativas for record in world.orders.records} == {0}
    assert len(world.mail.tickets) == AT_ONCE


async def test_in_an_outage_no_mail_stays_with_a_sender_that_cannot_send_it(world: World) -> None:
    sold = [world.sell() for _ in range(3 * AT_ONCE)]
    world.mail.down = True
    for order in sold:
        await world.orders.schedule_mail(order.pedido_id, MailKind.TICKET, 0)
    async with world.open():
        await eventually(lambda: world.room.trouble)
        await eventually(lambda: len(world.room._sending) <= 1)
    assert not any(record.tentativas for record in world.orders.records)


async def test_the_mails_of_a_dead_sender_are_sent_by_the_next(world: World) -> None:
    order = world.sell()
    await world.orders.schedule_mail(order.pedido_id, MailKind.TICKET, 50)
    async with world.open():
        await world.sent(order)


async def test_slow_recipients_delay_no_other_and_stay_with_their_sender(world: World) -> None:
    slow = [world.sell("slow@example.com") for _ in range(AT_ONCE - 1)]
    world.mail.slow["slow@example.com"] = asyncio.Event()
    others = [world.sell() for _ in range(20)]
    async with world.open():
        await world.schedule(*slow, *others)
        await world.sent(*others)
        await asyncio.sleep(2 * RULES.lease)  # no other sender may have them meanwhile
        assert await world.orders.claim_mails(10, 0, []) == []
        world.mail.slow["slow@example.com"].set()
        await world.sent(*slow)
    assert len(world.mail.tickets) == len(slow) + len(others)


async def test_a_mail_that_is_put_off_is_tried_again_until_it_is_taken(world: World) -> None:
    order = world.sell()
    world.mail.answers[order.email] = [TEMPORARY] * 4
    async with world.open():
        await world.schedule(order)
        await world.sent(order)
    assert [record.tentativas for record in world.orders.records] == [1, 2, 3, 4, 0]


async def test_a_mail_that_is_put_off_for_too_long_is_given_up_and_the_order_says_why() -> None:
    world = World(MailRules(0.02, 0.02, give_up=0.05, lease=1, at_once=1))
    order = world.sell()
    world.mail.answers[order.email] = [TEMPORARY] * 10
    async with world.open():
        await world.schedule(order)
        await world.ended(order, pb.EMAIL_FALHOU)
    assert world.mail.tries == 4
    assert "451 4.3.0 try again later" in order.email_motivo


async def test_a_mail_whose_end_is_unknown_is_sent_a_few_times_and_then_given_up(
    world: World,
) -> None:
    order, lucky = world.sell("ana@example.com"), world.sell("eva@example.com")
    world.mail.answers = {order.email: [UNKNOWN] * 10, lucky.email: [UNKNOWN] * (COPIES - 1)}
    async with world.open():
        await world.schedule(order, lucky)
        await world.ended(order, pb.EMAIL_FALHOU)
        await world.sent(lucky)
    assert world.mail.tries == 2 * COPIES
    assert order.email_motivo == "sem resposta do servidor"


async def test_the_order_shows_a_permanent_refusal(world: World) -> None:
    order = world.sell()
    world.mail.answers[order.email] = [PERMANENT]
    async with world.open():
        await world.schedule(order)
        await world.ended(order, pb.EMAIL_FALHOU)
    assert "550 5.1.1 no such mailbox" in order.email_motivo
    assert world.mail.tries == 1


async def test_in_an_outage_mails_wait_without_losing_tries_and_it_is_logged_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sold = [world.sell() for _ in range(50)]
    world.mail.down = True
    async with world.open():
        await world.schedule(*sold)
        assert len(world.orders.due) == 50
        await eventually(lambda: world.mail.tries > AT_ONCE + 3, what="some probes")
        assert world.room.trouble == "the mail server is away (connection refused): mails wait"
        await world.schedule(world.sell())
        world.mail.down = False
        await world.sent(*sold)
    assert {record.tentativas for record in world.orders.records} == {0}
    assert [r.message for r in caplog.records if "the mail server" in r.message] == [
        "the mail server is away (connection refused): mails wait",
        "the mail server is back",
    ]
    assert world.room.trouble == ""


async def test_in_an_outage_one_mail_at_a_time_asks_whether_it_is_over(world: World) -> None:
    sold = [world.sell() for _ in range(50)]
    world.mail.down = True
    async with world.open():
        await world.schedule(*sold)
        await eventually(lambda: world.mail.tries >= AT_ONCE, what="the outage is noticed")
        await eventually(lambda: world.mail.at_once == 0)
        tried, world.mail.most_at_once = world.mail.tries, 0
        await eventually(lambda: world.mail.tries > tried + 3, what="some probes")
    assert world.mail.most_at_once == 1


async def test_a_mail_that_booking_cannot_hear_of_is_not_sent_twice(world: World) -> None:
    order = world.sell()
    async with world.open():
        world.mail.before_sending = lambda: setattr(world.orders, "down", True)
        await world.schedule(order)
        await eventually(lambda: world.mail.tickets)
        await asyncio.sleep(2 * RULES.lease)
        world.orders.down = False
        await world.sent(order)
    assert world.mail.tickets == [order.pedido_id]


async def test_a_fault_of_booking_ends_nothing(world: World) -> None:
    order = world.sell()
    async with world.open():
        await world.schedule(order)
        world.orders.failures = [TemporaryFailure("booking answered INTERNAL")] * 3
        await world.sent(order)
    assert world.mail.tickets == [order.pedido_id]


async def test_one_poisoned_mail_stops_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned, well = world.sell("eva@example.com"), world.sell()
    world.mail.answers["eva@example.com"] = [RuntimeError("Eva Lima <eva@example.com>")]
    async with world.open():
        await world.schedule(poisoned, well)
        await world.sent(poisoned, well)  # it is tried again
    assert "RuntimeError" in caplog.text
    assert "mail_attempts.py" in caplog.text
    assert "lima" not in caplog.text.lower()  # an order's code has neither L nor I
    assert "eva@" not in caplog.text.lower()


async def test_a_stopping_service_ends_what_it_has_begun_and_begins_nothing(world: World) -> None:
    begun, later = world.sell("slow@example.com"), world.sell()
    world.mail.slow["slow@example.com"] = asyncio.Event()
    async with world.open() as running:
        await world.schedule(begun)
        await eventually(lambda: world.mail.tries == 1)
        running.cancel()
        await asyncio.sleep(0.05)
        await world.schedule(later)
        world.mail.slow["slow@example.com"].set()
        await asyncio.wait([running], timeout=5)
    assert begun.email_estado == pb.EMAIL_ENVIADO
    assert later.email_estado == pb.EMAIL_PENDENTE
    assert later.pedido_id in world.orders.due


async def test_no_log_line_names_the_buyer_or_opens_the_order(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sold = [world.sell(f"ana{number}@example.com") for number in range(4)]
    for order, answer in zip(sold, (None, TEMPORARY, PERMANENT, UNKNOWN), strict=True):
        world.mail.answers[order.email] = [answer] if answer else []
    async with world.open():
        await world.schedule(*sold)
        await eventually(lambda: not world.orders.due)
    for secret in ("Ana", "456.789", "@example.com", *(order.pedido_id for order in sold)):
        assert secret not in caplog.text


def test_the_pauses_of_a_mail_double_up_to_the_longest_and_end_after_the_time_for_all() -> None:
    rules = MailRules(60, 3_600, give_up=48 * 3_600, lease=30, at_once=1)
    pauses = [rules.pause(tries) for tries in range(1, 60)]
    known = [pause for pause in pauses if pause is not None]
    for pause, wanted in zip(known, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600], strict=False):
        assert 0.75 * wanted <= pause <= 1.25 * wanted
    assert 40 < len(known) < 59
    assert pauses[len(known) :] == [None] * (59 - len(known))
