"""A Redis that was flushed sells nothing until an operator adopts what is there."""

import grpc

import cinema_pb2 as pb
from cinema.keys import session_keys
from tests.integration.lost_data.conftest import (
    ADOPT,
    PAUSED,
    UNAVAILABLE,
    adopt,
    buy,
    errors,
    refusal,
    wait_until_paused,
    wait_until_selling,
)
from tests.support.booking_desk import Desk
from tests.support.waiting import wait_until
from tests.support.watching import watching


def test_after_a_flush_nothing_is_sold_from_the_first_moment_on_and_one_line_says_what_to_do(
    desk: Desk,
) -> None:
    ana = desk.customer()
    buy(ana, "A05")
    ana.hold("A06")
    with desk.redis() as redis:
        redis.flushall()
        assert refusal(lambda: ana.hold("A05")) == (UNAVAILABLE, PAUSED)
        assert refusal(lambda: ana.confirm("A06", key="k")) == (UNAVAILABLE, PAUSED)
        wait_until_paused(desk)
        assert refusal(lambda: ana.hold("A05")) == (UNAVAILABLE, PAUSED)
        assert refusal(lambda: ana.release("A06")) == (UNAVAILABLE, PAUSED)
        assert redis.keys(f"{session_keys(ana.session).prefix}*") == []
    (line,) = errors(desk.booking)
    assert "Redis has lost dataset" in line
    assert ADOPT in line


def test_the_list_of_sessions_says_that_sales_are_paused_until_the_operator_says_so(
    desk: Desk,
) -> None:
    """Its numbers are those of a Redis that has lost what was sold."""

    def is_paused() -> bool:
        return bool(desk.stub.ListarSessoes(pb.Vazio()).vendas_pausadas)

    assert not is_paused()
    with desk.redis() as connection:
        connection.flushall()
    wait_until_paused(desk)
    assert is_paused()
    adopt(desk)
    wait_until_selling(desk)
    assert not is_paused()


def test_an_order_that_was_lost_is_not_called_unknown_before_the_operator_says_so(
    desk: Desk,
) -> None:
    """Its buyer has paid: the page is to wait and ask again, and its mail waits, too."""
    order_id = buy(desk.customer(), "A05")

    def look() -> object:
        return desk.stub.ObterPedido(pb.PedidoRequest(pedido_id=order_id))

    def schedule_its_mail() -> object:
        request = pb.AgendarEmailRequest(pedido_id=order_id, tipo="ingresso")
        return desk.stub.AgendarEmail(request)

    def look_at_several() -> object:
        return desk.stub.ObterPedidos(pb.PedidosRequest(pedido_ids=[order_id] * 2))

    unknown = grpc.StatusCode.NOT_FOUND, "Pedido não encontrado."

    with desk.redis() as redis:
        redis.flushall()
    assert refusal(look) == refusal(schedule_its_mail) == (UNAVAILABLE, PAUSED)
    wait_until_paused(desk)
    assert refusal(look) == refusal(schedule_its_mail) == (UNAVAILABLE, PAUSED)
    assert refusal(look_at_several) == (UNAVAILABLE, PAUSED)
    adopt(desk)
    wait_until_selling(desk)
    assert refusal(look) == refusal(schedule_its_mail) == unknown
    assert desk.stub.ObterPedidos(pb.PedidosRequest(pedido_ids=[order_id])).pedidos == [pb.Pedido()]


async def test_who_watches_gets_the_flushed_map_at_once_and_hears_that_sales_are_paused(
    desk: Desk,
) -> None:
    ana = desk.customer()
    for seat in ("A05", "A06"):
        ana.hold(seat)
    async with watching(desk.booking.address, ana.session) as watcher:
        assert (watcher.version, watcher.paused) == (2, False)
        with desk.redis() as redis:
            redis.flushall()
        await watcher.wait_for_pause(paused=True)
        await watcher.wait_for_seats({})
        assert watcher.version == 0
        async with watching(desk.booking.address, ana.session) as another:
            assert (another.version, another.paused) == (0, True)
        adopt(desk)
        await watcher.wait_for_pause(paused=False)
        ana.hold("B01")
        await watcher.wait_for_seats({"B01": "BLOQUEADO_TEMP"})
        assert watcher.version == 1


async def test_who_watches_a_session_that_counts_from_below_again_gets_a_new_snapshot(
    desk: Desk,
) -> None:
    """Without any sign but the versions: a session's keys were deleted by hand."""
    ana = desk.customer()
    for seat in ("A05", "A06", "A07"):
        ana.hold(seat)
    async with watching(desk.booking.address, ana.session) as watcher:
        with desk.redis() as redis:
            redis.delete(*redis.keys(f"{session_keys(ana.session).prefix}*"))
        desk.customer(ana.session).hold("B01")
        await watcher.wait_for_seats({"B01": "BLOQUEADO_TEMP"})
        assert (watcher.version, watcher.snapshots) == (1, 2)


def test_the_flush_is_noticed_also_where_the_secrets_went_with_the_data(desk: Desk) -> None:
    # Renamed at once: booking writes a file into the folder every second.
    (desk.folder / "secrets").rename(desk.folder / "gone")
    wait_until(lambda: any((desk.folder / "secrets").glob("dataset-*")), 5, "the file is back")
    (desk.folder / "secrets").rename(desk.folder / "gone-again")
    with desk.redis() as redis:
        redis.flushall()
    wait_until_paused(desk)
