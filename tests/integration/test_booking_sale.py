"""From the list of sessions to a cancelled order: what the booking server answers to a
well-behaved caller."""

import json
from pathlib import Path

import grpc
import pytest

import cinema_pb2 as pb
from cinema.keys import order_key, partition_keys, partition_of
from cinema.notification import MESSAGE_FIELD
from tests.support.booking_desk import CALL_SECONDS, PAYMENT, Customer, Desk, all_orders


def order_of(desk: Desk, order_id: str) -> pb.Pedido:
    order: pb.Pedido = desk.stub.ObterPedido(
        pb.PedidoRequest(pedido_id=order_id), timeout=CALL_SECONDS
    )
    return order


def bought(customer: Customer, *seats: str) -> str:
    customer.hold(*seats)
    answer = customer.confirm(*seats)
    assert answer.sucesso
    return str(answer.pedido_id)


def outbox_of(desk: Desk, session: str) -> list[str]:
    """The published states, oldest first."""
    with desk.redis() as redis:
        entries = redis.xrange(partition_keys(partition_of(session)).outbox)
    messages = [json.loads(fields[MESSAGE_FIELD]) for _, fields in entries]
    return [message["status"] for message in messages if message["sessao_id"] == session]


def test_the_list_has_the_number_of_free_seats_of_every_session(desk: Desk) -> None:
    session = desk.new_session()
    desk.customer(session).hold("A03", "A04")
    bought(desk.customer(session), "B01")
    listed = {one.sessao_id: one for one in desk.stub.ListarSessoes(pb.Vazio()).sessoes}
    assert listed.keys() == set(desk.sessions)
    assert (listed[session].lugares, listed[session].livres) == (42, 39)
    assert listed[session].filme.titulo == "O Agente Secreto"
    assert listed[session].filme.filme_id == "filme"
    assert listed[session].preco_a_partir_de_centavos == 3200
    assert not listed[session].encerrada


def test_the_map_has_every_place_with_its_kind_and_price_and_every_gap(desk: Desk) -> None:
    session = desk.new_session()
    shown = desk.map(session)
    row_a, _, row_c = shown.fileiras
    assert [place.assento for place in row_a.lugares][:9] == [
        *(f"A{number:02d}" for number in range(1, 9)),
        "",
    ]
    kinds = [place.tipo for place in row_a.lugares]
    assert kinds[:3] == [pb.CADEIRANTE, pb.ACOMPANHANTE, pb.COMUM]
    assert (row_c.lugares[0].tipo, row_c.lugares[0].preco_centavos) == (pb.PREMIUM, 4400)
    assert (shown.limite_assentos, shown.tempo_reserva_ms) == (6, 300_000)
    assert (shown.mapa.sessao_id, shown.mapa.versao) == (session, 0)
    assert not shown.mapa.assentos


def test_a_hold_is_answered_with_the_canonical_seats_a_token_and_the_time_left(desk: Desk) -> None:
    ana = desk.customer()
    answer = ana.hold("a3", "A004")
    assert answer.sucesso
    assert answer.mensagem == "Reservado para você: A03 e A04."
    assert list(answer.assentos) == ["A03", "A04"]
    assert len(answer.reserva_token) == 22
    assert 299_000 < answer.restante_ms <= 300_000
    assert desk.states(ana.session) == {"A03": "BLOQUEADO_TEMP", "A04": "BLOQUEADO_TEMP"}


@pytest.mark.parametrize("spelling", ["A5", "a5", "A05", "a005"])
def test_every_spelling_of_a_seat_is_the_same_seat(desk: Desk, spelling: str) -> None:
    session = desk.new_session()
    desk.customer(session).hold("A05")
    assert list(desk.customer(session).hold(spelling).assentos_falha) == ["A05"]


def test_a_lost_seat_is_named_in_the_reader_s_language(desk: Desk) -> None:
    session = desk.new_session()
    desk.customer(session).hold("A05")
    answer = desk.customer(session).hold("A04", "A05")
    assert not answer.sucesso
    assert answer.motivo == "assento_indisponivel"
    assert answer.mensagem == "Que pena: A05 acabou de ser escolhido por outra pessoa."
    assert (list(answer.assentos), list(answer.assentos_falha)) == (["A04", "A05"], ["A05"])
    assert answer.reserva_token == ""


def test_a_buyer_of_a_seat_in_another_tab_gets_that_order(desk: Desk) -> None:
    ana = desk.customer()
    order_id = bought(ana, "A05")
    order = order_of(desk, order_id)
    for ask, seats, more in (
        (ana.confirm, ("A05",), {"key": "of another tab"}),
        (ana.hold, ("A05",), {}),
        (ana.extend, ("A05",), {}),
        (ana.extend, (), {}),
        (ana.release, ("A05",), {}),
    ):
        answer = ask(*seats, **more)
        assert (answer.sucesso, answer.motivo) == (False, "ja_comprado")
        assert answer.mensagem == "A05 já é seu: você já pagou por ele. Nada foi cobrado agora."
        assert list(answer.assentos_falha) == ["A05"]
        assert (answer.pedido_id, answer.pedido_token) == (order_id, order.link_token)
        assert (answer.pedido_chave, answer.reserva_token) == ("", "")
    assert desk.states(ana.session) == {"A05": "RESERVADO"}
    ana.hold("A06")
    assert ana.extend().sucesso


def test_a_bought_seat_whose_order_somebody_deleted_is_refused_without_its_link(desk: Desk) -> None:
    ana = desk.customer()
    order_id = bought(ana, "A05")
    with desk.redis() as redis:
        redis.delete(order_key(order_id))
    answer = ana.hold("A05")
    assert (answer.motivo, answer.pedido_id, answer.pedido_token) == ("ja_comprado", order_id, "")


def test_the_limit_is_named_when_it_is_reached(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold(*(f"B{number:02d}" for number in range(1, 7)))
    answer = ana.hold("B07")
    assert answer.motivo == "limite_de_assentos"
    assert answer.mensagem == "O limite é de 6 lugares por pessoa nesta sessão."


def test_a_wrong_token_is_refused_by_every_transition(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    for ask in (ana.hold, ana.extend, ana.confirm, ana.release):
        assert ask("A05", token="not-the-token").motivo == "token_invalido"
    assert desk.states(ana.session) == {"A05": "BLOQUEADO_TEMP"}


def test_an_extension_without_seats_is_for_all_of_the_buyer_s_holds(desk: Desk) -> None:
    ana = desk.customer()
    assert ana.extend().motivo == "reserva_expirada"
    ana.hold("A05")
    ana.hold("B05")
    answer = ana.extend()
    assert answer.sucesso
    assert sorted(answer.assentos) == ["A05", "B05"]


def test_a_released_seat_is_free(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    assert ana.release("A05").mensagem == "Liberado: A05."
    assert desk.states(ana.session) == {}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ana@café.com.br", "ana@xn--caf-dma.com.br"),
        ("Ana@EXEMPLO.com.br", "Ana@exemplo.com.br"),
        ("a..b@example.com", "a..b@example.com"),
    ],
)
def test_an_order_keeps_an_address_as_it_can_be_mailed(desk: Desk, typed: str, kept: str) -> None:
    ana = desk.customer()
    ana.hold("A05")
    payment = pb.Pagamento()
    payment.CopyFrom(PAYMENT)
    payment.email = typed
    answer = ana.confirm("A05", payment=payment)
    assert order_of(desk, answer.pedido_id).email == kept


def test_a_paid_order_has_the_price_of_each_place_and_a_masked_cpf(desk: Desk) -> None:
    ana = desk.customer()
    order = order_of(desk, bought(ana, "A05", "C01"))
    assert list(order.assentos) == ["A05", "C01"]
    assert order.total_centavos == 3200 + 4400
    assert order.cpf == "***.982.247-**"
    assert (order.nome_completo, order.email) == (PAYMENT.nome_completo, PAYMENT.email)
    assert (order.sessao_id, order.usuario_id) == (ana.session, ana.name)
    assert (order.sessao.filme.titulo, order.sessao.sala) == ("O Agente Secreto", "Sala Azul")
    assert not order.cancelado
    assert order.email_estado == pb.EMAIL_PENDENTE
    assert desk.states(ana.session) == {"A05": "RESERVADO", "C01": "RESERVADO"}


PASTED = pb.Pagamento(
    nome_completo="\u2068Maria\tda Con\u00adceição\u2069\r\n",
    cpf="CPF: ５２９.９８２.２４７-２５ (meu)",
    email="\t\ufeffMARIA@EXEMPLO.COM.BR\u200b ",
)


def test_what_is_pasted_is_kept_as_it_was_meant(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    order = order_of(desk, ana.confirm("A05", key="k", payment=PASTED).pedido_id)
    assert order.nome_completo == "Maria da Conceição"
    assert order.cpf == "***.982.247-**"
    assert order.email == "MARIA@exemplo.com.br"


def test_a_person_who_pastes_a_cpf_otherwise_is_the_same_person(desk: Desk) -> None:
    """Six seats a person, whatever the cookie."""
    session = desk.new_session()
    bought(desk.customer(session), *(f"B{number:02d}" for number in range(1, 7)))
    other_cookie = desk.customer(session)
    other_cookie.hold("A05")
    answer = other_cookie.confirm("A05", payment=PASTED)
    assert answer.motivo == "limite_de_assentos"


def test_no_cpf_is_left_anywhere_in_redis_or_in_the_log(desk: Desk) -> None:
    bought(desk.customer(), "A05")
    with desk.redis() as redis:
        data = Path(redis.config_get("dir")["dir"])
    appended = "".join(path.read_text(errors="replace") for path in data.rglob("*.aof"))
    assert "***.982.247-**" in appended
    for secret in ("52998224725", "529.982.247-25"):
        assert secret not in appended
        assert secret not in desk.booking.log


def test_a_repeated_payment_is_the_same_order_and_with_another_body_a_conflict(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    first = ana.confirm("A05", key="k")
    assert ana.confirm("a5", key="k") == first
    other = pb.Pagamento(nome_completo="Bia", cpf="", email="bia@example.com")
    assert ana.confirm("A05", key="k", payment=other).motivo == "conflito_de_chave"
    assert outbox_of(desk, ana.session) == ["CONFIRMADO"]


def test_a_foreigner_pays_without_a_cpf_and_an_old_client_without_saying_who_he_is(
    desk: Desk,
) -> None:
    session = desk.new_session()
    foreigner, old = desk.customer(session), desk.customer(session)
    foreigner.hold("A05")
    old.hold("A06")
    payment = pb.Pagamento(nome_completo="Zoë Smith", cpf="", email="zoe@example.com")
    assert order_of(desk, foreigner.confirm("A05", payment=payment).pedido_id).cpf == ""
    order = order_of(desk, old.confirm("A06", payment=None).pedido_id)
    assert order.email_estado == pb.EMAIL_SEM_ENDERECO


def test_the_best_seats_are_together_and_leave_the_places_that_are_made_for_somebody(
    desk: Desk,
) -> None:
    session = desk.new_session()
    granted = [desk.customer(session).best(3) for _ in range(9)]
    for answer in granted:
        numbers = sorted(int(seat[1:]) for seat in answer.assentos)
        assert answer.sucesso
        assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert not {"A01", "A02", "A13", "A14"} & desk.states(session).keys()
    refused = desk.customer(session).best(6)
    assert refused.motivo == "sem_lugares_juntos"
    assert refused.mensagem == "Não há mais 6 lugares juntos nesta sessão."


def test_a_cancelled_order_gives_its_seats_back_once_and_says_so(desk: Desk) -> None:
    ana = desk.customer()
    order_id = bought(ana, "A05")
    for _ in range(2):
        answer = desk.stub.CancelarPedido(pb.PedidoRequest(pedido_id=order_id))
        assert answer.sucesso
    assert order_of(desk, order_id).cancelado
    assert desk.states(ana.session) == {}
    assert outbox_of(desk, ana.session) == ["CONFIRMADO", "CANCELADO"]


def test_a_mail_that_failed_can_be_asked_for_again_but_not_while_it_is_on_its_way(
    desk: Desk,
) -> None:
    ana = desk.customer()
    order = pb.PedidoRequest(pedido_id=bought(ana, "A05"))
    assert desk.stub.ReenviarEmail(order).sucesso
    assert outbox_of(desk, ana.session) == ["CONFIRMADO"]
    desk.stub.RegistrarEmail(
        pb.RegistroEmail(pedido_id=order.pedido_id, estado=pb.EMAIL_FALHOU, motivo="caixa cheia")
    )
    assert order_of(desk, order.pedido_id).email_motivo == "caixa cheia"
    for _ in range(2):
        assert desk.stub.ReenviarEmail(order).sucesso
    assert outbox_of(desk, ana.session) == ["CONFIRMADO", "REENVIO"]
    assert order_of(desk, order.pedido_id).email_estado == pb.EMAIL_PENDENTE
    assert order_of(desk, order.pedido_id).email_motivo == ""


def test_no_mail_is_sent_again_where_there_is_no_ticket_or_no_address(desk: Desk) -> None:
    ana, old = desk.customer(), desk.customer()
    cancelled = bought(ana, "A05")
    desk.stub.CancelarPedido(pb.PedidoRequest(pedido_id=cancelled))
    old.hold("A05")
    without_address = old.confirm("A05", payment=None).pedido_id
    for order_id in (cancelled, without_address):
        with pytest.raises(grpc.RpcError) as refused:
            desk.stub.ReenviarEmail(pb.PedidoRequest(pedido_id=order_id))
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("order_id", ["", "x", "99-aaaaaaaaaaaaaaaaaaaaaa", "*", "00-" + "a" * 22])
@pytest.mark.parametrize("method", ["ObterPedido", "CancelarPedido", "ReenviarEmail"])
def test_an_order_that_does_not_exist_is_not_found(desk: Desk, method: str, order_id: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        getattr(desk.stub, method)(pb.PedidoRequest(pedido_id=order_id))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert refused.value.details() == "Pedido não encontrado."


def test_all_orders_come_in_pages(desk: Desk) -> None:
    sessions = [desk.new_session() for _ in range(4)]
    sold = {
        bought(desk.customer(session), seat)
        for session in sessions
        for seat in ("A03", "A04", "A05", "B01", "B02", "B03")
    }
    orders = all_orders(desk.stub)
    assert sold <= orders.keys()
    one = min(sold)
    assert orders[one] == order_of(desk, one)


@pytest.mark.parametrize(
    "cursor", ["x", "0", "0:0:0", "-1:0", "0:-1", "0:" + "9" * 20, "0:" + "9" * 30, "٣:٣"]
)
def test_a_cursor_that_no_page_came_with_is_refused(desk: Desk, cursor: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        desk.stub.ListarPedidos(pb.ListarPedidosRequest(cursor=cursor), timeout=CALL_SECONDS)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_cancelled_order_says_when(desk: Desk) -> None:
    order_id = bought(desk.customer(), "A03")
    assert order_of(desk, order_id).cancelado_em_ms == 0
    desk.stub.CancelarPedido(pb.PedidoRequest(pedido_id=order_id), timeout=CALL_SECONDS)
    order = order_of(desk, order_id)
    assert order.criado_em_ms <= order.cancelado_em_ms < order.criado_em_ms + 60_000
    desk.stub.CancelarPedido(pb.PedidoRequest(pedido_id=order_id), timeout=CALL_SECONDS)
    assert order_of(desk, order_id).cancelado_em_ms == order.cancelado_em_ms
