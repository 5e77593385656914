"""The schedule of mails: in Redis until their end is recorded, for one sender at a time."""

import uuid
from collections.abc import Sequence
from typing import Any

import grpc
import pytest

import cinema_pb2 as pb
from cinema.keys import PARTITIONS, order_key, partition_keys, partition_of_order
from tests.support.booking_desk import CALL_SECONDS, Desk
from tests.support.waiting import wait_until

TICKET, CANCELLATION = "ingresso", "cancelamento"
LONG_MS = 60_000
NOBODYS = "00-" + "a" * 22


class PostRoom:
    """What a sender of mails asks booking."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def sell(self) -> str:
        customer = self.desk.customer()
        customer.hold("A05")
        return str(customer.confirm("A05", key=uuid.uuid4().hex).pedido_id)

    def cancel(self, order_id: str) -> None:
        assert self._ask("CancelarPedido", pb.PedidoRequest(pedido_id=order_id)).sucesso

    def schedule(self, order_id: str, kind: str = TICKET, lease_ms: int = 0) -> bool:
        request = pb.AgendarEmailRequest(pedido_id=order_id, tipo=kind, prazo_ms=lease_ms)
        return bool(self._ask("AgendarEmail", request).agendado)

    def claim(
        self, limit: int = 10, lease_ms: int = LONG_MS, *sending: str
    ) -> list[pb.EmailDevido]:
        request = pb.ReivindicarEmailsRequest(limite=limit, prazo_ms=lease_ms, em_envio=sending)
        return list(self._ask("ReivindicarEmails", request).emails)

    def claimed(self, limit: int = 10, lease_ms: int = LONG_MS, *sending: str) -> list[str]:
        return [mail.pedido.pedido_id for mail in self.claim(limit, lease_ms, *sending)]

    def record(self, order_id: str, state: pb.EstadoEmail, **more: Any) -> None:
        self._ask("RegistrarEmail", pb.RegistroEmail(pedido_id=order_id, estado=state, **more))

    def order(self, order_id: str) -> pb.Pedido:
        order: pb.Pedido = self._ask("ObterPedido", pb.PedidoRequest(pedido_id=order_id))
        return order

    def orders(self, order_ids: Sequence[str]) -> list[pb.Pedido]:
        return list(self._ask("ObterPedidos", pb.PedidosRequest(pedido_ids=order_ids)).pedidos)

    def schedule_all(self, order_ids: Sequence[str]) -> list[Any]:
        mails = [pb.AgendarEmailRequest(pedido_id=order_id, tipo=TICKET) for order_id in order_ids]
        return list(self._ask("AgendarEmails", pb.AgendarEmailsRequest(emails=mails)).resultados)

    def record_all(self, order_ids: Sequence[str], state: pb.EstadoEmail) -> list[bool]:
        records = [pb.RegistroEmail(pedido_id=order_id, estado=state) for order_id in order_ids]
        request = pb.RegistrarEmailsRequest(registros=records)
        return list(self._ask("RegistrarEmails", request).registrados)

    def ask_again(self, order_id: str) -> None:
        self._ask("ReenviarEmail", pb.PedidoRequest(pedido_id=order_id))

    def wait_a_moment(self) -> None:
        """Until Redis' clock has moved on by a millisecond or more."""
        with self.desk.redis() as redis:
            begin = redis.time()
            wait_until(lambda: redis.time() > begin)

    def retry_failed(self) -> int:
        retried, more = 0, True
        while more:
            answer = self._ask("RetomarEmails", pb.Vazio())
            retried, more = retried + answer.retomados, answer.ha_mais
        return retried

    def _ask(self, method: str, request: Any) -> Any:
        return getattr(self.desk.stub, method)(request, timeout=CALL_SECONDS)


@pytest.fixture
def post(desk: Desk) -> PostRoom:
    """Nothing is scheduled when a test begins."""
    with desk.redis() as redis:
        for partition in range(PARTITIONS):
            keys = partition_keys(partition)
            redis.delete(keys.mails, keys.failed_mails)
    return PostRoom(desk)


def test_a_mail_is_scheduled_once_and_claimed_by_one(post: PostRoom) -> None:
    order = post.sell()
    assert [post.schedule(order) for _ in range(3)] == [True, False, False]
    (mail,) = post.claim()
    assert (mail.pedido.pedido_id, mail.tipo) == (order, TICKET)
    assert (mail.pedido.email, mail.tentativas, mail.copias) == ("ana@example.com", 0, 0)
    assert post.claimed() == []
    post.record(order, pb.EMAIL_ENVIADO, tipo=TICKET)
    assert post.order(order).email_estado == pb.EMAIL_ENVIADO
    assert not post.schedule(order)
    assert post.claimed(lease_ms=0) == []


def test_a_mail_whose_sender_died_is_claimed_again_after_its_time(post: PostRoom) -> None:
    order = post.sell()
    post.schedule(order, lease_ms=LONG_MS)
    assert post.claimed() == []
    other = post.sell()
    post.schedule(other, lease_ms=50)
    wait_until(lambda: post.claimed(lease_ms=50) == [other])
    wait_until(lambda: post.claimed(lease_ms=LONG_MS) == [other])
    assert post.claimed() == []


def test_a_mail_that_is_still_being_sent_stays_with_its_sender(post: PostRoom) -> None:
    order = post.sell()
    post.schedule(order, lease_ms=100)
    assert post.claimed(0, LONG_MS, order) == []
    assert post.claimed(10, 1, order) == []  # a shorter time takes nothing away
    with post.desk.redis() as redis:
        due = redis.zscore(partition_keys(partition_of_order(order)).mails, order)
        seconds, _ = redis.time()
    assert due > (seconds + 30) * 1_000
    post.record(order, pb.EMAIL_ENVIADO)
    assert post.claimed(10, 0, order) == []  # prolonging brings nothing back


def test_the_longest_waiting_are_claimed_first_and_no_more_than_asked_for(post: PostRoom) -> None:
    orders = [post.sell() for _ in range(6)]
    for order in orders:
        post.schedule(order)
        post.wait_a_moment()  # those that are due at one millisecond come in any order
    assert sorted(post.claimed(2)) == sorted(orders[:2])
    assert sorted(post.claimed(2)) == sorted(orders[2:4])
    assert sorted(post.claimed(9)) == sorted(orders[4:])


def test_a_mail_that_is_put_off_comes_when_its_time_has_come_with_its_tries(
    post: PostRoom,
) -> None:
    order = post.sell()
    post.schedule(order, lease_ms=LONG_MS)
    post.record(order, pb.EMAIL_PENDENTE, tipo=TICKET, tentar_em_ms=LONG_MS, tentativas=3, copias=1)
    assert post.claimed() == []
    assert post.order(order).email_estado == pb.EMAIL_PENDENTE
    post.record(order, pb.EMAIL_PENDENTE, tipo=TICKET, tentar_em_ms=0, tentativas=4, copias=2)
    (mail,) = post.claim()
    assert (mail.tentativas, mail.copias) == (4, 2)


def test_a_late_record_does_not_bring_an_ended_mail_back(post: PostRoom) -> None:
    order = post.sell()
    post.schedule(order)
    post.record(order, pb.EMAIL_ENVIADO, tipo=TICKET)
    post.record(order, pb.EMAIL_PENDENTE, tipo=TICKET, tentar_em_ms=0, tentativas=1)
    post.record(order, pb.EMAIL_FALHOU, tipo=TICKET, motivo="tarde demais")
    assert post.order(order).email_estado == pb.EMAIL_ENVIADO
    assert post.claimed() == []


def test_a_cancelled_orders_mail_is_the_one_about_its_end(post: PostRoom) -> None:
    order = post.sell()
    post.schedule(order, lease_ms=LONG_MS)
    assert not post.schedule(order, CANCELLATION)  # it is not cancelled
    post.record(order, pb.EMAIL_PENDENTE, tipo=TICKET, tentar_em_ms=LONG_MS, tentativas=3)
    post.record(order, pb.EMAIL_PENDENTE, tipo=TICKET, tentar_em_ms=0, tentativas=3)
    post.cancel(order)
    assert post.claimed() == []  # nobody is sent a ticket that is worth nothing
    assert not post.schedule(order, TICKET)
    assert [post.schedule(order, CANCELLATION) for _ in range(2)] == [True, False]
    (mail,) = post.claim()
    assert (mail.tipo, mail.tentativas) == (CANCELLATION, 0)
    post.record(order, pb.EMAIL_ENVIADO, tipo=TICKET)  # of the ticket, which was just being sent
    assert post.order(order).email_estado == pb.EMAIL_PENDENTE
    post.record(order, pb.EMAIL_ENVIADO, tipo=CANCELLATION)
    assert post.order(order).email_estado == pb.EMAIL_ENVIADO
    assert not post.schedule(order, CANCELLATION)


def test_a_mail_that_failed_is_due_again_when_the_buyer_asks_or_the_operator(
    post: PostRoom,
) -> None:
    mine, theirs, cancelled = post.sell(), post.sell(), post.sell()
    post.cancel(cancelled)
    for order, kind in ((mine, TICKET), (theirs, TICKET), (cancelled, CANCELLATION)):
        post.schedule(order, kind)
        post.record(order, pb.EMAIL_FALHOU, tipo=kind, motivo="recusado")
        assert not post.schedule(order, kind)
    assert post.claimed() == []
    post.ask_again(mine)
    assert post.schedule(mine)
    assert post.claimed() == [mine]
    assert post.retry_failed() == 2
    assert sorted(post.claimed()) == sorted([theirs, cancelled])
    assert post.order(theirs).email_motivo == ""
    assert post.retry_failed() == 0


def test_an_order_that_is_gone_takes_its_mail_along(post: PostRoom) -> None:
    order, failed = post.sell(), post.sell()
    post.schedule(order)
    post.schedule(failed)
    post.record(failed, pb.EMAIL_FALHOU)
    with post.desk.redis() as redis:
        redis.delete(order_key(order), order_key(failed))
        assert post.claimed() == []
        assert post.retry_failed() == 0
        assert redis.exists(partition_keys(partition_of_order(order)).mails) == 0
        assert redis.exists(partition_keys(partition_of_order(failed)).failed_mails) == 0


def test_an_order_without_an_address_has_no_mail(post: PostRoom) -> None:
    customer = post.desk.customer()
    customer.hold("A05")
    order = str(customer.confirm("A05", payment=None).pedido_id)
    assert not post.schedule(order)
    post.cancel(order)
    assert not post.schedule(order, CANCELLATION)
    assert post.order(order).email_estado == pb.EMAIL_SEM_ENDERECO


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("AgendarEmail", pb.AgendarEmailRequest(pedido_id=NOBODYS, tipo="carta")),
        ("AgendarEmail", pb.AgendarEmailRequest(tipo=TICKET, prazo_ms=-1)),
        ("ReivindicarEmails", pb.ReivindicarEmailsRequest(limite=501)),
        ("ReivindicarEmails", pb.ReivindicarEmailsRequest(limite=-1)),
        ("RegistrarEmail", pb.RegistroEmail(tipo="carta")),
        ("RegistrarEmail", pb.RegistroEmail(tentar_em_ms=1 << 60)),
        ("ObterPedidos", pb.PedidosRequest(pedido_ids=[NOBODYS] * 501)),
        ("AgendarEmails", pb.AgendarEmailsRequest(emails=[pb.AgendarEmailRequest(tipo="carta")])),
        ("AgendarEmails", pb.AgendarEmailsRequest(emails=[pb.AgendarEmailRequest()] * 501)),
        ("RegistrarEmails", pb.RegistrarEmailsRequest(registros=[pb.RegistroEmail()] * 501)),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    desk: Desk, method: str, request_: object
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        getattr(desk.stub, method)(request_, timeout=CALL_SECONDS)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("order_id", ["x", NOBODYS])
def test_an_unknown_orders_mail_is_not_found(post: PostRoom, order_id: str) -> None:
    for call in (
        lambda: post.schedule(order_id),
        lambda: post.record(order_id, pb.EMAIL_ENVIADO),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            call()
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_many_orders_are_answered_at_once_each_in_its_place(post: PostRoom) -> None:
    sold = [post.sell() for _ in range(3)]
    asked = [sold[0], NOBODYS, *sold[1:] * 10]
    orders = post.orders(asked)
    assert [order.pedido_id for order in orders] == [sold[0], "", *sold[1:] * 10]
    assert orders[0] == post.order(sold[0])


def test_many_mails_are_scheduled_and_recorded_at_once(post: PostRoom) -> None:
    sold = [post.sell() for _ in range(2)]
    answer = pb.AgendarEmailsResponse
    again = [sold[0]] * 20
    results = post.schedule_all([*sold, NOBODYS, *again])
    assert results == [answer.AGENDADO] * 2 + [answer.SEM_PEDIDO] + [answer.NADA_A_ENVIAR] * 20
    assert sorted(post.claimed()) == sorted(sold)
    assert post.record_all([sold[0], NOBODYS, sold[1]], pb.EMAIL_ENVIADO) == [True, False, True]
    assert {post.order(order).email_estado for order in sold} == {pb.EMAIL_ENVIADO}


def test_an_id_that_cannot_be_one_is_not_found_among_others_either(post: PostRoom) -> None:
    for call in (
        lambda: post.orders([post.sell(), "x"]),
        lambda: post.schedule_all([post.sell(), "x"]),
        lambda: post.record_all([post.sell(), "x"], pb.EMAIL_ENVIADO),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            call()
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND
