"""Connections to the mail server: shared, replaced, limited, closed."""

import asyncio
import logging

import pytest

from notifications import smtp_pool
from notifications.dependency import DependencyDown
from tests.integration.smtp.conftest import ANA, BIA, Send, sender, service, settled
from tests.support.smtp_script import HangUp, Never, ScriptedServer
from tests.support.waiting import eventually


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


async def test_a_server_that_accepts_no_connection_is_given_up_in_time(
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
