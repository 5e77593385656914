"""The effects of a notification, with every failure on the way."""

import asyncio
import logging
from dataclasses import dataclass, field

import pytest

import cinema_pb2 as pb
from cinema.mail_state import MailKind
from cinema.notification import Status
from notifications.delivery import TRIES, Delivery
from notifications.delivery_result import Dead, Done, Later
from notifications.dependency import Dependency, DependencyDown, TemporaryFailure
from notifications.ledger_record import record_of
from tests.fakes.delivery import FakeMails, FakeOrders, FakeRecords, new_order, notification
from tests.support.waiting import eventually

AT_ONCE = 4
PAUSE = 0.001


@dataclass
class World:
    """Everything around a Delivery; all of it is fake, in memory."""

    orders: FakeOrders = field(default_factory=FakeOrders)
    ledger: FakeRecords = field(default_factory=FakeRecords)
    mails: FakeMails = field(default_factory=FakeMails)
    winding_down: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.delivery = Delivery(
            self.orders,
            Dependency("booking", AT_ONCE, PAUSE),
            self.ledger,
            self.mails,
            self.winding_down,
            PAUSE,
        )

    def sell(self, order: pb.Pedido) -> pb.Pedido:
        self.orders.orders[order.pedido_id] = order
        return order


@pytest.fixture
def world() -> World:
    return World()


async def test_a_confirmed_order_is_recorded_and_its_mail_scheduled(world: World) -> None:
    order = world.sell(new_order())
    assert await world.delivery.deliver([notification(order)]) == [Done()]
    assert world.mails.scheduled == [(order.pedido_id, MailKind.TICKET)]
    assert world.ledger.records == [record_of(order)]


async def test_a_repeated_notification_changes_nothing(world: World) -> None:
    order = world.sell(new_order())
    for _ in range(3):
        await world.delivery.deliver([notification(order)] * 2)
    assert world.mails.scheduled == [(order.pedido_id, MailKind.TICKET)]
    assert len(world.ledger.records) == 1


async def test_an_order_without_an_address_is_recorded_and_has_no_mail(world: World) -> None:
    order = world.sell(new_order(email=""))
    assert await world.delivery.deliver([notification(order)]) == [Done()]
    assert len(world.ledger.records) == 1
    assert world.mails.scheduled == []


async def test_whatever_is_said_of_an_order_brings_its_record_up_to_date(world: World) -> None:
    order = world.sell(new_order())
    assert await world.delivery.deliver([notification(order, Status.RESEND)]) == [Done()]
    assert world.mails.scheduled == [(order.pedido_id, MailKind.TICKET)]
    assert world.ledger.records == [record_of(order)]


async def test_a_cancelled_order_gets_no_ticket_but_word_of_its_end(world: World) -> None:
    order = world.sell(new_order(cancelado=True))
    notifications = [notification(order), notification(order, Status.CANCELLED)]
    assert await world.delivery.deliver(notifications) == [Done(), Done()]
    assert world.mails.scheduled == [(order.pedido_id, MailKind.CANCELLATION)]
    assert len(world.ledger.records) == 1


async def test_a_seat_that_was_given_back_changes_the_record_and_has_the_tickets_mailed(
    world: World,
) -> None:
    order = world.sell(new_order())
    order.devolvidos.append(pb.Devolucao(ingresso=pb.Ingresso(assento="F08"), em_ms=1))
    assert await world.delivery.deliver([notification(order, Status.SEATS_CANCELLED)]) == [Done()]
    assert world.mails.scheduled == [(order.pedido_id, MailKind.TICKET)]
    [record] = world.ledger.records
    assert "devolvidos" in record


async def test_word_of_an_end_that_has_not_come_is_not_sent(world: World) -> None:
    order = world.sell(new_order())
    assert await world.delivery.deliver([notification(order, Status.CANCELLED)]) == [Done()]
    assert world.mails.scheduled == []


async def until_done(world: World, *sold: pb.Pedido) -> None:
    """Delivers again what is Later, as consumer and relay do."""
    await eventually(lambda: deliver_all(world, *sold), what="nothing is left for later")


async def deliver_all(world: World, *sold: pb.Pedido) -> bool:
    results = await world.delivery.deliver([notification(order) for order in sold])
    return results == [Done()] * len(sold)


async def test_an_outage_of_booking_leaves_everything_for_later(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sold = [world.sell(new_order()) for _ in range(5)]
    world.orders.down = True
    for _ in range(3):
        assert not await deliver_all(world, *sold)
    assert world.ledger.records == []
    world.orders.down = False
    await until_done(world, *sold)
    assert len(world.mails.scheduled) == 5
    assert [r.message for r in caplog.records if "booking is" in r.message] == [
        "booking is away (UNAVAILABLE): what needs it waits",
        "booking is back",
    ]


async def test_a_mail_that_cannot_be_scheduled_now_is_retried(world: World) -> None:
    order = world.sell(new_order())
    world.mails.failures = [DependencyDown("UNAVAILABLE")]
    assert not await deliver_all(world, order)
    assert len(world.ledger.records) == 1
    await until_done(world, order)
    assert world.mails.scheduled == [(order.pedido_id, MailKind.TICKET)]


async def test_while_one_of_an_order_waits_its_next_ones_wait_behind_it(world: World) -> None:
    order = world.sell(new_order())
    world.mails.failures = [DependencyDown("UNAVAILABLE")]
    both = [notification(order), notification(order, Status.RESEND)]
    results = await world.delivery.deliver(both)
    assert all(isinstance(result, Later) for result in results)
    assert world.mails.scheduled == []


async def test_a_full_disk_is_waited_out(world: World) -> None:
    order = world.sell(new_order())
    world.ledger.failures = [OSError(28, "No space left on device")]
    assert not await deliver_all(world, order)
    await until_done(world, order)
    assert len(world.ledger.records) == 1


async def test_an_unknown_order_is_dead_at_once(world: World) -> None:
    (result,) = await world.delivery.deliver([notification(new_order())])
    assert result == Dead("booking has no such order")


async def test_a_fault_of_booking_is_tried_again_and_then_given_up(world: World) -> None:
    order = world.sell(new_order())
    world.orders.failures = [TemporaryFailure("booking answered INTERNAL")] * TRIES
    (result,) = await world.delivery.deliver([notification(order)])
    assert isinstance(result, Dead)
    assert "INTERNAL" in result.reason


async def test_one_poisoned_notification_stops_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned, well = world.sell(new_order("eva@example.com")), world.sell(new_order())
    world.ledger.failures = [RuntimeError("Eva Lima <eva@example.com>")]
    results = await world.delivery.deliver([notification(poisoned), notification(well)])
    assert results == [Dead("unexpected RuntimeError"), Done()]
    assert "delivery.py" in caplog.text
    assert "lima" not in caplog.text.lower()  # an order's code has neither L nor I
    assert "eva@" not in caplog.text.lower()


async def test_several_are_worked_on_at_once_but_an_order_waits_for_itself(world: World) -> None:
    sold = [world.sell(new_order()) for _ in range(3 * AT_ONCE)]
    await world.delivery.deliver([notification(order) for order in sold])
    assert world.mails.most_at_once == AT_ONCE
    one = world.sell(new_order())
    world.mails.most_at_once = 0
    await world.delivery.deliver([notification(one), notification(one, Status.RESEND)] * 2)
    assert world.mails.most_at_once == 1


async def test_a_stopping_service_begins_nothing(world: World) -> None:
    order = world.sell(new_order())
    world.winding_down.set()
    assert await world.delivery.deliver([notification(order)]) == [Later("the service stops")]
    assert world.ledger.records == []


async def test_a_stopping_service_does_not_hurry_its_tries(world: World) -> None:
    order = world.sell(new_order())
    world.mails.failures = [TemporaryFailure("booking answered INTERNAL")] * TRIES
    world.mails.before_scheduling = world.winding_down.set
    assert await world.delivery.deliver([notification(order)]) == [Later("the service stops")]
    assert len(world.mails.failures) == TRIES - 1


async def test_no_log_line_names_the_buyer_or_opens_the_order(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for failures in ([], [TemporaryFailure("booking answered INTERNAL")] * TRIES):
        order = world.sell(new_order())
        world.orders.failures = list(failures)
        await world.delivery.deliver([notification(order)])
        for secret in ("Ana", "456.789", "ana@example.com", order.pedido_id):
            assert secret not in caplog.text
