"""Pages during an outage of booking, and after it."""

import asyncio

import pytest

from gateway import hub
from tests.fakes.messages import held, sold
from tests.support.gateway_in_process import Bench
from tests.support.waiting import eventually

PAYMENT = {"nomeCompleto": "Maria Silva", "cpf": "", "email": "maria@exemplo.com.br"}


async def test_pages_keep_the_map_during_an_outage_and_get_a_fresh_one_after_it(
    bench: Bench,
) -> None:
    bench.booking.change(held("A01", "ana"))
    async with bench.browser() as page:
        await page.event("estado_inicial")
        await bench.booking.stop()
        assert (await page.event("situacao"))["ao_vivo"] is False
        async with bench.browser("ana") as late:
            assert set((await late.event("estado_inicial"))["assentos"]) == {"A01"}
            assert set((await late.event("meus_assentos"))["assentos"]) == {"A01"}
            assert (await late.event("situacao"))["ao_vivo"] is False
        bench.booking.change(sold("A01", "ana"))
        await bench.booking.start()
        again = await page.event("estado_inicial")
        assert (again["versao"], again["assentos"]) == (2, {"A01": {"estado": "ocupado"}})
        assert (await page.event("situacao"))["ao_vivo"] is True
        bench.booking.change(sold("A02", "ana"))
        assert (await page.event("atualizacao"))["desde"] == 2


async def test_a_page_that_comes_while_booking_is_away_gets_its_map_later(bench: Bench) -> None:
    await bench.booking.stop()
    async with bench.browser() as page:
        assert (await page.event("situacao"))["ao_vivo"] is False
        await bench.booking.start()
        await page.event("estado_inicial")


async def test_a_short_restart_shows_no_outage(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "GRACE_SECONDS", 60)
    async with bench.browser() as page:
        await page.event("estado_inicial")
        await bench.booking.stop()
        await bench.booking.start()
        frame = await page.frame()
        while frame.get("evento") != "estado_inicial":
            assert frame.get("evento") != "situacao"
            frame = await page.frame()


async def test_requests_fail_within_the_deadline_and_a_payments_outcome_is_unknown(
    bench: Bench,
) -> None:
    async with bench.browser() as page:
        await page.event("estado_inicial")
        await bench.booking.stop()
        hold, payment = (
            await page.ask(acao="bloquear", assento="F07"),
            await page.ask(acao="confirmar_pagamento", assentos=["F07"], pagamento=PAYMENT),
        )
        assert (hold["status"], hold["motivo"]) == ("erro", "indisponivel")
        assert (payment["status"], payment["motivo"]) == ("erro", "resposta_desconhecida")


async def test_a_request_outlives_a_short_restart(bench: Bench) -> None:
    async with bench.browser() as page:
        await page.event("estado_inicial")
        await bench.booking.stop()
        request = asyncio.create_task(page.ask(acao="bloquear", assento="F07"))
        await bench.booking.start()
        assert (await request)["status"] == "ok"


async def test_an_outage_of_redis_looks_like_one_of_booking(bench: Bench) -> None:
    async with bench.browser() as page:
        await page.event("estado_inicial")
        bench.booking.down = True
        assert (await page.ask(acao="estender"))["motivo"] == "indisponivel"
        bench.booking.down = False
        assert (await page.ask(acao="estender"))["status"] == "ok"


async def test_a_stream_is_kept_for_a_while_after_the_last_page_and_then_closed(
    bench: Bench,
) -> None:
    bench.gateway.hubs._linger = 0.2
    async with bench.browser() as page:
        await page.event("estado_inicial")
    async with bench.browser() as page:
        await page.event("estado_inicial")
        assert bench.booking.streams_opened == 1
    await eventually(lambda: bench.booking.watched == 0)
    async with bench.browser() as page:
        await page.event("estado_inicial")
        assert bench.booking.streams_opened == 2


async def test_pages_accept_a_snapshot_with_a_lower_version_and_show_paused_sales(
    bench: Bench,
) -> None:
    """Booking's Redis has lost data."""
    bench.booking.change(held("A01", "ana"))
    bench.booking.change(held("A02", "ana"))
    async with bench.browser("ana") as page:
        await page.owns("A01", "A02")
        bench.booking.version, bench.booking.taken = 0, {}
        bench.booking.begin_again(paused=True)
        lost = await page.event("estado_inicial")
        assert (lost["versao"], lost["assentos"]) == (0, {})
        await page.owns()
        assert (await page.event("situacao"))["ao_vivo"] is False
        await page.socket.send('{"acao":"ressincronizar"}')
        assert (await page.event("estado_inicial"))["versao"] == 0
        async with bench.browser() as late:
            assert (await late.event("estado_inicial"))["versao"] == 0
            assert (await late.event("situacao"))["ao_vivo"] is False
        bench.booking.begin_again()
        assert (await page.event("situacao"))["ao_vivo"] is True
        bench.booking.change(held("B01", "bia"))
        assert (await page.event("atualizacao"))["versao"] == 1


async def test_a_repeated_version_makes_the_gateway_ask_for_a_snapshot(bench: Bench) -> None:
    """Even if booking has not noticed the loss."""
    for seat in ("A01", "A02", "A03"):
        bench.booking.change(held(seat, "ana"))
    async with bench.browser() as page:
        await page.event("estado_inicial")
        bench.booking.version, bench.booking.taken = 0, {}
        bench.booking.change(held("B01", "bia"))
        again = await page.event("estado_inicial")
        assert (again["versao"], again["assentos"].keys()) == (1, {"B01"})


async def test_readiness_has_bookings_problem_and_its_warning(
    bench: Bench,
) -> None:
    bench.booking.situation.aviso = "Redis has used 90% of its maxmemory"
    async with bench.http() as http:
        ready = await http.get("/health/ready")
        assert (ready.status_code, ready.json()["aviso"]) == (200, bench.booking.situation.aviso)
        bench.booking.situation.problema = "Redis refuses writes: MISCONF"
        await bench.booking.set_serving(serving=False)

        async def says_why() -> bool:
            refused = await http.get("/health/ready")
            return refused.status_code == 503 and "MISCONF" in refused.json()["mensagem"]

        await eventually(says_why)
