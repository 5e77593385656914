"""What a mail server's answers come to: the mails of a real conversation, from the schedule to
their end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

import cinema_pb2 as pb
from cinema.mail_state import MailKind
from email_service import EmailService
from notifications.dependency import Dependency
from notifications.mail_room import MailRoom
from notifications.mail_rules import COPIES, MailRules
from notifications.settings import DeliverySettings
from tests.fakes.delivery import FakeOrders
from tests.support.orders import order
from tests.support.smtp_script import Never, ScriptedServer
from tests.support.waiting import eventually

TRIES = 4  # that the trouble lasts, one of every mail
SETTINGS = {
    "smtp_host": "localhost",
    "smtp_timeout_seconds": 2,
    "smtp_answer_seconds": 0.1,
    "smtp_helo_name": "cinema.example",
    "mail_retry_first_seconds": 0.05,
    "mail_retry_longest_seconds": 0.1,
    "mail_lease_seconds": 1,
}
PARTITION = "12-"


class Post:
    """A mail room whose booking is in memory and whose server answers as the test says."""

    def __init__(self, server: ScriptedServer, room: MailRoom, orders: FakeOrders) -> None:
        self.server = server
        self.room = room
        self._orders = orders
        self._sold = 0

    async def sell(self, email: str = "") -> pb.Pedido:
        self._sold += 1
        sold = order(
            pedido_id=f"{PARTITION}{self._sold:022d}", email=email or f"b{self._sold}@example.com"
        )
        self._orders.orders[sold.pedido_id] = sold
        await self.room.schedule(sold, MailKind.TICKET)
        return sold

    async def tried(self, command: str, times: int) -> None:
        await eventually(lambda: self._seen(command) >= times, what=f"{times} tries")

    def _seen(self, command: str) -> int:
        if command == "GREETING":
            return self.server.connections
        return len(self.server.seen("DATA" if command == "END" else command))

    def copies_for(self, sold: pb.Pedido) -> int:
        return self.server.recipients.count(sold.email)


@asynccontextmanager
async def post_office() -> AsyncIterator[Post]:
    async with ScriptedServer() as server:
        settings = DeliverySettings.model_validate(SETTINGS | {"smtp_port": server.port})
        async with EmailService(settings) as mailer:
            orders = FakeOrders()
            room = MailRoom(orders, Dependency("booking", 32), mailer, MailRules.of(settings))
            running = asyncio.create_task(room.run(1))
            try:
                yield Post(server, room, orders)
            finally:
                running.cancel()
                await asyncio.wait([running])


async def ended(state: pb.EstadoEmail, *sold: pb.Pedido) -> None:
    await eventually(lambda: all(order.email_estado == state for order in sold), what="their end")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("GREETING", "554 5.3.2 no service here"),
        ("MAIL", "553 5.7.1 sender refused"),
        ("RCPT", "554 5.7.1 <x>: Relay access denied"),
        ("RCPT", "504 5.5.2 <host>: Helo command rejected: need fully-qualified hostname"),
        ("RCPT", "550 not today"),
        ("RCPT", "450 4.2.0 <x>: Recipient address rejected: Greylisted"),
        ("RCPT", "432 4.3.2 concurrent connection limit exceeded"),
        ("END", "550 5.4.5 Daily user sending limit exceeded"),
        ("END", "554 5.2.0 quota of this account exceeded"),
        ("END", "451 4.3.0 Error: queue file write error"),
    ],
)
async def test_a_passing_fault_costs_no_mail(command: str, answer: str) -> None:
    async with post_office() as post:
        post.server.answers[command] = answer
        sold = [await post.sell() for _ in range(3)]
        await post.tried(command, TRIES)
        assert {order.email_estado for order in sold} == {pb.EMAIL_PENDENTE}
        post.server.answers.clear()
        await ended(pb.EMAIL_ENVIADO, *sold)
    assert [post.copies_for(order) for order in sold] == [1] * 3
    assert post.room.trouble == ""


async def test_a_server_without_an_answer_to_whole_mails_gets_a_bounded_number_of_copies() -> None:
    async with post_office() as post:
        silent = Never()
        post.server.answers["END"] = silent
        sold = await post.sell()
        await ended(pb.EMAIL_FALHOU, sold)
        await eventually(lambda: not post.room.trouble)
        assert len(post.server.seen("DATA")) == COPIES
        assert sold.email_motivo
        silent.release.set()


async def test_a_server_that_answers_whole_mails_in_time_after_all_gets_no_further_copy() -> None:
    async with post_office() as post:
        post.server.answers["END"] = [Never()]
        sold = await post.sell()
        await ended(pb.EMAIL_ENVIADO, sold)
        assert len(post.server.seen("DATA")) == 2


async def test_slow_recipients_delay_nobody() -> None:
    async with post_office() as post:
        silent = Never()
        slow = [f"{number}@gmial.example" for number in range(4)]
        for address in slow:
            post.server.for_recipient[address, "RCPT"] = silent
        waiting = [await post.sell(address) for address in slow]
        others = [await post.sell() for _ in range(30)]
        await ended(pb.EMAIL_ENVIADO, *others)
        assert {order.email_estado for order in waiting} == {pb.EMAIL_PENDENTE}
        post.server.for_recipient.clear()
        silent.release.set()
        await ended(pb.EMAIL_ENVIADO, *waiting)


async def test_more_slow_recipients_than_connections_delay_the_others_by_seconds_alone() -> None:
    async with post_office() as post:
        silent = Never()
        slow = [f"{number}@gmial.example" for number in range(16)]
        for address in slow:
            post.server.for_recipient[address, "RCPT"] = silent
        waiting = [await post.sell(address) for address in slow]
        others = [await post.sell() for _ in range(30)]
        await ended(pb.EMAIL_ENVIADO, *others)
        assert {order.email_estado for order in waiting} == {pb.EMAIL_PENDENTE}
        silent.release.set()


async def test_a_refused_recipient_delays_no_other_and_the_order_says_why() -> None:
    async with post_office() as post:
        post.server.for_recipient["moved@example.com", "RCPT"] = "550 5.1.1 no such mailbox"
        moved = await post.sell("moved@example.com")
        others = [await post.sell() for _ in range(5)]
        await ended(pb.EMAIL_ENVIADO, *others)
        await ended(pb.EMAIL_FALHOU, moved)
    assert "550 5.1.1 no such mailbox" in moved.email_motivo


async def test_a_policy_that_strikes_one_recipient_does_not_stop_the_others() -> None:
    async with post_office() as post:
        post.server.for_recipient["struck@example.com", "RCPT"] = "554 5.7.1 blocked by policy"
        struck = await post.sell("struck@example.com")
        await eventually(lambda: post.room.trouble)
        others = [await post.sell() for _ in range(5)]
        await ended(pb.EMAIL_ENVIADO, *others)
        assert struck.email_estado == pb.EMAIL_PENDENTE
        post.server.for_recipient.clear()
        await ended(pb.EMAIL_ENVIADO, struck)
