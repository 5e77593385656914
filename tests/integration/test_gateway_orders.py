"""Actions on an order over HTTP, and the Pix code."""

import icalendar
import pytest

from cinema.tickets import DEAREST_BASKET
from cinema_pb2 import ReservaResponse
from gateway.pix import pix_code
from tests.fakes.messages import ORDER, sold
from tests.support.gateway_in_process import Bench

CANCEL = f"/api/pedidos/{ORDER}/cancelar"
CALENDAR = f"/api/pedidos/{ORDER}/agenda.ics"
UNKNOWN = "07-xxxxxxxxxxxxxxxxxxxxxx"


# --------------------------------------------------------------------------------------- cancelling


async def test_a_cancelled_order_frees_its_seats_on_every_page(bench: Bench) -> None:
    bench.booking.change(sold("F07", "x"), sold("F08", "x"))
    async with bench.http() as http, bench.browser() as page:
        await page.event("estado_inicial")
        answer = await http.post(CANCEL, headers={"Origin": bench.url})
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        freed = (await page.event("atualizacao"))["mudancas"]
        assert {change["assento"] for change in freed} == {"F07", "F08"}
        assert {change["motivo"] for change in freed} == {"cancelado"}
        order = (await http.get(f"/api/pedidos/{ORDER}")).json()
    assert (order["estado"], order["cancelavel"]) == ("cancelado", False)


async def test_a_late_cancellation_is_refused_with_its_reason(bench: Bench) -> None:
    bench.booking.refusal = ReservaResponse(motivo="prazo_de_cancelamento", mensagem="Tarde.")
    async with bench.http() as http:
        answer = await http.post(CANCEL)
    assert answer.status_code == 409
    assert answer.json() == {"motivo": "prazo_de_cancelamento", "mensagem": "Tarde."}


async def test_only_our_own_origin_cancels_and_only_by_post(bench: Bench) -> None:
    async with bench.http() as http:
        for origin in ("http://evil.example", "null"):
            answer = await http.post(CANCEL, headers={"Origin": origin})
            assert (answer.status_code, answer.json()["motivo"]) == (403, "origem_recusada")
        assert (await http.get(CANCEL)).status_code == 405
    assert not bench.booking.requests


@pytest.mark.parametrize("order_id", [UNKNOWN, "x" * 5_000])
async def test_an_unknown_order_has_no_cancellation_and_no_calendar_entry(
    bench: Bench, order_id: str
) -> None:
    async with bench.http() as http:
        for answer in (
            await http.post(f"/api/pedidos/{order_id}/cancelar"),
            await http.get(f"/api/pedidos/{order_id}/agenda.ics"),
        ):
            assert (answer.status_code, answer.json()["motivo"]) == (404, "pedido_desconhecido")


async def test_a_cancellation_without_booking_is_a_503(bench: Bench) -> None:
    bench.booking.down = True
    async with bench.http() as http:
        answer = await http.post(CANCEL)
    assert (answer.status_code, answer.json()["motivo"]) == (503, "indisponivel")


async def test_an_order_past_its_deadline_is_not_cancellable(bench: Bench) -> None:
    bench.booking.order.cancelavel_ate_ms = 1_700_000_000_000
    async with bench.http() as http:
        order = (await http.get(f"/api/pedidos/{ORDER}")).json()
    assert (order["cancelavel"], order["cancelavel_ate"][:10]) == (False, "2023-11-14")


# ----------------------------------------------------------------------------------------- calendar


async def test_a_calendar_program_parses_the_entry(bench: Bench) -> None:
    async with bench.http() as http:
        answer = await http.get(CALENDAR)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="sessao.ics"'
    assert answer.headers["cache-control"] == "no-store"
    [event] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("DTSTART").isoformat() == "2026-12-13T17:45:00-03:00"
    assert event.decoded("DTEND").isoformat() == "2026-12-13T20:23:00-03:00"
    assert event["LOCATION"] == "Sala 1"
    assert "Seats: F07, F08" in str(event["DESCRIPTION"])  # bought in English
    assert f"{bench.url}/pedido/{ORDER}" in str(event["DESCRIPTION"])


@pytest.mark.parametrize("what", ["cancelled", "dropped"])
async def test_an_order_without_a_session_has_no_calendar_entry(bench: Bench, what: str) -> None:
    if what == "cancelled":
        bench.booking.order.cancelado = True
    else:
        bench.booking.order.ClearField("sessao")
    async with bench.http() as http:
        answer = await http.get(CALENDAR)
    assert (answer.status_code, answer.json()["motivo"]) == (409, "sem_sessao")


# ---------------------------------------------------------------------------------------------- PDF

TICKETS = f"/api/pedidos/{ORDER}/ingressos.pdf"


async def test_the_view_link_downloads_the_tickets_as_a_pdf(bench: Bench) -> None:
    bench.booking.order.link_token, bench.booking.order.chave = "5e" * 16, "c4" * 16
    async with bench.http() as http:
        unknown = await http.get(TICKETS)
        answer = await http.get(TICKETS.replace(ORDER, f"{ORDER}.{'5e' * 16}"))
    assert unknown.status_code == 404
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="ingressos.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")


async def test_a_cancelled_order_has_no_tickets_to_download(bench: Bench) -> None:
    bench.booking.order.cancelado = True
    async with bench.http() as http:
        answer = await http.get(TICKETS)
    assert (answer.status_code, answer.json()["motivo"]) == (409, "sem_sessao")


# ---------------------------------------------------------------------------------------------- Pix


async def test_a_pix_code_comes_as_text_and_as_a_picture(bench: Bench) -> None:
    async with bench.http() as http:
        for total in (1, 4_800, DEAREST_BASKET):
            answer = (await http.get(f"/api/pix?total={total}")).json()
            assert answer["copia_e_cola"] == pix_code(total)
            assert answer["qr"].startswith("data:image/svg+xml;base64,")


@pytest.mark.parametrize(
    "query", ["", "?total=", "?total=0", "?total=-1", "?total=48,00", "?total=abc", "?total=1e3",
              f"?total={DEAREST_BASKET + 1}", "?total=" + "9" * 5_000]
)  # fmt: skip
async def test_a_total_that_cannot_be_paid_is_refused_by_name(bench: Bench, query: str) -> None:
    async with bench.http() as http:
        answer = await http.get(f"/api/pix{query}")
    assert (answer.status_code, answer.json()["motivo"]) == (400, "dados_invalidos")
    assert "total" in answer.json()["mensagem"]
