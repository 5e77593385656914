"""Invalid replies: no mail is lost, and none is knowingly sent twice."""

import random

import pytest

from notifications.dependency import DependencyDown
from notifications.mailer import MailRefused, MailUnknown
from tests.integration.smtp.conftest import ANA, BIA, CAIO, Send, settled
from tests.support.smtp_script import HangUp, ScriptedServer


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
