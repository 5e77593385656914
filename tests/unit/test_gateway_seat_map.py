"""A session's seat map from booking's stream, and the frames made of it."""

import json
from typing import Any

import pytest

import cinema_pb2 as pb
from gateway import frames
from gateway.rfc6455 import payload_of
from gateway.seat_map import ContinuityLost, SeatMap
from tests.fakes.messages import freed, held, sold


def seat_map(*seats: pb.EstadoAssento, version: int = 5) -> SeatMap:
    return SeatMap(pb.MapaSessao(sessao_id="S001", versao=version, assentos=seats), now=100.0)


def said(frame: bytes) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(payload_of(frame))
    return sent


def owned(seats: SeatMap, buyer: str) -> dict[str, bool]:
    """The buyer's seats, and whether each is held."""
    return {seat.name: seat.is_held for seat in seats.owned_by(held("A01", buyer).marca)}


def update(version: int, *changes: pb.EstadoAssento) -> pb.Atualizacao:
    return pb.Atualizacao(versao=version, mudancas=changes)


def test_the_time_left_of_a_hold_is_computed_when_it_is_sent() -> None:
    held_map = seat_map(held("A01", "ana", ms=2_000))
    for now, left in ((100.0, 2_000), (101.5, 500), (200.0, 0)):
        frame = said(frames.initial_state("S001", held_map, now))
        assert frame["assentos"] == {"A01": {"estado": "bloqueado", "restante_ms": left}}


def test_a_seat_is_held_then_sold_then_free() -> None:
    seats = seat_map()
    seats.apply(update(6, held("A01", "ana")), now=100.0)
    assert owned(seats, "ana") == {"A01": True}
    seats.apply(update(7, sold("A01", "ana")), now=100.0)
    assert owned(seats, "ana") == {"A01": False}
    assert len(list(seats.taken())) == 1
    seats.apply(update(8, freed("A01", "ana", "cancelado")), now=100.0)
    assert not list(seats.taken())
    assert owned(seats, "ana") == {}
    assert seats.version == 8


@pytest.mark.parametrize("version", [1, 5, 7])
def test_any_version_but_the_next_is_noticed_before_anything_changes(version: int) -> None:
    """A repeated version belongs to other data: booking sends each once."""
    seats = seat_map(sold("A01", "ana"))
    with pytest.raises(ContinuityLost):
        seats.apply(update(version, freed("A01", "ana")), now=100.0)
    assert seats.version == 5
    assert len(list(seats.taken())) == 1


def test_the_count_of_half_price_tickets_comes_from_booking() -> None:
    snapshot = pb.MapaSessao(sessao_id="S001", versao=5, meias_vendidas=7)
    seats = SeatMap(snapshot, now=100.0)
    assert said(frames.initial_state("S001", seats, 100.0))["meias_vendidas"] == 7
    seats.apply(update(6, sold("A01", "ana")), now=100.0)
    assert seats.half_price_sold == 7
    for version, count in ((7, 8), (8, 0)):
        seats.apply(pb.Atualizacao(versao=version, meias_vendidas=count), now=100.0)
        assert seats.half_price_sold == count


def test_an_update_has_half_price_sales_only_if_they_changed() -> None:
    assert "meias_vendidas" not in said(frames.update(5, 6, [], 100.0))
    assert said(frames.update(5, 6, [], 100.0, 0))["meias_vendidas"] == 0


def test_frames_carry_no_tag() -> None:
    seats = seat_map(held("A01", "ana"))
    changes = seats.apply(
        update(6, held("A02", "ana"), sold("A03", "ana"), freed("A01", "ana")), 100.0
    )
    sent = frames.initial_state("S001", seats, 100.0) + frames.update(5, 6, changes, 100.0)
    assert held("A01", "ana").marca.encode() not in sent
