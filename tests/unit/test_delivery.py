"""What a notification brings about, whatever fails on the way."""

import asyncio
import logging
from dataclasses import dataclass, field

import pytest

import cinema_pb2 as pb
from notifications.delivery import MAILS_AT_ONCE, TRIES, Delivery
from notifications.dependency import TemporaryFailure
from notifications.notification import Status
from notifications.outcomes import Dead, Done, Later
from tests.fakes.delivery import (
    PERMANENT,
    TEMPORARY,
    FakeMailer,
    FakeOrders,
    FakeRecords,
    new_order,
    notification,
)
from tests.waiting import eventually


@dataclass
class World:
    orders: FakeOrders = field(default_factory=FakeOrders)
    ledger: FakeRecords = field(default_factory=FakeRecords)
    mail: FakeMailer = field(default_factory=FakeMailer)
    winding_down: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.delivery = Delivery(
            self.orders, self.ledger, self.mail, self.winding_down, first_pause=0.001
        )

    def sell(self, order: pb.Pedido) -> pb.Pedido:
        self.orders.orders[order.pedido_id] = order
        return order


@pytest.fixture
def world() -> World:
    return World()


async def test_a_confirmed_order_is_recorded_and_mailed(world: World) -> None:
    order = world.sell(new_order())
    assert await world.delivery.deliver([notification(order)]) == [Done()]
    assert world.mail.tickets == [order.pedido_id]
    assert order.email_estado == pb.EMAIL_ENVIADO
    assert world.ledger.records == [
        {
            "pedido_id": order.pedido_id,
            "sessao_id": "S001",
            "assentos": ["F07", "F08"],
            "usuario_id": "buyer",
            "nome_completo": "Ana Lima",
            "cpf": "***.456.789-**",
            "email": "ana@example.com",
            "timestamp": "2025-11-24T18:00:00.123-03:00",
        }
    ]


async def test_a_notification_that_comes_again_changes_nothing(world: World) -> None:
    order = world.sell(new_order())
    for _ in range(3):
        await world.delivery.deliver([notification(order)] * 2)
    assert world.mail.tickets == [order.pedido_id]
    assert len(world.ledger.records) == 1


async def test_an_order_without_an_address_is_recorded_and_marked(world: World) -> None:
    order = world.sell(new_order(email=""))
    for _ in range(2):
        assert await world.delivery.deliver([notification(order)]) == [Done()]
    assert world.orders.records == [(order.pedido_id, pb.EMAIL_SEM_ENDERECO)]
    assert len(world.ledger.records) == 1
    assert world.mail.tries == 0


async def test_a_mail_that_is_asked_for_again_is_sent_once_more(world: World) -> None:
    order = world.sell(new_order())
    await world.delivery.deliver([notification(order)])
    order.email_estado = pb.EMAIL_PENDENTE
    for _ in range(2):
        assert await world.delivery.deliver([notification(order, Status.RESEND)]) == [Done()]
    assert world.mail.tickets == [order.pedido_id] * 2
    assert len(world.ledger.records) == 1


async def test_a_cancelled_order_gets_no_ticket_but_word_of_its_end(world: World) -> None:
    order = world.sell(new_order(cancelado=True))
    notifications = [notification(order), notification(order, Status.CANCELLED)]
    assert await world.delivery.deliver(notifications) == [Done(), Done()]
    assert world.mail.tickets == []
    assert world.mail.cancellations == [order.pedido_id]
    assert len(world.ledger.records) == 1


async def until_done(world: World, *sold: pb.Pedido) -> None:
    """As consumer and relay do: what is Later comes again."""
    await eventually(lambda: deliver_all(world, *sold), what="nothing is left for later")


async def deliver_all(world: World, *sold: pb.Pedido) -> bool:
    outcomes = await world.delivery.deliver([notification(order) for order in sold])
    return outcomes == [Done()] * len(sold)


async def test_an_outage_of_booking_leaves_everything_for_later(world: World) -> None:
    order = world.sell(new_order())
    world.orders.down = True
    assert not await deliver_all(world, order)
    assert world.ledger.records == []
    world.orders.down = False
    await until_done(world, order)
    assert world.mail.tickets == [order.pedido_id]


async def test_in_an_outage_of_the_mail_server_records_are_made_and_it_is_logged_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sold = [world.sell(new_order()) for _ in range(20)]
    world.mail.down = True
    for _ in range(3):
        outcomes = await world.delivery.deliver([notification(order) for order in sold])
        assert all(isinstance(outcome, Later) for outcome in outcomes)
    assert len(world.ledger.records) == 20
    world.mail.down = False
    await until_done(world, *sold)
    assert sorted(world.mail.tickets) == sorted(order.pedido_id for order in sold)
    assert [r.message for r in caplog.records if "the mail server" in r.message] == [
        "the mail server is away (connection refused): what needs it waits",
        "the mail server is back",
    ]


async def test_a_mail_server_that_is_away_is_not_asked_by_everybody(world: World) -> None:
    world.delivery = Delivery(
        world.orders, world.ledger, world.mail, world.winding_down, first_pause=60
    )
    sold = [world.sell(new_order()) for _ in range(10 * MAILS_AT_ONCE)]
    world.mail.down = True
    await world.delivery.deliver([notification(order) for order in sold])
    assert world.mail.tries == MAILS_AT_ONCE


async def test_while_one_of_an_order_waits_its_next_ones_wait_behind_it(world: World) -> None:
    order = world.sell(new_order())
    world.mail.down = True
    both = [notification(order), notification(order, Status.CANCELLED)]
    outcomes = await world.delivery.deliver(both)
    assert all(isinstance(outcome, Later) for outcome in outcomes)
    assert world.mail.tries == 1


async def test_a_mail_that_booking_could_not_hear_of_is_not_sent_twice(world: World) -> None:
    order = world.sell(new_order())
    world.mail.before_sending = lambda: setattr(world.orders, "down", True)
    assert not await deliver_all(world, order)
    world.orders.down = False
    await until_done(world, order)
    assert world.mail.tickets == [order.pedido_id]
    assert order.email_estado == pb.EMAIL_ENVIADO


async def test_a_full_disk_is_waited_out(world: World) -> None:
    order = world.sell(new_order())
    world.ledger.failures = [OSError(28, "No space left on device")]
    assert not await deliver_all(world, order)
    await until_done(world, order)
    assert len(world.ledger.records) == 1


async def test_a_temporary_refusal_is_tried_again(world: World) -> None:
    order = world.sell(new_order())
    world.mail.answers[order.email] = [TEMPORARY] * (TRIES - 1)
    assert await world.delivery.deliver([notification(order)]) == [Done()]
    assert order.email_estado == pb.EMAIL_ENVIADO


async def test_a_mail_that_is_refused_again_and_again_is_given_up_and_the_buyer_may_ask_anew(
    world: World,
) -> None:
    order = world.sell(new_order())
    world.mail.answers[order.email] = [TEMPORARY] * TRIES
    (outcome,) = await world.delivery.deliver([notification(order)])
    assert isinstance(outcome, Dead)
    assert "451" in outcome.reason
    assert order.email_estado == pb.EMAIL_FALHOU
    assert "451 4.3.0 try again later" in order.email_motivo
    assert await world.delivery.deliver([notification(order)]) == [Done()]  # replayed
    assert order.email_estado == pb.EMAIL_ENVIADO
    assert len(world.ledger.records) == 1


async def test_a_permanent_refusal_stands_on_the_order_and_nowhere_else(world: World) -> None:
    order = world.sell(new_order())
    world.mail.answers[order.email] = [PERMANENT]
    assert await world.delivery.deliver([notification(order)]) == [Done()]
    assert order.email_estado == pb.EMAIL_FALHOU
    assert "550 5.1.1 no such mailbox" in order.email_motivo
    assert world.mail.tries == 1


async def test_an_order_that_nobody_knows_is_dead_at_once(world: World) -> None:
    (outcome,) = await world.delivery.deliver([notification(new_order())])
    assert outcome == Dead("booking has no such order")


async def test_a_fault_of_booking_is_tried_again_and_then_given_up(world: World) -> None:
    order = world.sell(new_order())
    world.orders.failures = [TemporaryFailure("booking answered INTERNAL")] * TRIES
    (outcome,) = await world.delivery.deliver([notification(order)])
    assert isinstance(outcome, Dead)
    assert "INTERNAL" in outcome.reason


async def test_one_poisoned_notification_stops_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned, well = world.sell(new_order("eva@example.com")), world.sell(new_order())
    world.mail.answers["eva@example.com"] = [RuntimeError("Eva Lima <eva@example.com>")]
    outcomes = await world.delivery.deliver([notification(poisoned), notification(well)])
    assert outcomes == [Dead("unexpected RuntimeError"), Done()]
    assert "delivery.py" in caplog.text
    assert "eva" not in caplog.text.lower()


async def test_several_mails_go_at_once_but_an_order_waits_for_itself(world: World) -> None:
    sold = [world.sell(new_order()) for _ in range(3 * MAILS_AT_ONCE)]
    await world.delivery.deliver([notification(order) for order in sold])
    assert world.mail.most_at_once == MAILS_AT_ONCE
    one = world.sell(new_order())
    world.mail.most_at_once = 0
    await world.delivery.deliver(
        [notification(one), notification(one, Status.RESEND), notification(one)]
    )
    assert world.mail.most_at_once == 1
    assert world.mail.tickets.count(one.pedido_id) == 1


async def test_a_stopping_service_begins_nothing(world: World) -> None:
    order = world.sell(new_order())
    world.winding_down.set()
    assert await world.delivery.deliver([notification(order)]) == [Later("the service stops")]
    assert world.ledger.records == []


async def test_a_stopping_service_does_not_hurry_its_tries(world: World) -> None:
    order = world.sell(new_order())
    world.mail.answers[order.email] = [TEMPORARY] * TRIES
    world.mail.before_sending = world.winding_down.set
    assert await world.delivery.deliver([notification(order)]) == [Later("the service stops")]
    assert world.mail.tries == 1


async def test_a_stopping_service_ends_what_it_has_begun(world: World) -> None:
    sold = [world.sell(new_order()) for _ in range(3 * MAILS_AT_ONCE)]
    world.mail.before_sending = world.winding_down.set
    outcomes = await world.delivery.deliver([notification(order) for order in sold])
    assert outcomes[0] == Done()
    assert isinstance(outcomes[-1], Later)
    for order, outcome in zip(sold, outcomes, strict=True):
        assert (order.email_estado == pb.EMAIL_ENVIADO) == (outcome == Done())


async def test_no_log_line_names_the_buyer_or_opens_the_order(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for answers in ([], [TEMPORARY] * TRIES, [PERMANENT]):
        order = world.sell(new_order())
        world.mail.answers[order.email] = list(answers)
        await world.delivery.deliver([notification(order)])
        for secret in ("Ana", "456.789", "ana@example.com", order.pedido_id):
            assert secret not in caplog.text
