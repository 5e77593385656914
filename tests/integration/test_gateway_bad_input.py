"""Input of hostile or broken browsers: a clear refusal, nothing at booking, no effect on others."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.fakes.booking import FakeBooking
from tests.support.gateway_in_process import Bench, Browser, open_bench

DEEP = "[" * 2_000
UNREADABLE: list[str | bytes] = [
    "",
    "não é JSON",
    "null",
    "[]",
    '"bloquear"',
    "{}",
    '{"acao":5}',
    '{"acao":null}',
    '{"acao":"bloquear","id":5}',
    '{"acao":"bloquear","id":"' + "i" * 65 + '"}',
    '{"acao":"bloquear","id":"\\ud800"}',
    '{"acao":NaN}',
    DEEP,
    '{"acao":' + '{"a":' * 500,
    '{"acao":"bloquear","assentos":' + DEEP + "}",
    '{"acao":"bloquear","enchimento":"' + "x" * 4_096 + '"}',
    '{"acao":"bloquear","enchimento":"' + "é" * 2_048 + '"}',
    "x" * 60_000,
    b'{"acao":"bloquear","assento":"F07"}',
    b"\x00\xff\xfe",
]
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"acao": "comprar_tudo"}, "acao_desconhecida"),
    ({"acao": ""}, "acao_desconhecida"),
    ({"acao": "__class__"}, "acao_desconhecida"),
    ({"acao": "bloquear"}, "dados_invalidos"),
    ({"acao": "bloquear", "assentos": []}, "dados_invalidos"),
    ({"acao": "bloquear", "assentos": "F07"}, "dados_invalidos"),
    ({"acao": "bloquear", "assentos": {"0": "F07"}}, "dados_invalidos"),
    ({"acao": "bloquear", "assentos": [7]}, "dados_invalidos"),
    ({"acao": "bloquear", "assentos": ["*"]}, "dados_invalidos"),
    ({"acao": "bloquear", "assentos": ["ZZZ:999"]}, "dados_invalidos"),
    ({"acao": "bloquear", "assentos": ["Z99"]}, "dados_invalidos"),
    ({"acao": "bloquear", "assentos": ["F07", "f7"]}, "dados_invalidos"),
    ({"acao": "bloquear", "assentos": [f"A{n}" for n in range(1, 300)]}, "dados_invalidos"),
    ({"acao": "bloquear", "assento": None}, "dados_invalidos"),
    ({"acao": "melhores"}, "dados_invalidos"),
    ({"acao": "melhores", "quantidade": 0}, "dados_invalidos"),
    ({"acao": "melhores", "quantidade": -1}, "dados_invalidos"),
    ({"acao": "melhores", "quantidade": 2.5}, "dados_invalidos"),
    ({"acao": "melhores", "quantidade": "2"}, "dados_invalidos"),
    ({"acao": "melhores", "quantidade": True}, "dados_invalidos"),
    ({"acao": "melhores", "quantidade": 10**300}, "dados_invalidos"),
    ({"acao": "confirmar_pagamento", "assentos": ["F07"]}, "dados_invalidos"),
    ({"acao": "confirmar_pagamento", "assentos": ["F07"], "pagamento": 1}, "dados_invalidos"),
    (
        {"acao": "confirmar_pagamento", "assentos": ["F07"], "pagamento": {"cpf": 52998224725}},
        "dados_invalidos",
    ),
    ({"acao": "confirmar_pagamento", "assentos": ["F07"], "chave": "k" * 129}, "dados_invalidos"),
    ({"acao": "confirmar_pagamento", "assentos": ["F07"], "chave": "a b"}, "dados_invalidos"),
    (
        {"acao": "confirmar_pagamento", "assentos": ["F07"], "ingressos": {"F07": "criança"}},
        "dados_invalidos",
    ),
    (
        {"acao": "confirmar_pagamento", "assentos": ["F07"], "ingressos": {"F08": "inteira"}},
        "dados_invalidos",
    ),
    ({"acao": "confirmar_pagamento", "assentos": ["F07"], "total": "4800"}, "dados_invalidos"),
    ({"acao": "confirmar_pagamento", "assentos": ["F07"], "idioma": "klingon"}, "dados_invalidos"),
    (
        {"acao": "confirmar_pagamento", "assentos": ["F07"], "pagamento": {"forma": "fiado"}},
        "dados_invalidos",
    ),
]


async def test_an_unreadable_message_gets_an_error_and_the_socket_stays_open(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    for frame in UNREADABLE:
        async with bench.browser() as page:
            await page.socket.send(frame)
            reply = await page.reply()
            assert (reply["status"], reply["tipo"]) == ("erro", "mensagem"), frame
            assert reply["motivo"] == "mensagem_invalida", frame
            await _still_works(page)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_wrong_request_is_refused_with_its_id(bench: Bench) -> None:
    for message, reason in WRONG:
        async with bench.browser() as page:
            reply = await page.ask(**message)
            assert (reply["status"], reply["motivo"]) == ("erro", reason), message
            assert reply["mensagem"]
            await _still_works(page)
    assert not bench.booking.taken


async def test_duplicate_keys_and_numbers_that_are_none_do_no_harm(bench: Bench) -> None:
    async with bench.browser() as page:
        await page.socket.send('{"acao":"melhores","quantidade":NaN,"id":"1"}')
        assert (await page.reply("1"))["motivo"] == "dados_invalidos"
        await page.socket.send('{"acao":"melhores","quantidade":1e999,"id":"2"}')
        assert (await page.reply("2"))["motivo"] == "dados_invalidos"
        await page.socket.send('{"acao":"melhores","acao":"estender","id":"3","id":"4"}')
        assert (await page.reply("4"))["tipo"] == "extensao"


async def test_a_frame_far_over_the_limit_closes_only_its_own_socket(bench: Bench) -> None:
    async with bench.browser() as page, bench.browser() as other:
        await page.socket.send("x" * 70_000)
        assert await page.closed() == 1009
        await _still_works(other)


async def test_text_that_is_not_utf8_closes_its_socket_without_a_traceback(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench.browser() as page, bench.browser() as other:
        await page.socket.send(b"\xff\xfe", text=True)
        assert await page.closed() == 1007
        await _still_works(other)
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_flood_gets_the_reason_and_is_closed(bench: Bench) -> None:
    async with bench.browser() as page, bench.browser() as other:
        flood = asyncio.create_task(
            _repeat(lambda: page.socket.send('{"acao":"ressincronizar"}'), 1_000)
        )
        refusal = await page.reply()
        assert refusal["motivo"] == "excesso_de_mensagens"
        assert refusal["tipo"] == "conexao"
        assert await page.closed() == 1008
        await flood
        await _still_works(other)


async def test_a_burst_of_clicks_is_no_flood(bench: Bench) -> None:
    async with bench.browser() as page:
        for number in range(15):
            await page.socket.send(f'{{"acao":"estender","id":"{number}"}}')
        assert (await page.reply("14"))["status"] == "ok"


async def test_requests_beyond_the_queues_limit_are_refused_and_the_socket_stays_open(
    bench: Bench,
) -> None:
    async with bench.browser() as page:
        await page.event("estado_inicial")
        bench.booking.answers.clear()
        for number in range(20):
            await page.socket.send(f'{{"acao":"estender","id":"{number}"}}')
        assert (await page.reply("19"))["motivo"] == "excesso_de_mensagens"
        assert (await page.reply("0"))["motivo"] == "indisponivel"


async def test_endless_pings_close_the_line(bench: Bench) -> None:
    async with bench.browser() as page, bench.browser() as other:
        flood = asyncio.create_task(_repeat(page.socket.ping, 1_000))
        assert await page.closed() == 1006
        await flood
        await _still_works(other)


async def test_a_message_in_a_thousand_fragments_closes_the_line(bench: Bench) -> None:
    async with bench.browser() as page:
        pieces = asyncio.create_task(_send_pieces(page))
        assert await page.closed() == 1006
        await pieces


async def test_a_socket_for_an_unknown_session_gets_the_reason_and_is_closed(bench: Bench) -> None:
    for session in ("S999", "", "x" * 1_000, "*", "%00", "S001%0d%0a"):
        async with bench.browser(session=session) as page:
            refusal = await page.frame()
            assert refusal["status"] == "erro"
            assert refusal["tipo"] == "conexao"
            assert refusal["motivo"] == "sessao_desconhecida"
            assert await page.closed() == 1008


async def test_an_endless_address_is_refused_at_once(bench: Bench) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with bench.browser(session="x" * 10_000):
            pass
    assert refused.value.response.status_code == 414


async def test_a_cookie_that_was_tampered_with_is_refused(bench: Bench) -> None:
    good = bench.cookie("ana")
    for cookie in (
        good[:-1],
        good.replace("ana", "rui"),
        "comprador=ana",
        "comprador=ção",
        "comprador=",
    ):
        async with bench.browser(cookie=cookie) as page:
            assert (await page.frame())["motivo"] == "identidade_invalida"
            assert await page.closed() == 1008


async def test_a_new_buyer_gets_a_cookie_with_the_handshake_and_keeps_the_seats(
    bench: Bench,
) -> None:
    async with bench.browser() as page:
        assert page.socket.response is not None
        cookie = page.socket.response.headers["Set-Cookie"]
        await page.ask(acao="bloquear", assento="F07")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    async with bench.browser(cookie=cookie.split(";")[0]) as again:
        await again.owns("F07")
        assert again.socket.response is not None
        assert "Set-Cookie" not in again.socket.response.headers


async def test_only_our_own_origin_and_those_in_the_settings_may_open_a_socket(
    tmp_path: Path, fake_booking: FakeBooking
) -> None:
    named = {"allowed_origins": "https://parceiro.example, http://outro.example:81"}
    async with open_bench(tmp_path, fake_booking, **named) as bench:
        own = f"http://{bench.host}"
        for origin in (own, "https://parceiro.example", "http://outro.example:81"):
            async with bench.browser(origin=origin) as page:
                await page.event("estado_inicial")
        for origin in (
            "http://evil.example",
            "null",
            f"http://{bench.host}.evil.example",
            "http://x:y",
        ):
            with pytest.raises(InvalidStatus) as refused:
                async with bench.browser(origin=origin):
                    pass
            assert refused.value.response.status_code == 403


async def test_the_sockets_of_an_address_are_limited(
    tmp_path: Path, fake_booking: FakeBooking, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_bench(tmp_path, fake_booking, max_connections_per_address=2) as bench:
        async with bench.browser() as first, bench.browser() as second:
            await first.event("estado_inicial")
            await second.event("estado_inicial")
            for _ in range(3):
                async with bench.browser() as third:
                    assert (await third.frame())["motivo"] == "excesso_de_conexoes"
                    assert await third.closed() == 1013
            (line,) = caplog.messages
            assert line.startswith("127.0.0.1 has 2 connections")
            assert "TRUSTED_PROXIES" in line
        async with bench.browser() as later:
            await later.event("estado_inicial")


async def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(
    tmp_path: Path, fake_booking: FakeBooking
) -> None:
    limit = {"max_connections_per_address": 1}
    for trusted, expected in (("127.0.0.1", "estado_inicial"), ("", None)):
        async with (
            open_bench(tmp_path, fake_booking, trusted_proxies=trusted, **limit) as bench,
            bench.browser(headers={"X-Forwarded-For": "198.51.100.1"}),
            bench.browser(headers={"X-Forwarded-For": "198.51.100.2"}) as second,
        ):
            assert (await second.frame()).get("evento") == expected


async def test_the_requests_of_all_sockets_of_an_address_are_limited(
    tmp_path: Path, fake_booking: FakeBooking
) -> None:
    limit = {"max_messages_per_second_per_address": 0.01}  # one, and nothing more while we look
    async with open_bench(tmp_path, fake_booking, **limit) as bench, bench.browser() as page:
        for number in range(6):
            await page.socket.send(f'{{"acao":"estender","id":"{number}"}}')
        assert (await page.reply("5"))["motivo"] == "excesso_de_mensagens"


async def _still_works(page: Browser) -> None:
    assert (await page.ask(acao="estender"))["status"] == "ok"


async def _send_pieces(page: Browser) -> None:
    with contextlib.suppress(ConnectionClosed):
        await page.socket.send("" for _ in range(1_000))


async def _repeat(send: Callable[[], Awaitable[object]], times: int) -> None:
    """Sends until the socket is closed."""
    with contextlib.suppress(ConnectionClosed):
        for _ in range(times):
            await send()
            await asyncio.sleep(0)
