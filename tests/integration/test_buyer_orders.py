"""A buyer's orders, as booking finds them and as the gateway shows them to one cookie alone."""

import httpx2

import cinema_pb2 as pb
from tests.fakes.messages import ORDER
from tests.support.booking_desk import CALL_SECONDS, Desk
from tests.support.gateway_in_process import Bench


def orders_of(desk: Desk, buyer: str) -> list[pb.Pedido]:
    request = pb.PedidosDoCompradorRequest(usuario_id=buyer)
    answer = desk.stub.ListarPedidosDoComprador(request, timeout=CALL_SECONDS)
    return list(answer.pedidos)


def test_a_buyers_orders_of_several_sessions_are_found_and_nobody_elses(desk: Desk) -> None:
    ana = desk.customer()
    elsewhere = desk.customer(name=ana.name)
    stranger = desk.customer(session=ana.session)
    for customer, *seats in ((ana, "A05", "A06"), (ana, "B01"), (elsewhere, "B02")):
        customer.hold(*seats)
        assert customer.confirm(*seats, key=seats[0]).sucesso
    stranger.hold("C01")
    assert stranger.confirm("C01", key="x").sucesso
    found = orders_of(desk, ana.name)
    assert sorted(tuple(order.assentos) for order in found) == [("A05", "A06"), ("B01",), ("B02",)]
    assert {order.usuario_id for order in found} == {ana.name}
    assert orders_of(desk, "somebody else") == []


def test_an_order_that_was_given_back_is_listed_no_more(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    order_id = ana.confirm("A05").pedido_id
    assert [order.pedido_id for order in orders_of(desk, ana.name)] == [order_id]
    assert ana.cancel(order_id).sucesso
    assert orders_of(desk, ana.name) == []


def test_what_is_only_held_is_no_order(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    assert orders_of(desk, ana.name) == []


async def asked(http: httpx2.AsyncClient, cookie: str = "") -> httpx2.Response:
    return await http.get("/api/pedidos", headers={"Cookie": cookie} if cookie else {})


async def test_a_cookie_gets_its_own_orders_and_no_others(bench: Bench) -> None:
    bench.booking.order.usuario_id = "ana"
    async with bench.http() as http:
        own = await asked(http, bench.cookie("ana"))
        other = await asked(http, bench.cookie("bia"))
    [order] = own.json()["pedidos"]
    assert (order["pedido"], order["assentos"]) == (ORDER, ["F07", "F08"])
    assert (order["filme"], order["sala"]) == ("O Agente Secreto", "Sala 1")
    assert order["inicio"] == "2026-12-13T17:45:00-03:00"
    assert order["terminou"] is False
    assert own.headers["cache-control"] == "no-store"
    assert other.json() == {"pedidos": []}
    for private in ("Maria", "456.789", "maria@"):
        assert private not in own.text


async def test_who_brings_no_cookie_or_a_forged_one_is_not_asked_about(bench: Bench) -> None:
    async with bench.http() as http:
        for cookie in ("", "comprador=ana.forged"):
            assert (await asked(http, cookie)).json() == {"pedidos": []}
    assert not bench.booking.asked(pb.PedidosDoCompradorRequest)


async def test_a_session_that_was_moved_is_answered_as_it_is_now(bench: Bench) -> None:
    order = bench.booking.order
    order.usuario_id = "ana"
    order.alteracao = "A sessão começa mais tarde."
    order.sessao_atual.CopyFrom(order.sessao)
    order.sessao_atual.inicio_ms += 3_600_000
    async with bench.http() as http:
        [listed] = (await asked(http, bench.cookie("ana"))).json()["pedidos"]
    assert listed["inicio"] == "2026-12-13T18:45:00-03:00"
    assert listed["alteracao"] == "A sessão começa mais tarde."


async def test_a_page_hears_over_its_socket_what_its_buyer_has_bought(bench: Bench) -> None:
    async with bench.browser("ana") as page:
        await page.event("meus_assentos")
        await page.ask(acao="bloquear", assentos=["F07"])
        payment = {"nomeCompleto": "Ana Souza", "cpf": "", "email": "ana@example.com"}
        await page.ask(acao="confirmar_pagamento", assentos=["F07"], pagamento=payment, chave="k")
        while (await page.event("meus_assentos")).get("comprados") != ["F07"]:
            pass
    async with bench.browser("bia") as stranger:
        assert "comprados" not in await stranger.event("meus_assentos")
