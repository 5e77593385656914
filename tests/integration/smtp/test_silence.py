"""A mail server that does not answer: the deadline of each step, and the verdict."""

import asyncio

import pytest

from notifications.dependency import DependencyDown
from notifications.mailer import MailDelayed, MailUnknown
from tests.integration.smtp.conftest import (
    ANA,
    BIA,
    CAIO,
    STEP_SECONDS,
    Send,
    sender,
    service,
    settled,
)
from tests.support.smtp_script import Never, ScriptedServer
from tests.support.waiting import eventually


@pytest.mark.parametrize("command", ["GREETING", "EHLO", "MAIL"])
async def test_a_server_that_does_not_answer_is_down(
    server: ScriptedServer, send: Send, command: str
) -> None:
    server.answers[command] = Never()
    with pytest.raises(DependencyDown):
        await asyncio.wait_for(send(ANA), 10 * STEP_SECONDS)


async def test_silence_on_one_recipient_is_not_the_server_being_away(
    server: ScriptedServer, send: Send
) -> None:
    server.for_recipient[ANA, "RCPT"] = Never()
    slow = asyncio.create_task(settled(send(ANA)))
    await eventually(lambda: server.seen("RCPT"))
    await send(BIA)
    assert isinstance(await slow, MailDelayed)
    assert isinstance(await settled(send(ANA)), MailDelayed)


async def test_silence_on_every_recipient_is(server: ScriptedServer, send: Send) -> None:
    server.answers["RCPT"] = Never()
    outcomes = await asyncio.gather(*(settled(send(a)) for a in (ANA, BIA, CAIO)))
    assert sorted(type(o).__name__ for o in outcomes) == [
        "DependencyDown",
        "MailDelayed",
        "MailDelayed",
    ]


async def test_the_answer_to_a_whole_mail_may_take_much_longer_than_a_step(
    server: ScriptedServer, send: Send
) -> None:
    checking = Never()
    server.answers["END"] = checking
    sending = asyncio.create_task(send(ANA))
    await eventually(lambda: server.seen("DATA"))
    done, _ = await asyncio.wait([sending], timeout=2 * STEP_SECONDS)
    assert not done
    checking.release.set()
    await sending
    assert server.recipients == [ANA]


async def test_the_patience_for_that_answer_ends_too(server: ScriptedServer) -> None:
    server.answers["END"] = Never()
    async with service(server, smtp_answer_seconds=0.2) as mailer:
        with pytest.raises(MailUnknown):
            await asyncio.wait_for(sender(mailer)(ANA), 5)
