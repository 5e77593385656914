"""Requests, replies and events over a real WebSocket. Booking is a fake that speaks real gRPC."""

import gc
import json
import re

import pytest
from starlette.websockets import WebSocket

from cinema_pb2 import Categoria, Ingresso, MelhoresRequest, ReservaRequest, ReservaResponse
from deploy.ports import LOOPBACK
from gateway.line import Line
from gateway.protocols import GuardedHttp, GuardedWebSocket
from tests.fakes.messages import ORDER, freed, held, sold
from tests.support.gateway_in_process import Bench
from tests.support.waiting import eventually

PAYMENT = {"nomeCompleto": "Maria Silva", "cpf": "529.982.247-25", "email": "maria@exemplo.com.br"}


async def test_a_page_first_sees_every_seat_that_is_not_free(bench: Bench) -> None:
    bench.booking.change(held("A05", "somebody", ms=10_000), sold("B01", "somebody"))
    async with bench.browser() as page:
        first = await page.frame()
    remaining = first["assentos"]["A05"].pop("restante_ms")
    assert first == {
        "evento": "estado_inicial",
        "sessao": "S001",
        "versao": 1,
        "meias_vendidas": 0,
        "assentos": {"A05": {"estado": "bloqueado"}, "B01": {"estado": "ocupado"}},
    }
    assert 0 < remaining <= 10_000


async def test_a_hold_turns_the_seat_grey_on_every_page_and_counts_down_on_the_buyers_own(
    bench: Bench,
) -> None:
    async with (
        bench.browser("ana") as ana,
        bench.browser("ana") as other,
        bench.browser("rui") as rui,
    ):
        for page in (ana, other, rui):
            await page.event("estado_inicial")
        reply = await ana.ask(acao="bloquear", assentos=["f7", "F08"])
        assert reply["status"] == "ok"
        assert reply["tipo"] == "bloqueio"
        assert reply["assentos"] == ["F07", "F08"]
        assert reply["restante_ms"] == 300_000
        for page in (other, rui):
            update = await page.event("atualizacao")
            assert [change["assento"] for change in update["mudancas"]] == ["F07", "F08"]
            assert {change["evento"] for change in update["mudancas"]} == {"assento_bloqueado"}
        for page in (ana, other):
            await page.owns("F07", "F08")
            assert page.own is not None
            assert 299_000 < page.own["F07"] <= 300_000


async def test_changes_that_come_together_travel_in_one_frame_without_a_gap(bench: Bench) -> None:
    async with bench.browser() as page:
        await page.event("estado_inicial")
        bench.booking.change(held("A01", "x"))
        bench.booking.change(freed("A01", "x", "timeout"))
        bench.booking.change(sold("A02", "x"))
        update = await page.event("atualizacao")
    assert (update["desde"], update["versao"]) == (0, 3)
    assert update["mudancas"][1:] == [
        {"evento": "assento_liberado", "assento": "A01", "motivo": "timeout"},
        {"evento": "assento_reservado", "assento": "A02"},
    ]


async def test_nobody_learns_who_holds_a_seat(bench: Bench) -> None:
    async with bench.browser("ana") as ana, bench.browser("rui") as rui:
        await rui.event("estado_inicial")
        await ana.ask(acao="bloquear", assento="F07")
        seen = [await rui.event("atualizacao")]
        async with bench.browser("eva") as eva:
            seen.append(await eva.event("estado_inicial"))
    assert "ana" not in str(seen)
    assert bench.booking.taken["F07"].marca not in str(seen)


async def test_a_taken_seat_is_refused_by_name(bench: Bench) -> None:
    bench.booking.change(sold("F07", "somebody"))
    async with bench.browser() as page:
        reply = await page.ask(acao="bloquear", assentos=["F07", "F08"], id="9")
    assert reply == {
        "status": "erro",
        "tipo": "bloqueio",
        "id": "9",
        "motivo": "assento_indisponivel",
        "mensagem": "Que pena.",
        "assentos_falha": ["F07"],
    }


async def test_a_buyer_pays_and_the_seat_is_sold_for_everybody(bench: Bench) -> None:
    async with bench.browser("ana") as ana, bench.browser("rui") as rui:
        await ana.ask(acao="bloquear", assento="F07")
        await ana.owns("F07")
        reply = await ana.ask(
            acao="confirmar_pagamento", assentos=["F07"], pagamento=PAYMENT, chave="key-1"
        )
        assert reply["status"] == "ok"
        assert reply["tipo"] == "confirmacao_pagamento"
        assert reply["pedido"] == ORDER
        assert reply["assentos_confirmados"] == ["F07"]
        assert reply["assentos_falha"] == []
        await ana.owns()
        assert bench.booking.asked(ReservaRequest)[-1].chave_idempotencia == "key-1"
        changes = []
        while "assento_reservado" not in changes:
            changes += [one["evento"] for one in (await rui.event("atualizacao"))["mudancas"]]


async def test_the_payment_reaches_booking_as_typed_and_for_the_buyer_of_the_cookie(
    bench: Bench,
) -> None:
    async with bench.browser("ana") as ana:
        await ana.ask(
            acao="confirmar_pagamento",
            sessao="S999",
            usuario_id="rui",
            assentos=["F07"],
            pagamento=PAYMENT,
        )
    [request] = bench.booking.asked(ReservaRequest)
    assert request.usuario_id == "ana"
    assert request.assento.sessao_id == "S001"
    assert request.pagamento.cpf == PAYMENT["cpf"]
    assert request.chave_idempotencia == ""


async def test_pasted_data_reaches_booking_without_spaces_words_and_invisible_characters(
    bench: Bench,
) -> None:
    pasted = {
        "nomeCompleto": "\u2068Maria\tSilva\u2069",
        "cpf": "CPF: ５２９.９８２.２４７-２５",
        "email": "\ufeff MARIA@EXEMPLO.COM.BR\r\n",
    }
    async with bench.browser() as page:
        await page.ask(acao="confirmar_pagamento", assentos=["F07"], pagamento=pasted)
    [request] = bench.booking.asked(ReservaRequest)
    assert request.pagamento.cpf == pasted["cpf"]


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"cpf": "111.111.111-11"}, {"cpf"}),
        ({"email": "a@b.co,c@d.co"}, {"email"}),
        ({"email": "a@b.co\nBcc: x@y.z"}, {"email"}),
        ({"nomeCompleto": "<b>Maria</b>"}, {"nomeCompleto"}),
        ({"nomeCompleto": "", "cpf": "1", "email": ""}, {"nomeCompleto", "cpf", "email"}),
    ],
)
async def test_wrong_payment_data_is_refused_field_by_field_without_a_call_to_booking(
    bench: Bench, changed: dict[str, str], fields: set[str]
) -> None:
    async with bench.browser() as page:
        reply = await page.ask(
            acao="confirmar_pagamento", assentos=["F07"], pagamento=PAYMENT | changed
        )
    assert reply["motivo"] == "dados_invalidos"
    assert set(reply["campos"]) == fields
    assert not bench.booking.asked(ReservaRequest)


async def test_a_buyer_gives_seats_back_gets_the_best_and_more_time(bench: Bench) -> None:
    async with bench.browser("ana") as ana:
        best = await ana.ask(acao="melhores", quantidade=2)
        assert (best["tipo"], best["assentos"]) == ("melhores", ["A01", "A02"])
        more = await ana.ask(acao="estender")
        assert (more["tipo"], more["assentos"]) == ("extensao", ["A01", "A02"])
        gone = await ana.ask(acao="liberar", assentos=["A01"])
        assert (gone["tipo"], gone["status"]) == ("liberacao", "ok")
        await ana.owns("A02")


async def test_categories_total_language_and_method_reach_booking(bench: Bench) -> None:
    async with bench.browser("ana") as ana:
        reply = await ana.ask(
            acao="confirmar_pagamento",
            assentos=["F07", "F08"],
            ingressos={"f8": "meia_estudante"},
            total=4800,
            idioma="en",
            pagamento=PAYMENT | {"forma": "pix"},
        )
    assert reply["status"] == "ok"
    [request] = bench.booking.asked(ReservaRequest)
    assert list(request.ingressos) == [Ingresso(assento="F08", categoria=Categoria.MEIA_ESTUDANTE)]
    assert (request.total_centavos, request.idioma) == (4800, "en")
    assert request.pagamento.forma == "pix"


async def test_a_page_without_any_of_that_still_buys(bench: Bench) -> None:
    async with bench.browser("ana") as ana:
        reply = await ana.ask(acao="confirmar_pagamento", assentos=["F07"], pagamento=PAYMENT)
    assert reply["status"] == "ok"
    [request] = bench.booking.asked(ReservaRequest)
    assert not request.ingressos
    assert not request.HasField("total_centavos")
    assert (request.idioma, request.pagamento.forma) == ("pt-BR", "")


async def test_a_total_of_zero_reaches_booking(bench: Bench) -> None:
    async with bench.browser("ana") as ana:
        await ana.ask(acao="confirmar_pagamento", assentos=["F07"], total=0, pagamento=PAYMENT)
    [request] = bench.booking.asked(ReservaRequest)
    assert request.HasField("total_centavos")
    assert request.total_centavos == 0


async def test_an_exchange_reaches_booking_with_both_sides_by_their_canonical_names(
    bench: Bench,
) -> None:
    async with bench.browser("ana") as ana:
        await ana.ask(acao="bloquear", assentos=["f7"], em_troca_de=["A1", "a02"])
        for wrong in ("A1", ["A1", "A01"], [7], ["A1"] * 201):
            reply = await ana.ask(acao="bloquear", assentos=["F08"], em_troca_de=wrong)
            assert reply["motivo"] == "dados_invalidos"
    [request] = bench.booking.asked(ReservaRequest)
    assert (list(request.assentos), list(request.em_troca_de)) == (["F07"], ["A01", "A02"])


async def test_every_request_has_the_browser_flag_and_the_network(bench: Bench) -> None:
    for buyer, address in (("ana", LOOPBACK), ("bia", LOOPBACK), ("caio", "127.0.0.2")):
        async with bench.browser(buyer, local_addr=(address, 0)) as page:
            for action in (
                {"acao": "bloquear", "assento": "F07"},
                {"acao": "estender"},
                {"acao": "liberar", "assento": "F07"},
                {"acao": "melhores", "quantidade": 1},
                {"acao": "confirmar_pagamento", "assento": "F07", "pagamento": PAYMENT},
            ):
                await page.ask(**action)
    requests: list[ReservaRequest | MelhoresRequest] = [
        *bench.booking.asked(ReservaRequest),
        *bench.booking.asked(MelhoresRequest),
    ]
    assert len(requests) == 15
    assert all(request.do_navegador for request in requests)
    networks = {buyer: set[str]() for buyer in ("ana", "bia", "caio")}
    for request in requests:
        networks[request.usuario_id].add(request.rede)
    assert [len(tags) for tags in networks.values()] == [1, 1, 1]
    assert networks["ana"] == networks["bia"] != networks["caio"]
    assert all(re.fullmatch("[0-9a-f]{32}", tag) for tags in networks.values() for tag in tags)


@pytest.mark.parametrize("reason", ["pedido_cancelado", "ja_comprado"])
async def test_a_payment_for_bought_seats_is_answered_with_their_order_and_its_link(
    bench: Bench, reason: str
) -> None:
    token = "5e" * 16
    bench.booking.refusal = ReservaResponse(
        motivo=reason, mensagem="Foi pago.", pedido_id=ORDER, pedido_token=token
    )
    async with bench.browser("ana") as ana:
        reply = await ana.ask(acao="confirmar_pagamento", assentos=["F07"], pagamento=PAYMENT)
    assert (reply["motivo"], reply["pedido"]) == (reason, ORDER)
    assert reply["pedido_link"] == f"{ORDER}.{token}"
    assert "pedido_chave" not in reply


@pytest.mark.parametrize(
    ("reason", "left"),
    [("cota_de_meia_esgotada", 0), ("cota_de_meia_esgotada", 3), ("pagamento_recusado", None)],
)
async def test_a_refused_payment_has_the_number_of_half_price_tickets_left(
    bench: Bench, reason: str, left: int | None
) -> None:
    bench.booking.refusal = ReservaResponse(
        motivo=reason, mensagem="Não deu.", assentos_falha=["F08"], meias_restantes=left or 0
    )
    async with bench.browser("ana") as ana:
        reply = await ana.ask(acao="confirmar_pagamento", assentos=["F08"], pagamento=PAYMENT)
    assert (reply["status"], reply["motivo"], reply["mensagem"]) == ("erro", reason, "Não deu.")
    assert reply["assentos_falha"] == ["F08"]
    assert reply.get("meias_restantes") == left


async def test_half_price_sales_are_sent_at_first_and_when_they_change(bench: Bench) -> None:
    bench.booking.change(sold("A01", "x"), half_price_sold=4)
    async with bench.browser() as page:
        assert (await page.event("estado_inicial"))["meias_vendidas"] == 4
        bench.booking.change(sold("A02", "x"))
        assert "meias_vendidas" not in await page.event("atualizacao")
        bench.booking.change(sold("A03", "x"), half_price_sold=5)
        assert (await page.event("atualizacao"))["meias_vendidas"] == 5
        bench.booking.change(freed("A03", "x", "cancelado"), half_price_sold=4)
        assert (await page.event("atualizacao"))["meias_vendidas"] == 4


async def test_own_seats_follow_every_snapshot_even_if_there_are_none(
    bench: Bench,
) -> None:
    async with bench.browser("ana") as ana:
        assert (await ana.frame())["evento"] == "estado_inicial"
        assert await ana.frame() == {"evento": "meus_assentos", "assentos": {}}
        await ana.socket.send('{"acao":"ressincronizar"}')
        await ana.event("estado_inicial")
        assert (await ana.event("meus_assentos"))["assentos"] == {}


async def test_a_returning_buyer_finds_the_own_seats_after_the_map(bench: Bench) -> None:
    bench.booking.change(held("F07", "ana"))
    async with bench.browser("ana") as ana:
        assert (await ana.frame())["evento"] == "estado_inicial"
        assert set((await ana.frame())["assentos"]) == {"F07"}


async def test_bought_seats_are_sent_to_the_buyers_pages_alone(
    bench: Bench,
) -> None:
    bench.booking.change(sold("F07", "ana"), sold("A01", "bia"))
    async with bench.browser("ana") as ana, bench.browser("caio") as caio:
        assert (await ana.event("meus_assentos"))["comprados"] == ["F07"]
        assert await caio.event("meus_assentos") == {"evento": "meus_assentos", "assentos": {}}
        bench.booking.change(held("F08", "ana"))
        assert (await ana.event("meus_assentos"))["comprados"] == ["F07"]
        bench.booking.change(sold("F08", "ana"))
        own = await ana.frame()  # before the map says that it is sold, after the map of the hold
        while own["evento"] != "meus_assentos":
            assert own["mudancas"][0]["evento"] == "assento_bloqueado"
            own = await ana.frame()
        assert own == {"evento": "meus_assentos", "assentos": {}, "comprados": ["F07", "F08"]}
        bench.booking.change(freed("F07", "ana", "cancelado"))
        assert (await ana.event("meus_assentos"))["comprados"] == ["F08"]


async def test_a_page_that_asks_gets_the_map_again(bench: Bench) -> None:
    async with bench.browser() as page:
        await page.event("estado_inicial")
        await page.socket.send('{"acao":"ressincronizar"}')
        await page.event("estado_inicial")


async def test_replies_come_in_the_order_of_the_requests(bench: Bench) -> None:
    async with bench.browser() as page:
        for number in range(10):
            await page.socket.send(
                f'{{"acao":"bloquear","assento":"A{number + 1}","id":"{number}"}}'
            )
        answered: list[str] = []
        while len(answered) < 10:
            frame = await page.frame()
            if "status" in frame:
                answered.append(frame["id"])
    assert answered == [str(number) for number in range(10)]


async def test_requests_that_arrived_before_the_page_closed_are_performed(bench: Bench) -> None:
    async with bench.browser("ana") as ana, bench.browser("rui") as rui:
        await ana.ask(acao="bloquear", assentos=["F07", "F08"])
        bench.booking.answers.clear()
        # The first is under way when the page goes, the second has yet to begin.
        for seat in ("F07", "F08"):
            await ana.socket.send(json.dumps({"acao": "liberar", "assento": seat}))
        await eventually(lambda: len(bench.booking.asked(ReservaRequest)) == 2)
        await ana.socket.close()
        bench.booking.answers.set()
        given_back: set[str] = set()
        while given_back != {"F07", "F08"}:
            changes = (await rui.event("atualizacao"))["mudancas"]
            given_back |= {change["assento"] for change in changes if change.get("motivo")}
        await eventually(lambda: len(bench.gateway.connections) == 1)


async def test_all_pages_get_the_number_of_buyers_that_watch(
    bench: Bench,
) -> None:
    async with bench.browser("ana"), bench.browser("ana") as second, bench.browser("rui") as rui:
        watching = (await rui.event("publico"))["assistindo"]
        while watching < 2:
            watching = (await rui.event("publico"))["assistindo"]
        assert watching == 2
        assert (await second.event("publico"))["assistindo"] == 2


async def test_all_pages_of_a_session_share_one_stream(bench: Bench) -> None:
    async with bench.browser() as first, bench.browser() as second:
        await first.event("estado_inicial")
        await second.event("estado_inicial")
        assert bench.booking.streams_opened == 1


async def test_a_watching_page_keeps_no_memory_of_its_handshake(bench: Bench) -> None:
    async with bench.browser() as page:
        await page.event("meus_assentos")
        gc.collect()
        kinds = (GuardedHttp, GuardedWebSocket, WebSocket)
        assert not [one for one in gc.get_objects() if type(one) in kinds]
        assert all(isinstance(one, Line) for one in bench.server.server_state.connections)
        assert not bench.server.server_state.tasks


async def test_a_missing_version_leads_to_a_fresh_map(bench: Bench) -> None:
    async with bench.browser() as page:
        await page.event("estado_inicial")
        bench.booking.change(sold("A01", "x"), skip=1)
        again = await page.event("estado_inicial")
    assert again["versao"] == 2
    assert set(again["assentos"]) == {"A01"}
