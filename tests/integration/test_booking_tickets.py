"""Categories, prices, payments that are declined, and orders that are cancelled in time, over
gRPC."""

from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import grpc
import pytest

import cinema_pb2 as pb
from cinema.local_time import SAO_PAULO
from tests.support.booking_desk import CALL_SECONDS, Desk, open_desk

QUOTA = 17  # 40% of the 42 seats of the desk's room, rounded up


def _ticket(seat: str, category: "pb.Categoria") -> pb.Ingresso:
    return pb.Ingresso(assento=seat, categoria=category)


def _paying(method: str) -> pb.Pagamento:
    return pb.Pagamento(nome_completo="Ana Souza", email="ana@example.com", forma=method)


def _order(desk: Desk, order_id: str) -> pb.Pedido:
    order: pb.Pedido = desk.stub.ObterPedido(
        pb.PedidoRequest(pedido_id=order_id), timeout=CALL_SECONDS
    )
    return order


def test_each_ticket_costs_what_its_place_and_its_category_say(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05", "C01", "B01")
    tickets = [_ticket("A05", pb.MEIA_ESTUDANTE), _ticket("c1", pb.MEIA_IDOSO)]
    answer = ana.confirm("A05", "C01", "B01", ingressos=tickets, total_centavos=1600 + 2200 + 3200)
    order = _order(desk, answer.pedido_id)
    assert [(t.assento, t.categoria, t.preco_centavos) for t in order.ingressos] == [
        ("A05", pb.MEIA_ESTUDANTE, 1600),
        ("C01", pb.MEIA_IDOSO, 2200),
        ("B01", pb.INTEIRA, 3200),
    ]
    assert order.total_centavos == 7000
    shown = desk.map(ana.session)
    assert (shown.meias_total, shown.mapa.meias_vendidas) == (QUOTA, 1)


def test_a_total_that_the_buyer_was_not_shown_is_never_charged(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    assert ana.confirm("A05", key="k", total_centavos=1600).motivo == "preco_mudou"
    assert desk.states(ana.session) == {"A05": "BLOQUEADO_TEMP"}
    assert ana.confirm("A05", key="k", total_centavos=3200).sucesso


def test_a_total_of_nothing_is_a_total_and_one_that_is_not_said_is_not_checked(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    assert ana.confirm("A05", key="k", total_centavos=0).motivo == "preco_mudou"
    assert desk.states(ana.session) == {"A05": "BLOQUEADO_TEMP"}
    assert ana.confirm("A05", key="k").sucesso


def test_a_declined_card_keeps_the_hold_and_another_one_pays_under_the_same_key(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    declined = ana.confirm("A05", key="k", payment=_paying("cartao_recusado"))
    assert (declined.sucesso, declined.motivo) == (False, "pagamento_recusado")
    assert desk.states(ana.session) == {"A05": "BLOQUEADO_TEMP"}
    paid = ana.confirm("A05", key="k", payment=_paying("cartao"))
    assert paid.sucesso
    assert _order(desk, paid.pedido_id).forma_pagamento == "cartao"


def test_when_the_quota_is_sold_out_the_answer_says_how_many_are_left(desk: Desk) -> None:
    session = desk.new_session()
    seats = [f"{row}{number:02d}" for row in "BC" for number in range(1, 15)]
    for first in range(0, QUOTA - 1, 5):
        group = seats[first : min(first + 5, QUOTA - 1)]
        buyer = desk.customer(session)
        buyer.hold(*group)
        tickets = [_ticket(seat, pb.MEIA_PCD) for seat in group]
        assert buyer.confirm(*group, payment=_paying("pix"), ingressos=tickets).sucesso
    late, pair = desk.customer(session), seats[-2:]
    late.hold(*pair)
    answer = late.confirm(*pair, ingressos=[_ticket(s, pb.MEIA_ID_JOVEM) for s in pair])
    assert (answer.motivo, answer.meias_restantes) == ("cota_de_meia_esgotada", 1)
    assert "restam 1" in answer.mensagem
    assert late.confirm(*pair, ingressos=[_ticket(pair[0], pb.MEIA_ID_JOVEM)]).sucesso


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"ingressos": [_ticket("B01", pb.INTEIRA)]}, "B01"),
        ({"ingressos": [_ticket("A05", pb.INTEIRA)] * 2}, "A05"),
        ({"ingressos": [_ticket("*", pb.INTEIRA)]}, "'*'"),
        ({"ingressos": [pb.Ingresso(assento="A05", categoria=77)]}, "77"),  # type: ignore[arg-type]
        ({"idioma": "klingon"}, "klingon"),
        ({"payment": _paying("fiado")}, "fiado"),
    ],
)
def test_a_malformed_purchase_is_refused_by_name(
    desk: Desk, more: dict[str, object], named: str
) -> None:
    ana = desk.customer()
    ana.hold("A05")
    with pytest.raises(grpc.RpcError) as refused:
        ana.confirm("A05", **more)  # type: ignore[arg-type]
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert named in str(refused.value.details())
    assert desk.states(ana.session) == {"A05": "BLOQUEADO_TEMP"}


def test_more_of_the_best_seats_than_a_buyer_may_have_are_refused(desk: Desk) -> None:
    answer = desk.customer().best(7)
    assert (answer.sucesso, answer.motivo) == (False, "limite_de_assentos")
    assert "6" in answer.mensagem


@pytest.mark.parametrize(("given", "kept"), [("", "pt-BR"), ("es", "es")])
def test_an_order_remembers_the_buyers_language(desk: Desk, given: str, kept: str) -> None:
    ana = desk.customer()
    ana.hold("A05")
    assert _order(desk, ana.confirm("A05", idioma=given).pedido_id).idioma == kept


def test_an_order_can_be_cancelled_until_two_hours_before_the_session(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    order = ana.confirm("A05", ingressos=[_ticket("A05", pb.MEIA_PCD)]).pedido_id
    start = _order(desk, order)
    assert start.cancelavel_ate_ms == start.sessao.inicio_ms - 2 * 60 * 60 * 1000
    assert ana.cancel(order).sucesso
    assert ana.cancel(order).sucesso
    assert desk.states(ana.session) == {}
    assert desk.map(ana.session).mapa.meias_vendidas == 0


def test_an_order_is_no_longer_cancelled_when_the_session_is_near(
    stack: ExitStack, tmp_path: Path
) -> None:
    start = datetime.now(SAO_PAULO) + timedelta(hours=1)
    desk = open_desk(stack, tmp_path, start=f"{start:%Y-%m-%dT%H:%M:%S}")
    ana = desk.customer()
    ana.hold("A05")
    order = ana.confirm("A05").pedido_id
    answer = ana.cancel(order)
    assert (answer.sucesso, answer.motivo) == (False, "prazo_de_cancelamento")
    assert desk.states(ana.session) == {"A05": "RESERVADO"}
