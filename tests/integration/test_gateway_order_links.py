"""An order's links over HTTP: the id opens nothing, one token the tickets, the other everything."""

import icalendar
import pytest

import cinema_pb2 as pb
from tests.fakes.messages import ORDER
from tests.support.gateway_in_process import Bench
from tests.support.waiting import eventually

VIEW, MANAGE = "5e" * 16, "c4" * 16
PRIVATE = ("Maria", "456.789", "maria@exemplo.com.br", "caixa de entrada")
ACTIONS = ("cancelar", "reenviar", "email")
RIGHT = {"email": "ana@example.com"}  # of which but one of the actions takes notice
STRANGERS = (
    "",
    f".{'00' * 16}",
    f".{VIEW[:-1]}",
    f".{VIEW}0",
    f".{VIEW}.{MANAGE}",
    ".",
    f".{MANAGE[1:]}",
)


@pytest.fixture(autouse=True)
def with_tokens(bench: Bench) -> None:
    bench.booking.order.link_token = VIEW
    bench.booking.order.chave = MANAGE
    bench.booking.order.usuario_id = "ana"


def cookie(bench: Bench, buyer: str) -> dict[str, str]:
    return {"Cookie": bench.cookie(buyer)}


# ------------------------------------------------------------------------------------- the id alone


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_an_orders_id_alone_opens_nothing(bench: Bench, stranger: str) -> None:
    reference = f"{ORDER}{stranger}"
    async with bench.http() as http:
        unknown = await http.get("/api/pedidos/07-xxxxxxxxxxxxxxxxxxxxxx")
        for answer in (
            await http.get(f"/api/pedidos/{reference}"),
            await http.get(f"/api/pedidos/{reference}", headers=cookie(bench, "bia")),
            await http.get(f"/api/pedidos/{reference}", headers={"Cookie": "comprador=ana.forged"}),
            await http.get(f"/api/pedidos/{reference}/agenda.ics"),
            *[await http.post(f"/api/pedidos/{reference}/{action}") for action in ACTIONS],
        ):
            assert answer.status_code == 404
            assert answer.json() == unknown.json()
            assert _compared(answer.headers) == _compared(unknown.headers)
        page = await http.get(f"/pedido/{reference}")
        unknown_page = await http.get("/pedido/07-xxxxxxxxxxxxxxxxxxxxxx")
    assert (page.status_code, page.text) == (404, unknown_page.text)
    assert not bench.booking.order.cancelado


def _compared(headers: object) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if name != "date"}  # type: ignore[call-overload]


# ------------------------------------------------------------------------------------ the view link


async def test_the_view_link_shows_the_tickets_and_not_the_buyer(
    bench: Bench,
) -> None:
    async with bench.http() as http:
        answer = await http.get(f"/api/pedidos/{ORDER}.{VIEW}")
        page = await http.get(f"/pedido/{ORDER}.{VIEW}")
    order = answer.json()
    assert (order["assentos"], order["pode_gerir"]) == (["F07", "F08"], False)
    assert order["link"] == f"/pedido/{ORDER}.{VIEW}"
    for text in (answer.text, page.text):
        assert "O Agente Secreto" in text
        assert MANAGE not in text
        for secret in PRIVATE:
            assert secret not in text


@pytest.mark.parametrize("action", ACTIONS)
async def test_the_view_link_cannot_change_the_order(bench: Bench, action: str) -> None:
    async with bench.http() as http:
        for headers in ({}, cookie(bench, "bia"), {"Origin": bench.url}):
            answer = await http.post(f"/api/pedidos/{ORDER}.{VIEW}/{action}", headers=headers)
            assert (answer.status_code, answer.json()["motivo"]) == (403, "somente_leitura")
    assert not bench.booking.order.cancelado
    assert [type(request).__name__ for request in bench.booking.requests] == ["PedidoRequest"] * 3


async def test_the_calendar_entry_has_the_view_link(bench: Bench) -> None:
    async with bench.http() as http:
        for token in (VIEW, MANAGE):
            answer = await http.get(f"/api/pedidos/{ORDER}.{token}/agenda.ics")
            [event] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
            assert f"{bench.url}/pedido/{ORDER}.{VIEW}" in str(event["DESCRIPTION"])
            assert MANAGE not in answer.text
            assert str(event["UID"]) == ORDER


# -------------------------------------------------------------------------- cookie and manage token


@pytest.mark.parametrize("way", ["cookie", "cookie and link", "manage token"])
@pytest.mark.parametrize("action", ACTIONS)
async def test_its_buyer_and_the_manage_token_may_change_it(
    bench: Bench, way: str, action: str
) -> None:
    reference = {"cookie": ORDER, "cookie and link": f"{ORDER}.{VIEW}"}.get(
        way, f"{ORDER}.{MANAGE}"
    )
    headers = {} if way == "manage token" else cookie(bench, "ana")
    async with bench.http() as http:
        order = (await http.get(f"/api/pedidos/{reference}", headers=headers)).json()
        assert (order["pode_gerir"], order["email"]) == (True, "maria@exemplo.com.br")
        assert order["link"] == f"/pedido/{ORDER}.{VIEW}"

        async def page() -> str:
            return (await http.get(f"/pedido/{reference}", headers=headers)).text

        async def comes_with_its_data() -> bool:
            return "maria@exemplo.com.br" in await page()

        await eventually(comes_with_its_data)  # on a busy machine a page may come without
        assert MANAGE not in await page()
        answer = await http.post(f"/api/pedidos/{reference}/{action}", headers=headers, json=RIGHT)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_foreign_page_cannot_use_the_buyers_cookie(bench: Bench, action: str) -> None:
    headers = cookie(bench, "ana") | {"Origin": "http://evil.example"}
    async with bench.http() as http:
        answer = await http.post(f"/api/pedidos/{ORDER}/{action}", headers=headers)
    assert (answer.status_code, answer.json()["motivo"]) == (403, "origem_recusada")
    assert not bench.booking.requests


async def test_a_payment_is_answered_with_both_tokens(bench: Bench) -> None:
    async with bench.browser("ana") as page:
        await page.event("estado_inicial")
        await page.ask(acao="bloquear", assentos=["F07"])
        payment = {"nomeCompleto": "Ana Souza", "cpf": "", "email": "ana@example.com"}
        reply = await page.ask(acao="confirmar_pagamento", assentos=["F07"], pagamento=payment)
    assert reply["pedido"] == ORDER
    assert reply["pedido_link"] == f"{ORDER}.{VIEW}"
    assert reply["pedido_chave"] == MANAGE


# ---------------------------------------------------------------------------- correcting and limits

EMAIL = f"/api/pedidos/{ORDER}.{MANAGE}/email"


async def test_a_corrected_address_reaches_booking_with_the_network_that_asks(bench: Bench) -> None:
    async with bench.http() as http:
        assert (await http.post(EMAIL, json=RIGHT)).json() == {"status": "ok"}
        shown = (await http.get(f"/api/pedidos/{ORDER}.{MANAGE}")).json()
    assert shown["email"] == "ana@example.com"
    [asked] = bench.booking.asked(pb.CorrecaoRequest)
    assert (asked.pedido_id, asked.email) == (ORDER, "ana@example.com")
    assert len(asked.rede) == 32


@pytest.mark.parametrize("action", ["cancelar", "reenviar"])
async def test_booking_gets_the_network_that_causes_a_mail(bench: Bench, action: str) -> None:
    async with bench.http() as http:
        await http.post(f"/api/pedidos/{ORDER}.{MANAGE}/{action}")
    [*_, asked] = bench.booking.asked(pb.PedidoRequest)
    assert len(asked.rede) == 32


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"[]", b"null", b"\xff"),
        *(b'{"email":1}', b'{"email":null}', b'{"email":"' + b"x" * 300 + b'"}'),
    ],
)  # fmt: skip
async def test_a_malformed_address_is_a_400(bench: Bench, body: bytes) -> None:
    async with bench.http() as http:
        answer = await http.post(EMAIL, content=body)
    assert (answer.status_code, answer.json()["motivo"]) == (400, "dados_invalidos")
    assert not bench.booking.asked(pb.CorrecaoRequest)


async def test_a_long_body_is_not_read(bench: Bench) -> None:
    async with bench.http() as http:
        answer = await http.post(EMAIL, content=b"x" * 100_000)
    assert (answer.status_code, answer.json()["motivo"]) == (413, "corpo_grande_demais")


@pytest.mark.parametrize(
    ("reason", "status"), [("limite_de_emails", 429), ("limite_de_correcoes", 409)]
)
async def test_a_mail_beyond_the_limit_is_refused_with_its_reason(
    bench: Bench, reason: str, status: int
) -> None:
    bench.booking.refusal = pb.ReservaResponse(motivo=reason, mensagem="Demais.")
    async with bench.http() as http:
        answer = await http.post(EMAIL, json=RIGHT)
    assert answer.status_code == status
    assert answer.json() == {"motivo": reason, "mensagem": "Demais."}


# ------------------------------------------------------------------------------------------ headers


@pytest.mark.parametrize("token", ["", f".{VIEW}", f".{MANAGE}"])
@pytest.mark.parametrize(
    "path", ["/pedido/{}", "/pedido/{}/", "/api/pedidos/{}", "/api/pedidos/{}/agenda.ics"]
)
async def test_an_order_is_not_cached_not_indexed_and_sends_no_referrer(
    bench: Bench, path: str, token: str
) -> None:
    async with bench.http() as http:
        headers = (await http.get(path.format(f"{ORDER}{token}"))).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"


@pytest.mark.parametrize(
    "path",
    [
        *(f"/pedido/{ORDER}.{VIEW}/", "/sessao/S001/", "/api/sessoes/"),
        f"/api/pedidos/{ORDER}.{VIEW}/",
             "/health/live/", "/notify_liberacao/", "/static/", "//cinema.example/"]
)  # fmt: skip
async def test_a_trailing_slash_does_not_redirect(bench: Bench, path: str) -> None:
    """A redirect would repeat the Host over http, and send the link in clear text."""
    async with bench.http() as http:
        for method in ("GET", "POST", "HEAD"):
            answer = await http.request(method, path)
            assert answer.status_code in (200, 404, 405)
            assert "location" not in answer.headers


async def test_the_pages_exist_with_a_trailing_slash(bench: Bench) -> None:
    async with bench.http() as http:
        for path in (f"/pedido/{ORDER}.{VIEW}", "/sessao/S001"):
            with_slash, without = await http.get(f"{path}/"), await http.get(path)
            assert (with_slash.status_code, with_slash.text) == (200, without.text)
