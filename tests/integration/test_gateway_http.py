"""The gateway's pages, API and health; booking is a fake that speaks real gRPC."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from cinema.order_code import order_code
from deploy.ports import LOOPBACK
from gateway.film_art import art_path
from tests.fakes.booking import FakeBooking
from tests.fakes.messages import ORDER, a_session
from tests.support.gateway_in_process import Bench, open_bench
from tests.support.waiting import eventually

# -------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize(
    "path", ["/", "/sessao/S001", f"/pedido/{ORDER}", "/static/icon.svg", "/api/sessoes", "/nada"]
)
async def test_every_answer_has_the_security_headers(bench: Bench, path: str) -> None:
    async with bench.http() as http:
        headers = (await http.get(path)).headers
    policy = headers["content-security-policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    } < set(policy)
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "server" not in headers


async def test_scripts_and_styles_have_no_headers_for_documents(bench: Bench) -> None:
    async with bench.http() as http:
        for path in ("/static/main.js", "/static/page.css"):
            headers = (await http.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert len(str(headers.raw)) < 500  # dozens of them make a page


async def test_a_page_issues_and_renews_the_cookie_and_replaces_a_bad_one(bench: Bench) -> None:
    async with bench.http() as http:
        first = (await http.get("/")).cookies["comprador"]
        kept = (await http.get("/sessao/S001")).cookies["comprador"]
    assert kept == first
    for bad in (first[:-1], "x", ""):
        async with bench.http() as http:
            replaced = (await http.get("/", headers={"Cookie": f"comprador={bad}"})).cookies[
                "comprador"
            ]
        assert replaced != first
    assert len(first.split(".")[0]) == 22  # 128 bits


async def test_the_cookie_is_host_only_and_secure_over_https(
    tmp_path: Path, fake_booking: FakeBooking
) -> None:
    for url, secure in (("http://cinema.example", False), ("https://cinema.example", True)):
        async with (
            open_bench(tmp_path, fake_booking, public_url=url) as bench,
            bench.http() as http,
        ):
            cookie = (await http.get("/")).headers["set-cookie"].lower()
        assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.split("; "))
        assert ("secure" in cookie.split("; ")) is secure
        assert cookie.startswith("__host-comprador=" if secure else "comprador=")
        assert "domain" not in cookie


async def test_answers_over_https_have_hsts(tmp_path: Path, fake_booking: FakeBooking) -> None:
    for url, https in (("http://cinema.example", False), ("https://cinema.example", True)):
        async with (
            open_bench(tmp_path, fake_booking, public_url=url) as bench,
            bench.http() as http,
        ):
            for path in ("/", "/static/main.js", "/api/sessoes", "/nada", "/pedido/nada"):
                answer = await http.get(path)
                assert ("max-age" in answer.headers.get("strict-transport-security", "")) is https


@pytest.mark.parametrize("path", ["/", "/sessao/S001", "/api/sessoes/", "/static/main.js", "/nada"])
async def test_a_foreign_host_is_refused_and_never_repeated(bench: Bench, path: str) -> None:
    async with bench.http() as http:
        for host in ("evil.example", f"evil.example:{bench.port}", "localhost.evil.example", ""):
            answer = await http.get(path, headers={"Host": host, "Origin": f"http://{host}"})
            assert (answer.status_code, answer.json()["motivo"]) == (421, "endereco_recusado")
            assert not host or host not in answer.text + str(answer.headers)


async def test_a_foreign_host_opens_no_socket_and_programs_beside_us_are_answered(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    evil = f"ws://evil.example:{bench.port}/ws/reserva?sessao=S001"
    for _ in range(3):
        with pytest.raises(InvalidStatus) as refused:
            await connect(evil, host=LOOPBACK, port=bench.port)
        assert refused.value.response.status_code == 421
    async with bench.http() as http:
        assert (await http.get("/health/live", headers={"Host": "gateway:8000"})).status_code == 200
    assert caplog.text.count("evil.example") == 1


async def test_an_unknown_proxy_is_logged_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench.http() as http:
        for number in range(3):
            await http.get("/", headers={"X-Forwarded-For": f"198.51.100.{number}"})
    assert caplog.text.count("TRUSTED_PROXIES is empty") == 1


async def test_an_orders_page_is_neither_cached_nor_indexed(bench: Bench) -> None:
    async with bench.http() as http:
        headers = (await http.get(f"/pedido/{ORDER}")).headers
    assert headers["cache-control"] == "no-store"
    assert "noindex" in headers["x-robots-tag"]


async def test_a_static_file_that_has_not_changed_is_not_sent_again(bench: Bench) -> None:
    async with bench.http() as http:
        first = await http.get("/static/main.js")
        again = await http.get("/static/main.js", headers={"If-None-Match": first.headers["etag"]})
        outside = await http.get("/static/%2e%2e/websocket_server.py")
    assert first.headers["cache-control"] == "no-cache"
    assert (first.status_code, again.status_code, outside.status_code) == (200, 304, 404)


async def test_the_api_documents_are_served_only_with_api_docs(
    bench: Bench, tmp_path: Path, fake_booking: FakeBooking
) -> None:
    async with bench.http() as http:
        for path in ("/docs", "/redoc", "/openapi.json", "/asyncapi.json"):
            assert (await http.get(path)).status_code == 404
    async with (
        open_bench(tmp_path, fake_booking, api_docs=True) as open_one,
        open_one.http() as http,
    ):
        assert (await http.get("/openapi.json")).status_code == 200
        assert (await http.get("/asyncapi.json")).json()["asyncapi"] == "3.0.0"


# ---------------------------------------------------------------------------------------------- API


async def test_the_list_of_sessions_is_what_the_page_expects(bench: Bench) -> None:
    async with bench.http() as http:
        answer = await http.get("/api/sessoes")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "sessoes": [
            {
                "id": "S001",
                "filme": {
                    "id": "agente-secreto",
                    "titulo": "O Agente Secreto",
                    "duracao_min": 158,
                    "classificacao": "16",
                    "sinopse": "",
                    "art": art_path(a_session().filme),
                },
                "sala": "Sala 1",
                "inicio": "2026-12-13T17:45:00-03:00",
                "idioma": "legendado",
                "preco_a_partir_de": 3200,
                "lugares": 200,
                "livres": 200,
                "encerrada": False,
            }
        ],
        "words": {
            "legendado|Sala 1": {
                "pt-BR": {"audio": "legendado", "tag": "LEG", "room": "Sala 1"},
                "en": {
                    "audio": "original with Portuguese subtitles",
                    "tag": "SUB",
                    "room": "Screen 1",
                },
                "es": {
                    "audio": "original con subtítulos en portugués",
                    "tag": "SUB",
                    "room": "Sala 1",
                },
            },
        },
        "vendas_pausadas": False,
        "cinema": "",
    }


async def test_the_list_of_sessions_shows_paused_sales(bench: Bench) -> None:
    bench.booking.paused = True
    async with bench.http() as http:
        assert (await http.get("/api/sessoes")).json()["vendas_pausadas"] is True


async def test_an_order_has_the_session_as_sold_and_as_it_is(bench: Bench) -> None:
    bench.booking.order.alteracao = "O projetor quebrou."
    bench.booking.order.sessao_atual.CopyFrom(bench.booking.order.sessao)
    bench.booking.order.sessao_atual.sala = "Sala 2"
    async with bench.http() as http:
        order = (await http.get(f"/api/pedidos/{ORDER}")).json()
        calendar = (await http.get(f"/api/pedidos/{ORDER}/agenda.ics")).text
    assert order["alteracao"] == "O projetor quebrou."
    assert (order["sessao"]["sala"], order["sessao_atual"]["sala"]) == ("Sala 1", "Sala 2")
    assert "LOCATION:Sala 2" in calendar


async def test_a_cancelled_session_has_no_calendar_entry(
    bench: Bench,
) -> None:
    bench.booking.order.alteracao = "Faltou energia."
    bench.booking.order.sessao_atual.CopyFrom(bench.booking.order.sessao)
    bench.booking.order.sessao_atual.cancelada = True
    async with bench.http() as http:
        answer = await http.get(f"/api/pedidos/{ORDER}/agenda.ics")
    assert (answer.status_code, answer.json()["motivo"]) == (409, "sem_sessao")


async def test_a_sessions_room_comes_with_its_gaps_kinds_and_prices(bench: Bench) -> None:
    async with bench.http() as http:
        room = (await http.get("/api/sessoes/S001")).json()
    assert room["filme"]["titulo"] == "O Agente Secreto"
    assert (room["limite_assentos"], room["tempo_reserva_ms"]) == (6, 300_000)
    assert room["precos"] == {"cadeirante": 3200, "premium": 4400}
    assert room["fileiras"] == [
        {
            "nome": "A",
            "lugares": [
                {"assento": "A01", "tipo": "cadeirante", "preco": 3200},
                None,
                {"assento": "A02", "tipo": "premium", "preco": 4400},
            ],
        }
    ]


async def test_an_order_shows_its_code_and_mail_but_not_its_buyer(bench: Bench) -> None:
    async with bench.http() as http:
        answer = await http.get(f"/api/pedidos/{ORDER}")
    order = answer.json()
    assert order.pop("sessao")["sala"] == "Sala 1"
    pictures = [ticket.pop("qr") for ticket in order["ingressos"]]
    assert all(picture.startswith("data:image/svg+xml;base64,") for picture in pictures)
    assert pictures[0] != pictures[1]
    assert order == {
        "pedido": ORDER,
        "link": f"/pedido/{ORDER}",
        "pode_gerir": True,
        "codigo": order_code(ORDER),
        "estado": "confirmado",
        "sessao_atual": None,
        "alteracao": "",
        "assentos": ["F07", "F08"],
        "ingressos": [
            {"assento": "F07", "categoria": "inteira", "preco": 3200, "vai_com": ""},
            {"assento": "F08", "categoria": "meia_estudante", "preco": 1600, "vai_com": ""},
        ],
        "total": 4800,
        "forma": "pix",
        "idioma": "en",
        "cancelavel": True,
        "cancelavel_ate": "2026-12-13T15:45:00-03:00",
        "nome": "Maria Silva",
        "cpf": "***.456.789-**",
        "email": "maria@exemplo.com.br",
        "criado_em": "2026-11-18T08:06:40-03:00",
        "email_estado": "falhou",
        "email_motivo": "A caixa de entrada não existe.",
        "dados_apagados": False,
        "devolvidos": [],
    }
    assert "nobody may see this" not in answer.text


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/api/sessoes/S999", "sessao_desconhecida"),
        ("/api/sessoes/*", "sessao_desconhecida"),
        ("/api/sessoes/" + "x" * 5_000, "sessao_desconhecida"),
        ("/api/pedidos/07-xxxxxxxxxxxxxxxxxxxxxx", "pedido_desconhecido"),
        ("/api/pedidos/" + "x" * 5_000, "pedido_desconhecido"),
        ("/api/nada", "nao_encontrado"),
        ("/api/sessoes/%00", "sessao_desconhecida"),
    ],
)
async def test_an_unknown_thing_is_a_404_with_its_reason(
    bench: Bench, path: str, reason: str
) -> None:
    async with bench.http() as http:
        answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.json()["motivo"] == reason
    assert answer.json()["mensagem"]


async def test_an_orders_mail_is_sent_again_only_from_our_own_origin(bench: Bench) -> None:
    path = f"/api/pedidos/{ORDER}/reenviar"
    async with bench.http() as http:
        for origin in ("http://evil.example", "null"):
            answer = await http.post(path, headers={"Origin": origin})
            assert (answer.status_code, answer.json()["motivo"]) == (403, "origem_recusada")
        assert not bench.booking.requests
        assert (await http.post(path, headers={"Origin": bench.url})).json() == {"status": "ok"}
        assert (await http.post(path)).json() == {"status": "ok"}
        assert (await http.get(path)).status_code == 405


async def test_an_outage_of_booking_is_a_503_in_portuguese_within_the_deadline(
    bench: Bench,
) -> None:
    bench.booking.down = True
    async with bench.http() as http:
        for path in ("/api/sessoes", "/api/sessoes/S001", f"/api/pedidos/{ORDER}"):
            answer = await http.get(path)
            assert (answer.status_code, answer.json()["motivo"]) == (503, "indisponivel")
        bench.booking.down = False
        bench.booking.answers.clear()
        assert (await http.get("/api/sessoes")).status_code == 503


async def test_an_address_over_its_rate_gets_429(tmp_path: Path, fake_booking: FakeBooking) -> None:
    limit = {"max_messages_per_second_per_address": 0.01}  # one, and nothing more while we look
    async with open_bench(tmp_path, fake_booking, **limit) as bench, bench.http() as http:
        answers = [(await http.get("/api/sessoes")).status_code for _ in range(10)]
        assert answers[0] == 200
        assert answers[-1] == 429
        assert (await http.get("/health/live")).status_code == 200


async def test_a_bug_is_a_500_without_details(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(bench.gateway.booking, "sessions", broken)
    async with bench.http() as http:
        answer = await http.get("/api/sessoes")
    assert answer.status_code == 500
    assert answer.json()["motivo"] == "falha"
    assert "secret" not in answer.text


# ------------------------------------------------------------------------------------------- health


async def test_readiness_follows_booking_and_liveness_does_not(bench: Bench) -> None:
    async def status() -> int:
        return (await http.get("/health/ready")).status_code

    async with bench.http() as http:
        assert await status() == 200
        await bench.booking.set_serving(serving=False)
        await eventually(lambda: _is(status, 503))
        answer = (await http.get("/health/ready")).json()
        assert answer["mensagem"] == "Booking is not ready: see its log and Redis"
        assert (await http.get("/health/live")).status_code == 200
        await bench.booking.set_serving(serving=True)
        await eventually(lambda: _is(status, 200))
        await bench.booking.stop()
        await eventually(lambda: _is(status, 503))
        answer = (await http.get("/health/ready")).json()
        assert answer["mensagem"].startswith("Booking does not answer (")
        bench.gateway.draining = True
        assert await status() == 503
        assert (await http.get("/health/ready")).json()["mensagem"] == "The gateway is stopping"


async def _is(status: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await status() == wanted
