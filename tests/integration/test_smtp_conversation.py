"""Mails through a server whose every answer is chosen: refusals, silence, closed connections, several mails at once."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest

from cinema.keys import new_order_id
from cinema.settings import DeliverySettings
from email_service import EmailService
from notifications import smtp_pool
from notifications.dependency import DependencyDown
from notifications.mailer import MailDelayed, MailRefused, MailUnknown
from tests.support.orders import order
from tests.support.smtp_script import HangUp, Never, ScriptedServer
from tests.support.waiting import eventually

ANA, BIA, CAIO, DAVI = (f"{name}@exemplo.com.br" for name in ("ana", "bia", "caio", "davi"))
STEP_SECONDS = 0.6

Send = Callable[[str], Coroutine[Any, Any, None]]


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


def service(server: ScriptedServer, **changes: object) -> EmailService:
    options: dict[str, object] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_timeout_seconds": STEP_SECONDS,
        "smtp_helo_name": "bilheteria.example",
    }
    return EmailService(DeliverySettings.model_validate(options | changes))


def sender(mailer: EmailService) -> Send:
    async def send(address: str) -> None:
        await mailer.send_ticket(order(pedido_id=new_order_id("S001"), email=address))

    return send


@pytest.fixture
async def send(server: ScriptedServer) -> AsyncIterator[Send]:
    async with service(server) as mailer:
        yield sender(mailer)


# ---- What a refusal means


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
async def test_what_is_refused_before_a_recipient_is_named_is_everybodys(
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


# ---- What nobody can read


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("550 5.1.1 usuário desconhecido".encode("latin-1"), "550 5.1.1 usuário desconhecido"),
        ("550 5.1.1 usuário desconhecido".encode(), "550 5.1.1 usuário desconhecido"),
        (b"550 5.1.1 \xff\xfe\x00\x1b[31m \x07boom\xe2", "550 5.1.1 ÿþ [31m boomâ"),
        ("550 5.1.1 \u202etxt.exe\u2066 x".encode(), "550 5.1.1 txt.exe x"),
        (b"550-5.1.1 first\r\n550 5.1.1 second", "550 5.1.1 first second"),
    ],
)
async def test_a_reply_in_any_encoding_is_shown_as_one_harmless_line(
    server: ScriptedServer, send: Send, reply: bytes, shown: str
) -> None:
    server.answers["RCPT"] = reply
    with pytest.raises(MailRefused) as refused:
        await send(ANA)
    assert refused.value.for_buyer == f"O servidor de e-mail recusou a mensagem: {shown}"
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("command", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("garbage", [b"\xff\x00garbage", b"hello", b"999 x", b"25 x", b""])
async def test_garbage_before_the_mail_was_sent_is_the_servers_trouble(
    server: ScriptedServer, send: Send, command: str, garbage: bytes
) -> None:
    server.answers[command] = garbage
    with pytest.raises(DependencyDown) as down:
        await send(ANA)
    assert str(down.value).isprintable()


@pytest.mark.parametrize("answer", [b"\xff\x00garbage", b"999 x", b"25 ", b"354 go", HangUp])
async def test_without_a_readable_answer_to_a_whole_mail_its_fate_is_unknown(
    server: ScriptedServer, send: Send, answer: bytes | type[HangUp]
) -> None:
    server.answers["END"] = [answer]
    with pytest.raises(MailUnknown) as unknown:
        await send(ANA)
    assert "não confirmou" in unknown.value.for_buyer
    await send(ANA)
    assert server.recipients == [ANA]


async def test_whatever_a_server_says_a_mail_ends_in_one_of_the_known_ways(
    server: ScriptedServer, send: Send
) -> None:
    chosen = random.Random(10)
    codes = [
        "",
        "2",
        "25",
        "199",
        "250",
        "250-",
        "354",
        "421",
        "450",
        "550",
        "550-",
        "550 5.1.1",
        "999",
    ]
    for _ in range(60):
        command = chosen.choice(["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END", "RSET"])
        noise = chosen.randbytes(chosen.randrange(0, 30)).replace(b"\n", b"")
        server.answers = {command: [chosen.choice(codes).encode() + b" " + noise + b"\r\n250 x"]}
        failure = await settled(send(chosen.choice([ANA, BIA])))
        assert str(failure).isprintable()
        server.answers = {}
        assert await settled(send(CAIO)) is None


# ---- Silence


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


async def settled(sending: Awaitable[None]) -> Exception | None:
    try:
        await sending
    except (DependencyDown, MailDelayed, MailUnknown, MailRefused) as failure:
        return failure
    return None


# ---- Connections


async def test_mails_share_a_connection(server: ScriptedServer, send: Send) -> None:
    for _ in range(5):
        await send(ANA)
    assert (server.connections, len(server.mails)) == (1, 5)
    assert len(server.seen("EHLO")) == 1


async def test_an_idle_connection_that_the_server_closed_costs_no_mail(
    server: ScriptedServer, send: Send
) -> None:
    await send(ANA)
    await server.drop_connections()
    await send(BIA)
    assert (server.connections, server.recipients) == (2, [ANA, BIA])


@pytest.mark.parametrize(
    "answer", ["421 4.4.2 idle for too long", "452 4.5.3 too many mails here", HangUp, b"\xff"]
)
async def test_a_kept_connection_that_takes_no_further_mail_is_replaced(
    server: ScriptedServer, send: Send, answer: str | bytes | type[HangUp]
) -> None:
    await send(ANA)
    server.answers["MAIL"] = [answer]
    await send(BIA)
    assert (server.connections, server.recipients) == (2, [ANA, BIA])


async def test_answers_that_got_out_of_step_cost_no_further_mail(
    server: ScriptedServer, send: Send
) -> None:
    server.answers["END"] = ["250 taken\r\n250 taken, as I said"]
    await send(ANA)
    await send(BIA)
    assert (server.connections, server.recipients) == (2, [ANA, BIA])


async def test_a_connection_carries_so_many_mails_and_no_more(
    server: ScriptedServer, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_pool, "MAILS_A_CONNECTION", 2)
    for _ in range(5):
        await send(ANA)
    await eventually(lambda: len(server.seen("QUIT")) == 2)
    assert (server.connections, len(server.mails)) == (3, 5)


async def test_an_idle_connection_is_closed_after_a_while(
    server: ScriptedServer, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_pool, "_IDLE_SECONDS", 0.05)
    await send(ANA)
    await eventually(lambda: server.seen("QUIT") and server.open == 0)
    await send(ANA)
    assert server.connections == 2


async def test_no_more_connections_than_the_setting_says(server: ScriptedServer) -> None:
    server.answers["END"] = waiting = Never()
    async with service(server, smtp_connections=3, smtp_slow_connections=0) as mailer:
        mails = [asyncio.create_task(sender(mailer)(ANA)) for _ in range(10)]
        await eventually(lambda: len(server.seen("DATA")) == 3)
        waiting.release.set()
        await asyncio.gather(*mails)
    assert (len(server.mails), server.most_open) == (10, 3)


async def test_a_server_that_wants_fewer_connections_gets_fewer(
    server: ScriptedServer,
) -> None:
    too_many = "421 4.7.0 too many connections"
    server.answers["GREETING"] = ["220 first", "220 second", *[too_many] * 50]
    async with service(server, smtp_connections=8, smtp_timeout_seconds=30) as mailer:
        await asyncio.gather(*(sender(mailer)(ANA) for _ in range(20)))
    assert len(server.mails) == 20


async def test_a_server_that_takes_no_connection_keeps_nobody_waiting(
    server: ScriptedServer,
) -> None:
    server.answers["GREETING"] = "554 no service"
    async with service(server, smtp_connections=8, smtp_timeout_seconds=30) as mailer:
        mails = [settled(sender(mailer)(ANA)) for _ in range(20)]
        outcomes = await asyncio.wait_for(asyncio.gather(*mails), 10)
    assert {type(outcome) for outcome in outcomes} == {DependencyDown}


async def test_slow_recipients_are_in_nobodys_way(server: ScriptedServer) -> None:
    async with service(server, smtp_connections=2, smtp_slow_connections=4) as mailer:
        send = sender(mailer)
        server.for_recipient[ANA, "END"] = checking = Never()
        slow = [asyncio.create_task(send(ANA)) for _ in range(5)]
        await eventually(lambda: len(server.seen("RCPT")) == 5)
        for _ in range(10):
            await send(BIA)
        assert server.recipients == [BIA] * 10
        assert server.most_open <= 6
        checking.release.set()
        await asyncio.gather(*slow)
    assert len(server.mails) == 15


async def test_a_stopping_service_says_goodbye(server: ScriptedServer) -> None:
    async with service(server) as mailer:
        await sender(mailer)(ANA)
    assert server.commands[-1] == "QUIT"
    await eventually(lambda: server.open == 0)


async def test_lines_that_begin_with_a_dot_arrive_as_they_were(
    server: ScriptedServer, send: Send
) -> None:
    await send(ANA)
    content = server.mails[0].content
    assert all(byte < 128 for byte in content)
    assert content.count(b"\n") == content.count(b"\r\n")


async def test_the_buyer_is_in_no_log_line(
    server: ScriptedServer, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (
        f"451 4.3.0 <{ANA}> put off",
        f"554 5.7.1 {ANA.upper()}: denied; ana is unknown at exemplo.com.br",
    ):
        server.answers["RCPT"] = answer
        failures = [await settled(send(ANA)) for _ in range(4)]
        for text in (caplog.text, *map(str, failures)):
            assert "ana" not in text.lower()
            assert "exemplo" not in text.lower()
