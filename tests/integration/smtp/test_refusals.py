"""The meaning of a mail server's refusal: final, for this recipient, or for every mail."""

import pytest

from notifications.dependency import DependencyDown
from notifications.mailer import MailDelayed, MailRefused
from tests.integration.smtp.conftest import ANA, BIA, CAIO, DAVI, Send
from tests.support.smtp_script import ScriptedServer


@pytest.mark.parametrize("command", ["RCPT", "DATA", "END"])
@pytest.mark.parametrize(
    "answer",
    [
        "554 5.7.1 <ana@exemplo.com.br>: Relay access denied",
        "504 5.5.2 <laptop>: Helo command rejected: need fully-qualified hostname",
        "550 5.4.5 Daily user sending limit exceeded",
        "421 4.3.2 closing",
    ],
)
async def test_a_fault_that_everybody_meets_is_waited_for_and_mails_follow(
    server: ScriptedServer, send: Send, command: str, answer: str
) -> None:
    server.answers[command] = answer
    for address in (ANA, BIA, CAIO):
        with pytest.raises(DependencyDown) as down:
            await send(address)
        assert answer[:9] in str(down.value)
        assert address not in str(down.value)
    server.answers.clear()
    for address in (ANA, BIA, CAIO):
        await send(address)
    assert server.recipients == [ANA, BIA, CAIO]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("GREETING", "554 no service"),
        ("GREETING", "421 too many connections"),
        ("MAIL", "553 5.7.1 sender address rejected"),
        ("MAIL", "452 4.3.1 out of space"),
        ("MAIL", "550 5.1.1 who"),
    ],
)
async def test_a_refusal_before_the_recipient_concerns_every_mail(
    server: ScriptedServer, send: Send, command: str, answer: str
) -> None:
    server.answers[command] = answer
    with pytest.raises(DependencyDown, match=answer):
        await send(ANA)
    server.answers.clear()
    await send(ANA)
    assert server.recipients == [ANA]


async def test_a_server_without_ehlo_is_greeted_in_the_old_way(
    server: ScriptedServer, send: Send
) -> None:
    server.answers["EHLO"] = "502 what?"
    await send(ANA)
    assert server.commands[:3] == [
        "EHLO bilheteria.example",
        "HELO bilheteria.example",
        "MAIL FROM:<cinema@example.com>",
    ]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", "450 4.2.0 <ana@exemplo.com.br>: Recipient address rejected: Greylisted"),
        ("RCPT", "451 4.7.1 greylisting in action"),
        ("END", "451 4.3.0 Error: queue file write error"),
        ("END", "432 4.3.2 Concurrent connections limit exceeded"),
        ("MAIL", "432 4.3.2 Concurrent connections limit exceeded"),
        ("RCPT", "452 4.2.2 mailbox full"),
    ],
)
async def test_a_mail_that_is_put_off_can_be_tried_again(
    server: ScriptedServer, send: Send, command: str, answer: str
) -> None:
    server.answers[command] = [answer, answer]
    for _ in range(2):
        with pytest.raises(MailDelayed) as delayed:
            await send(ANA)
        assert answer in delayed.value.for_buyer
        assert ANA not in str(delayed.value)
    await send(ANA)
    assert server.recipients == [ANA]


@pytest.mark.parametrize("command", ["RCPT", "END"])
async def test_an_unknown_address_is_final_and_the_connection_goes_on(
    server: ScriptedServer, send: Send, command: str
) -> None:
    server.for_recipient[ANA, command] = "550 5.1.1 no such user"
    with pytest.raises(MailRefused):
        await send(ANA)
    await send(BIA)
    assert server.connections == 1
    assert server.commands.count("RSET") == 1


async def test_a_plain_550_is_final_once_the_server_takes_another_recipient(
    server: ScriptedServer, send: Send
) -> None:
    server.for_recipient[ANA, "RCPT"] = "550 No such user"
    for _ in range(2):
        with pytest.raises(MailDelayed):
            await send(ANA)
    await send(BIA)
    with pytest.raises(MailRefused):
        await send(ANA)


async def test_a_plain_550_for_everybody_is_the_servers_fault(
    server: ScriptedServer, send: Send
) -> None:
    server.answers["RCPT"] = "550 nope"
    for address in (ANA, BIA):
        with pytest.raises(MailDelayed):
            await send(address)
    for address in (CAIO, ANA, BIA, DAVI):
        with pytest.raises(DependencyDown):
            await send(address)
    server.answers.clear()
    for address in (ANA, BIA, CAIO, DAVI):
        await send(address)
    assert len(server.mails) == 4


async def test_a_policy_that_strikes_one_recipient_alone_delays_that_one_alone(
    server: ScriptedServer, send: Send
) -> None:
    server.for_recipient[ANA, "END"] = "554 5.7.1 looks like spam"
    with pytest.raises(DependencyDown):
        await send(ANA)
    await send(BIA)
    with pytest.raises(MailDelayed):
        await send(ANA)
