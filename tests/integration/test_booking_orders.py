"""What an order keeps of its sale, whatever becomes of the programme, and the secrets of its
links."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

import cinema_pb2 as pb
from cinema.keys import partition_keys, partition_of
from cinema.local_time import SAO_PAULO
from tests.support.booking_desk import (
    CALL_SECONDS,
    Customer,
    Desk,
    new_session,
    open_desk,
    session_entry,
)
from tests.support.orders import kept_record, rewrite
from tests.support.waiting import wait_until

SOLD_AT = "2099-12-31T17:45:00"
SOLD_AT_MS = int(datetime(2099, 12, 31, 17, 45, tzinfo=SAO_PAULO).timestamp() * 1_000)
LONG_AGO_MS = 1_000_000_000_000
OTHER_FILM_AND_ROOM = """
[[filmes]]
id = "outro"
titulo = "Bacurau"
duracao_min = 132
classificacao = "18"
sinopse = "Outro filme."

[[salas]]
id = "outra"
nome = "Sala Verde"
fileiras = ["A CA......_....AC"]
"""


ANNOUNCED = {"alterada": "O projetor quebrou."}


class Box:
    """A desk's programme, to be changed under an order."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.path = desk.folder / "programacao.toml"
        self.before = self.path.read_text(encoding="utf-8")
        self.session = new_session()

    def show(self, entry: str) -> None:
        """Returns once booking has taken up the programme with this entry beside its own."""
        mark = new_session()
        more = OTHER_FILM_AND_ROOM + entry + session_entry(mark, SOLD_AT)
        self.path.write_text(self.before + more, encoding="utf-8")
        wait_until(lambda: mark in self._listed(), 10, "the programme is taken up")

    def _listed(self) -> set[str]:
        answer = self.desk.stub.ListarSessoes(pb.Vazio(), timeout=CALL_SECONDS)
        return {session.sessao_id for session in answer.sessoes}

    def entry(self, start: str = SOLD_AT, **more: str) -> str:
        return session_entry(self.session, start, **more)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with ExitStack() as stack:
        box = Box(open_desk(stack, tmp_path))
        box.show(box.entry())
        yield box


def bought(customer: Customer, seat: str = "A05") -> str:
    customer.hold(seat)
    answer = customer.confirm(seat)
    assert answer.sucesso, answer.mensagem
    return str(answer.pedido_id)


def order_of(desk: Desk, order_id: str) -> pb.Pedido:
    request = pb.PedidoRequest(pedido_id=order_id)
    order: pb.Pedido = desk.stub.ObterPedido(request, timeout=CALL_SECONDS)
    return order


def forget(desk: Desk, order_id: str, *names: str) -> None:
    """Makes the order's record one from before these were kept."""
    redis = desk.redis()
    record = kept_record(redis, order_id)
    kept = {name: value for name, value in record.items() if name not in names}
    rewrite(redis, order_id, kept)


def age(desk: Desk, order_id: str) -> None:
    """The order's session was long ago."""
    redis = desk.redis()
    rewrite(redis, order_id, kept_record(redis, order_id) | {"inicio_ms": LONG_AGO_MS})


AS_SOLD = ("filme_id", "filme", "duracao_min", "classificacao", "sala", "idioma_sessao")


@pytest.mark.parametrize(
    "change",
    [
        "dropped",
        pytest.param("another film and room", marks=pytest.mark.nightly),
        pytest.param("another start", marks=pytest.mark.nightly),
    ],
)
def test_an_order_keeps_film_room_and_start_as_they_were_sold(box: Box, change: str) -> None:
    order_id = bought(box.desk.customer(box.session))
    entry = {
        "another film and room": box.entry(**ANNOUNCED)
        .replace('filme = "filme"', 'filme = "outro"')
        .replace(f'sala = "{box.session}"', 'sala = "outra"')
        .replace("legendado", "dublado"),
        "another start": box.entry("2099-12-30T20:00:00", **ANNOUNCED),
        "dropped": "",
    }[change]
    if change == "dropped":
        age(box.desk, order_id)
    box.show(entry)
    sold = order_of(box.desk, order_id).sessao
    starts_at = LONG_AGO_MS if change == "dropped" else SOLD_AT_MS
    assert (sold.sessao_id, sold.inicio_ms) == (box.session, starts_at)
    assert (sold.filme.titulo, sold.filme.duracao_min, sold.filme.classificacao) == (
        "O Agente Secreto",
        158,
        "16",
    )
    assert (sold.sala, sold.idioma) == ("Sala Azul", "legendado")
    assert sold.encerrada == (change == "dropped")


def test_an_order_from_before_has_todays_film_and_its_own_start(box: Box) -> None:
    order_id = bought(box.desk.customer(box.session))
    forget(box.desk, order_id, *AS_SOLD)
    box.show(box.entry("2099-12-30T20:00:00", **ANNOUNCED))
    shown = order_of(box.desk, order_id).sessao
    assert (shown.filme.titulo, shown.sala, shown.inicio_ms) == (
        "O Agente Secreto",
        "Sala Azul",
        SOLD_AT_MS,
    )


def test_an_order_from_before_whose_session_has_gone_still_knows_when_it_was(box: Box) -> None:
    order_id = bought(box.desk.customer(box.session))
    forget(box.desk, order_id, *AS_SOLD, "link", "chave")
    age(box.desk, order_id)
    box.show("")
    order = order_of(box.desk, order_id)
    assert (order.sessao.sessao_id, order.sessao.inicio_ms) == (box.session, LONG_AGO_MS)
    assert order.sessao.filme.titulo == ""
    assert (order.link_token, order.chave) == ("", "")


# -------------------------------------------------------------------------------------------- links


def test_a_sale_is_answered_with_the_secrets_of_the_orders_links(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    first = ana.confirm("A05", key="k")
    order = order_of(desk, first.pedido_id)
    assert (order.link_token, order.chave) == (first.pedido_token, first.pedido_chave)
    assert first.pedido_token != first.pedido_chave
    for token in (first.pedido_token, first.pedido_chave):
        assert re.fullmatch(r"[0-9a-f]{32}", token)
        assert token not in first.pedido_id
    again = ana.confirm("A05", key="k")
    assert (again.pedido_token, again.pedido_chave) == (first.pedido_token, first.pedido_chave)


def test_a_refused_sale_has_no_links(desk: Desk) -> None:
    answer = desk.customer().confirm("A05", key="k")
    assert not answer.sucesso
    assert (answer.pedido_token, answer.pedido_chave) == ("", "")


def test_neither_outbox_nor_events_nor_log_carry_them(desk: Desk) -> None:
    ana = desk.customer()
    ana.hold("A05")
    answer = ana.confirm("A05", key="k")
    keys = partition_keys(partition_of(ana.session))
    redis = desk.redis()
    said = str(redis.xrange(keys.outbox)) + str(redis.xrange(keys.events)) + desk.booking.log
    assert answer.pedido_id in said
    for token in (answer.pedido_token, answer.pedido_chave):
        assert token not in said
