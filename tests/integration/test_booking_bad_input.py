"""Malformed input: a clear refusal in Portuguese, no change of any state, and the server goes
on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest

import cinema_pb2 as pb
from cinema.keys import session_keys
from tests.support.booking_desk import CALL_SECONDS, PAYMENT, Desk

LONG = "x" * 10_000
SEAT_METHODS = ["ReservarAssento", "ConfirmarPagamento", "LiberarAssento", "EstenderReserva"]


@contextmanager
def refused(desk: Desk, session: str, *words: str) -> Iterator[None]:
    """INVALID_ARGUMENT with these words, and neither the session nor the number of keys has
    changed."""
    before = everything(desk, session)
    with pytest.raises(grpc.RpcError) as error:
        yield
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    details = str(error.value.details())
    for word in words:
        assert word in details
    assert len(details) < 300
    assert "Traceback" not in details
    assert everything(desk, session) == before
    assert "Traceback" not in desk.booking.log


def everything(desk: Desk, session: str) -> tuple[Any, ...]:
    keys = session_keys(session)
    with desk.redis() as redis:
        return (redis.dbsize(), redis.get(keys.version), redis.hgetall(keys.holds))


def request(session: str, *seats: str, user: str = "ana", **more: Any) -> pb.ReservaRequest:
    return pb.ReservaRequest(
        assento=pb.AssentoID(sessao_id=session), usuario_id=user, assentos=seats, **more
    )


@pytest.mark.parametrize("method", SEAT_METHODS)
@pytest.mark.parametrize("session", ["", "S404", "*", "ZZZ:999", "T1\n", LONG])
def test_an_unknown_session_is_refused(desk: Desk, method: str, session: str) -> None:
    with refused(desk, session, "Sessão desconhecida", "ListarSessoes"):
        getattr(desk.stub, method)(request(session, "A05"), timeout=CALL_SECONDS)


@pytest.mark.parametrize("method", ["ObterMapa", "AcompanharSessao", "VarrerSessao"])
def test_an_unknown_session_is_refused_where_it_is_looked_at(desk: Desk, method: str) -> None:
    with refused(desk, "S404", "Sessão desconhecida"):
        answer = getattr(desk.stub, method)(pb.SessaoRequest(sessao_id="S404"), timeout=5)
        next(iter(answer))


@pytest.mark.parametrize("method", SEAT_METHODS)
@pytest.mark.parametrize(
    ("seat", "words"),
    [
        ("*", "Assento inválido"),
        ("ZZZ:999", "Assento inválido"),
        ("A0", "Assento inválido"),
        ("A-1", "Assento inválido"),
        ("A٥", "Assento inválido"),
        ("A05\n", "Assento inválido"),
        (LONG, "Assento inválido"),
        ("A99", "A sala Sala Azul não tem o assento A99."),
        ("Z05", "A sala Sala Azul não tem o assento Z05."),
    ],
)
def test_a_seat_that_is_not_in_the_room_is_refused(
    desk: Desk, method: str, seat: str, words: str
) -> None:
    session = desk.new_session()
    with refused(desk, session, words):
        getattr(desk.stub, method)(request(session, "A05", seat), timeout=CALL_SECONDS)


@pytest.mark.parametrize("method", SEAT_METHODS)
@pytest.mark.parametrize(
    "user", ["", " ", "RESERVADO", " reservado ", "BLOQUEADO_TEMP", "ana\n", "ana\x00", LONG]
)
def test_a_buyer_s_name_that_is_none_is_refused(desk: Desk, method: str, user: str) -> None:
    session = desk.new_session()
    with refused(desk, session, "usuario_id inválido", "1 a 128"):
        getattr(desk.stub, method)(request(session, "A05", user=user), timeout=CALL_SECONDS)


@pytest.mark.parametrize("tag", ["x", "a:b", "A" * 32, "a" * 31, "a" * 33, "a" * 32 + "\n"])
def test_a_network_that_is_no_keyed_hash_is_refused(desk: Desk, tag: str) -> None:
    session = desk.new_session()
    with refused(desk, session, "rede"):
        asked = pb.MelhoresRequest(sessao_id=session, usuario_id="ana", quantidade=1, rede=tag)
        desk.stub.ReservarMelhores(asked, timeout=CALL_SECONDS)
    with refused(desk, session, "rede"):
        seats = request(session, "A05")
        seats.rede = tag
        desk.stub.ReservarAssento(seats, timeout=CALL_SECONDS)


@pytest.mark.parametrize("method", [name for name in SEAT_METHODS if name != "EstenderReserva"])
def test_a_request_for_no_seats_is_refused(desk: Desk, method: str) -> None:
    session = desk.new_session()
    with refused(desk, session, "Nenhum assento informado"):
        getattr(desk.stub, method)(request(session), timeout=CALL_SECONDS)


@pytest.mark.parametrize("method", SEAT_METHODS)
def test_a_thousand_seats_are_refused(desk: Desk, method: str) -> None:
    session = desk.new_session()
    with refused(desk, session, "Assentos demais: 1000"):
        getattr(desk.stub, method)(request(session, *["A05"] * 1_000), timeout=CALL_SECONDS)


@pytest.mark.parametrize("again", ["A05", "a5", "A005"])
def test_a_seat_that_is_named_twice_is_refused(desk: Desk, again: str) -> None:
    session = desk.new_session()
    with refused(desk, session, "Assento repetido"):
        desk.stub.ReservarAssento(request(session, "A05", again), timeout=CALL_SECONDS)


@pytest.mark.parametrize("quantity", [0, -1, 101, 1_000])
def test_a_senseless_number_of_best_seats_is_refused(desk: Desk, quantity: int) -> None:
    session = desk.new_session()
    wanted = pb.MelhoresRequest(sessao_id=session, usuario_id="ana", quantidade=quantity)
    with refused(desk, session, "quantidade: de 1 a 100"):
        desk.stub.ReservarMelhores(wanted, timeout=CALL_SECONDS)


@pytest.mark.parametrize("method", SEAT_METHODS)
def test_an_endless_token_is_refused(desk: Desk, method: str) -> None:
    session = desk.new_session()
    with refused(desk, session, "reserva_token: no máximo 128"):
        getattr(desk.stub, method)(request(session, "A05", reserva_token=LONG), timeout=5)


@pytest.mark.parametrize("key", ["k" * 129, "a\nb", "\x00"])
def test_an_order_key_that_is_none_is_refused(desk: Desk, key: str) -> None:
    session = desk.new_session()
    with refused(desk, session, "chave_idempotencia inválida"):
        desk.stub.ConfirmarPagamento(request(session, "A05", chave_idempotencia=key), timeout=5)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cpf", "529.982.247-26"),
        ("cpf", "111.111.111-11"),
        ("cpf", "5299822472"),
        ("email", ""),
        ("email", "ana@example.com\nBcc: all@example.com"),
        ("email", "ana@example.com,bia@example.com"),
        ("email", "ana"),
        ("nome_completo", ""),
        ("nome_completo", "<b>Ana</b>"),
        ("nome_completo", "Ana\u202egpj.exe"),
        ("nome_completo", LONG),
    ],
)
def test_a_payment_that_cannot_be_right_is_refused_and_the_hold_stays(
    desk: Desk, field: str, value: str
) -> None:
    ana = desk.customer()
    ana.hold("A05")
    payment = pb.Pagamento()
    payment.CopyFrom(PAYMENT)
    setattr(payment, field, value)
    with refused(desk, ana.session, "nomeCompleto" if field == "nome_completo" else field):
        ana.confirm("A05", payment=payment)
    assert desk.states(ana.session) == {"A05": "BLOQUEADO_TEMP"}


@pytest.mark.parametrize("number", [-1, 17])
def test_a_state_of_a_mail_that_the_contract_does_not_know_is_refused(
    desk: Desk, number: int
) -> None:
    note = pb.RegistroEmail.FromString(
        pb.RegistroEmail(pedido_id="00-" + "a" * 22).SerializeToString() + b"\x10" + _varint(number)
    )
    with refused(desk, "S404", "estado desconhecido"):
        desk.stub.RegistrarEmail(note, timeout=CALL_SECONDS)


def _varint(number: int) -> bytes:
    return bytes([number]) if number >= 0 else b"\xff" * 9 + b"\x01"


@pytest.mark.parametrize("method", ["ReservarAssento", "AcompanharSessao"])
@pytest.mark.parametrize("junk", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"])
def test_bytes_that_are_no_message_are_refused(desk: Desk, method: str, junk: bytes) -> None:
    with refused(desk, "S404", "A mensagem não pôde ser lida"):
        send(desk, method, junk)
    assert desk.customer().hold("A05").sucesso


def test_a_message_beyond_all_measure_is_not_even_read(desk: Desk) -> None:
    with pytest.raises(grpc.RpcError) as error:
        send(desk, "ReservarAssento", b"\x12\xff\xff\x03" + b"x" * 65_535)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert desk.customer().hold("A05").sucesso


def test_a_method_that_does_not_exist_is_unimplemented(desk: Desk) -> None:
    with pytest.raises(grpc.RpcError) as error:
        send(desk, "ApagarTudo", b"")
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


def send(desk: Desk, method: str, data: bytes) -> None:
    """The bytes as they are, whatever they may mean."""
    with grpc.insecure_channel(desk.booking.address) as channel:
        call: Any = channel.unary_unary(f"/cinema.Reserva/{method}")
        call(data, timeout=CALL_SECONDS)
