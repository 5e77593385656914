"""One seat of several is given back: once, and the order keeps the others."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import grpc
import pytest

import cinema_pb2 as pb
from booking.order import Order
from booking.orders import OrderBook
from cinema.identity import owner_tag
from cinema.keys import partition_keys, partition_of_order
from cinema.local_time import SAO_PAULO
from cinema.refusals import Refusal
from cinema.tickets import Category
from notifications.ledger_record import record_of
from tests.fakes.messages import ORDER, sold
from tests.support.booking_desk import CALL_SECONDS, Customer, Desk, open_desk
from tests.support.gateway_in_process import Bench
from tests.support.hall import Buyer, Hall

HALF = Category.STUDENT


# ----------------------------------------------------------------------------------- the transition


async def bought(buyer: Buyer, *seats: str) -> str:
    await buyer.hold(*seats)
    answer = await buyer.confirm(*seats, key="k", category=HALF, quota=10)
    assert answer.refusal is None
    return answer.order_id


async def order_of(hall: Hall, order_id: str) -> Order:
    order = await OrderBook(hall.redis).get(order_id)
    assert order is not None
    return order


async def test_the_seat_is_free_at_once_and_the_order_keeps_the_rest(hall: Hall) -> None:
    ana = hall.buyer()
    order_id = await bought(ana, "A01", "A02")
    assert await ana.give_back(order_id, "A02", "A01", "A02", category=HALF)
    assert await hall.states() == {"A01": "sold"}
    order = await order_of(hall, order_id)
    assert (order.seats, order.total, order.cancelled) == (("A01",), 1600, False)
    [back] = order.given_back
    assert (back.ticket.seat, back.ticket.price, back.ticket.category) == ("A02", 1600, HALF)
    assert abs(back.at - await hall.clock()) < 5_000


async def test_pages_quota_and_the_buyers_limit_hear_of_it_in_the_same_step(hall: Hall) -> None:
    ana = hall.buyer()
    order_id = await bought(ana, "A01", "A02")
    await ana.give_back(order_id, "A02", "A01", "A02", category=HALF)
    tag = owner_tag(hall.session, ana.name)
    freed = {"seat": "A02", "state": "free", "reason": "cancelado", "tag": tag}
    assert (await hall.events())[-1] == {"version": 3, "changes": [freed]}
    assert int(await hall.redis.get(hall.keys.half_price) or 0) == 1
    assert (await hall.dump())[hall.keys.buyers][ana.name]["sold"] == 1


@pytest.mark.parametrize("seats", [["A02"], None], ids=["one seat", "all seats"])
async def test_cool_downs_that_are_over_are_forgotten_in_passing(
    hall: Hall, seats: list[str] | None
) -> None:
    partition, member = hall.keys.partition, f"{hall.session}:Z01:tag"
    order_id = await bought(hall.buyer(), "A01", "A02")
    await hall.redis.zadd(partition.cooldowns, {member: 1})
    await hall.redis.hset(partition.released, member, 1)
    assert await hall.seats.cancel(await order_of(hall, order_id), seats)
    assert await hall.redis.zscore(partition.cooldowns, member) is None
    assert await hall.redis.hget(partition.released, member) is None


async def test_the_outbox_has_the_seat_once(hall: Hall) -> None:
    ana = hall.buyer()
    order_id = await bought(ana, "A01", "A02")
    await ana.give_back(order_id, "A02", "A01", "A02", category=HALF)
    assert (await hall.outbox())[1:] == [
        {
            "pedido_id": order_id,
            "sessao_id": hall.session,
            "assentos": ["A02"],
            "usuario_id": ana.name,
            "status": "ASSENTOS_CANCELADOS",
        }
    ]


async def test_an_order_that_another_tab_changed_since_it_was_read_stays_as_it_is(
    hall: Hall,
) -> None:
    ana = hall.buyer()
    order_id = await bought(ana, "A01", "A02", "A03")
    before = await order_of(hall, order_id)
    assert await hall.seats.cancel(before, ["A02"])
    async with hall.unchanged():
        assert not await hall.seats.cancel(before, ["A02"])
        assert not await hall.seats.cancel(before, ["A01"])
        assert not await hall.seats.cancel(before)
    assert await hall.seats.cancel(await order_of(hall, order_id))
    assert await hall.states() == {}
    assert (await hall.outbox())[-1]["assentos"] == ["A01", "A03"]
    assert await hall.redis.get(hall.keys.half_price) == "0"


async def test_a_seat_that_was_given_back_can_be_bought_again_by_anybody(hall: Hall) -> None:
    ana, bia = hall.buyer(), hall.buyer()
    order_id = await bought(ana, "A01", "A02")
    await ana.give_back(order_id, "A02", "A01", "A02", category=HALF)
    assert (await bia.hold("A02")).refusal is None
    assert (await bia.confirm("A02", quota=10)).refusal is None
    # What the first order has left is its own; the second buyer's seat is none of it.
    await ana.cancel(order_id, "A01", "A02", category=HALF)
    assert await hall.states() == {"A02": "sold"}


async def test_a_repeated_payment_is_answered_with_the_order_that_kept_a_seat(hall: Hall) -> None:
    ana = hall.buyer()
    order_id = await bought(ana, "A01", "A02")
    await ana.give_back(order_id, "A01", "A01", "A02", category=HALF)
    again = await ana.confirm("A01", "A02", key="k", category=HALF, quota=10)
    assert (again.refusal, again.order_id) == (None, order_id)
    await ana.give_back(order_id, "A02", "A01", "A02", category=HALF)
    again = await ana.confirm("A01", "A02", key="k", category=HALF, quota=10)
    assert again.refusal is Refusal.ORDER_CANCELLED


async def test_many_tabs_at_a_time_give_each_seat_back_once(hall: Hall) -> None:
    ana, seats = hall.buyer(), ("A01", "A02", "A03", "A04")
    order_id = await bought(ana, *seats)

    async def tab(seat: str) -> None:
        """As booking does: it reads the order again where somebody was quicker."""
        while seat in (order := await order_of(hall, order_id)).seats and not order.cancelled:
            await ana.give_back(order_id, seat, *seats, category=HALF)

    await asyncio.gather(*(tab(seat) for seat in seats * 3))
    assert await hall.states() == {}
    assert (await order_of(hall, order_id)).cancelled
    announced = [seat for message in (await hall.outbox())[1:] for seat in message["assentos"]]
    assert sorted(announced) == list(seats)
    assert await hall.redis.get(hall.keys.half_price) == "0"


# ---------------------------------------------------------------------------------------- over gRPC


def give_back(desk: Desk, order_id: str, *seats: str) -> pb.ReservaResponse:
    request = pb.CancelarAssentosRequest(pedido_id=order_id, assentos=seats)
    answer: pb.ReservaResponse = desk.stub.CancelarAssentos(request, timeout=CALL_SECONDS)
    return answer


def read_order(desk: Desk, order_id: str) -> pb.Pedido:
    order: pb.Pedido = desk.stub.ObterPedido(
        pb.PedidoRequest(pedido_id=order_id), timeout=CALL_SECONDS
    )
    return order


def sold_to(customer: Customer, *seats: str) -> str:
    customer.hold(*seats)
    answer = customer.confirm(*seats, key="k")
    assert answer.sucesso, answer.mensagem
    return str(answer.pedido_id)


def test_an_order_lists_its_seats_and_those_that_were_given_back(desk: Desk) -> None:
    ana = desk.customer()
    order_id = sold_to(ana, "A05", "A06", "C01")
    answer = give_back(desk, order_id, "c1")
    assert (answer.sucesso, list(answer.assentos)) == (True, ["C01"])
    order = read_order(desk, order_id)
    assert (list(order.assentos), order.total_centavos) == (["A05", "A06"], 6400)
    [back] = order.devolvidos
    assert (back.ingresso.assento, back.ingresso.preco_centavos) == ("C01", 4400)
    assert desk.states(ana.session) == {"A05": "RESERVADO", "A06": "RESERVADO"}


def test_an_answer_that_got_lost_is_asked_for_again_without_harm(desk: Desk) -> None:
    ana = desk.customer()
    order_id = sold_to(ana, "A05", "A06")
    first = give_back(desk, order_id, "A05")
    version = desk.map(ana.session).mapa.versao
    again = give_back(desk, order_id, "A05")
    assert (again.sucesso, list(again.assentos)) == (first.sucesso, list(first.assentos))
    assert desk.map(ana.session).mapa.versao == version
    assert len(read_order(desk, order_id).devolvidos) == 1


def test_the_last_seat_cancels_the_order(desk: Desk) -> None:
    ana = desk.customer()
    order_id = sold_to(ana, "A05", "A06")
    give_back(desk, order_id, "A05")
    assert give_back(desk, order_id, "A06").sucesso
    order = read_order(desk, order_id)
    assert (order.cancelado, list(order.assentos), len(order.devolvidos)) == (True, ["A06"], 1)
    assert give_back(desk, order_id, "A05", "A06").sucesso
    assert desk.states(ana.session) == {}


def test_two_tabs_that_give_back_different_seats_leave_nothing_sold(desk: Desk) -> None:
    ana = desk.customer()
    order_id = sold_to(ana, "A05", "A06", "A07", "A08")
    with ThreadPoolExecutor() as tabs:
        seats = ("A05", "A06", "A07", "A08", "A05", "A08")
        answers = list(tabs.map(lambda seat: give_back(desk, order_id, seat), seats))
    assert all(answer.sucesso for answer in answers)
    assert desk.states(ana.session) == {}
    assert read_order(desk, order_id).cancelado


def test_who_gave_a_seat_back_may_have_another_in_its_place(desk: Desk) -> None:
    ana = desk.customer()
    order_id = sold_to(ana, *(f"B0{number}" for number in range(1, 7)))
    assert ana.hold("B07").motivo == "limite_de_assentos"
    give_back(desk, order_id, "B06")
    assert ana.hold("B07").sucesso


@pytest.mark.parametrize("seats", [(), ("B01",), ("A05", "B01"), ("x",), ("A05",) * 101])
def test_a_seat_that_the_order_never_had_is_malformed(desk: Desk, seats: tuple[str, ...]) -> None:
    ana = desk.customer()
    order_id = sold_to(ana, "A05", "A06")
    with pytest.raises(grpc.RpcError) as fault:
        give_back(desk, order_id, *seats)
    assert fault.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert len(desk.states(ana.session)) == 2


def test_no_seat_is_given_back_when_the_session_is_near(stack: ExitStack, tmp_path: Path) -> None:
    start = datetime.now(SAO_PAULO) + timedelta(hours=1)
    desk = open_desk(stack, tmp_path, start=f"{start:%Y-%m-%dT%H:%M:%S}")
    order_id = sold_to(desk.customer(), "A05", "A06")
    assert give_back(desk, order_id, "A05").motivo == "prazo_de_cancelamento"
    assert len(read_order(desk, order_id).assentos) == 2


def test_a_companions_seat_does_not_stay_without_the_wheelchair_space(desk: Desk) -> None:
    ana = desk.customer()
    order_id = sold_to(ana, "A01", "A02", "B01")
    answer = give_back(desk, order_id, "A01")
    assert (answer.motivo, list(answer.assentos_falha)) == ("acompanhante_sem_cadeirante", ["A02"])
    assert len(read_order(desk, order_id).assentos) == 3
    assert give_back(desk, order_id, "A02").sucesso
    assert give_back(desk, order_id, "A01").sucesso


def test_the_mail_with_the_tickets_is_sent_again_and_an_older_one_ends_nothing(desk: Desk) -> None:
    order_id = sold_to(desk.customer(), "A05", "A06")
    mails = partition_keys(partition_of_order(order_id)).mails

    def record(**more: Any) -> None:
        sent = pb.RegistroEmail(
            pedido_id=order_id, estado=pb.EMAIL_ENVIADO, tipo="ingresso", **more
        )
        desk.stub.RegistrarEmail(sent, timeout=CALL_SECONDS)

    schedule = pb.AgendarEmailRequest(pedido_id=order_id, tipo="ingresso", prazo_ms=60_000)
    desk.stub.AgendarEmail(schedule, timeout=CALL_SECONDS)
    give_back(desk, order_id, "A05")
    with desk.redis() as redis:
        record()  # of the mail that was under way, and still has both tickets
        assert read_order(desk, order_id).email_estado == pb.EMAIL_PENDENTE
        assert redis.zscore(mails, order_id) is not None
        record(devolucoes=1)
        assert read_order(desk, order_id).email_estado == pb.EMAIL_ENVIADO
        assert redis.zscore(mails, order_id) is None


def test_the_ledger_has_what_is_left_and_what_was_given_back(desk: Desk) -> None:
    order_id = sold_to(desk.customer(), "A05", "C01")
    assert "devolvidos" not in record_of(read_order(desk, order_id))
    give_back(desk, order_id, "C01")
    record = record_of(read_order(desk, order_id))
    assert (record["assentos"], record["total_centavos"]) == (["A05"], 3200)
    assert record["estado"] == "confirmado"
    [back] = cast(list[dict[str, Any]], record["devolvidos"])
    assert (back["assento"], back["preco_centavos"]) == ("C01", 4400)
    assert datetime.fromisoformat(back["cancelado_em"]).tzinfo is not None


# ---------------------------------------------------------------------------------------- over HTTP

ADDRESS = f"/api/pedidos/{ORDER}/assentos/cancelar"


async def test_the_page_names_the_seats_and_every_map_frees_them(bench: Bench) -> None:
    bench.booking.change(sold("F07", "x"), sold("F08", "x"))
    async with bench.http() as http, bench.browser() as page:
        await page.event("estado_inicial")
        answer = await http.post(ADDRESS, json={"assentos": ["F08"]})
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        [freed] = (await page.event("atualizacao"))["mudancas"]
    assert (freed["assento"], freed["motivo"]) == ("F08", "cancelado")
    [asked] = bench.booking.asked(pb.CancelarAssentosRequest)
    assert (asked.pedido_id, list(asked.assentos)) == (ORDER, ["F08"])
    assert len(asked.rede) == 32


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"assentos": []}', b'{"assentos": "F08"}', b'{"assentos": [8]}', b"["]
)
async def test_a_body_that_names_no_seats_gives_none_back(bench: Bench, body: bytes) -> None:
    async with bench.http() as http:
        answer = await http.post(ADDRESS, content=body)
    assert (answer.status_code, answer.json()["motivo"]) == (400, "dados_invalidos")
    assert not bench.booking.asked(pb.CancelarAssentosRequest)


async def test_only_the_managing_link_of_an_order_gives_a_seat_back(bench: Bench) -> None:
    bench.booking.order.link_token, bench.booking.order.chave = "5e" * 16, "c4" * 16
    async with bench.http() as http:
        for token, status in (("", 404), (f".{'5e' * 16}", 403), (f".{'c4' * 16}", 200)):
            address = f"/api/pedidos/{ORDER}{token}/assentos/cancelar"
            answer = await http.post(address, json={"assentos": ["F08"]})
            assert answer.status_code == status
        evil = {"Origin": "http://evil.example"}
        answer = await http.post(ADDRESS, json={"assentos": ["F08"]}, headers=evil)
    assert answer.json()["motivo"] == "origem_recusada"


async def test_what_was_given_back_is_shown_without_a_code_for_the_door(bench: Bench) -> None:
    order = bench.booking.order
    back = pb.Devolucao(ingresso=order.ingressos[1], em_ms=1_795_000_000_000)
    order.devolvidos.append(back)
    del order.ingressos[1], order.assentos[1]
    async with bench.http() as http:
        told_order = (await http.get(f"/api/pedidos/{ORDER}")).json()
    assert [ticket["assento"] for ticket in told_order["ingressos"]] == ["F07"]
    [shown] = told_order["devolvidos"]
    assert (shown["assento"], shown["categoria"], shown["preco"]) == ("F08", "meia_estudante", 1600)
    assert "qr" not in shown
