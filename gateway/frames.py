"""Every JSON text that a page receives over the WebSocket, as the frame that goes onto the wire."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Unpack

import orjson

from gateway import frame_types, rfc6455
from gateway.rfc6455 import Opcode
from gateway.seat_map import Seat, SeatMap


def initial_state(session_id: str, seat_map: SeatMap, now: float) -> bytes:
    frame: frame_types.InitialState = {
        "evento": "estado_inicial",
        "sessao": session_id,
        "versao": seat_map.version,
        "meias_vendidas": seat_map.half_price_sold,
        "assentos": {seat.name: _state(seat, now) for seat in seat_map.taken()},
    }
    if seat_map.edition:
        frame["edicao"] = seat_map.edition
    return _encode(frame)


def update(
    since: int,
    version: int,
    changes: Iterable[Seat],
    now: float,
    half_price_sold: int | None = None,
) -> bytes:
    """All changes after version `since`, up to and with `version`.

    `half_price_sold` is None if it has not changed.
    """
    frame: frame_types.Update = {
        "evento": "atualizacao",
        "desde": since,
        "versao": version,
        "mudancas": [_change(seat, now) for seat in changes],
    }
    if half_price_sold is not None:
        frame["meias_vendidas"] = half_price_sold
    return _encode(frame)


def own_seats(seats: Collection[Seat], now: float) -> bytes:
    """For one buyer's pages alone: the buyer's holds with the time left, and the seats that the
    buyer has bought."""
    frame: frame_types.OwnSeats = {
        "evento": "meus_assentos",
        "assentos": {seat.name: seat.ms_left(now) for seat in seats if seat.is_held},
    }
    bought = [seat.name for seat in seats if not seat.is_held]
    if bought:
        frame["comprados"] = bought
    return _encode(frame)


def situation(live: bool) -> bytes:
    frame: frame_types.Situation = {"evento": "situacao", "ao_vivo": live}
    return _encode(frame)


def audience(count: int) -> bytes:
    frame: frame_types.Audience = {"evento": "publico", "assistindo": count}
    return _encode(frame)


def success(
    kind: str, request_id: str | None, text: str, **facts: Unpack[frame_types.SuccessFacts]
) -> bytes:
    reply: frame_types.Success = {"status": "ok", "tipo": kind, "mensagem": text, **facts}
    return _reply(reply, request_id)


def error(
    kind: str,
    request_id: str | None,
    reason: str,
    text: str,
    **facts: Unpack[frame_types.ErrorFacts],
) -> bytes:
    reply: frame_types.Error = {
        "status": "erro",
        "tipo": kind,
        "motivo": reason,
        "mensagem": text,
        **facts,
    }
    return _reply(reply, request_id)


def _reply(reply: frame_types.Reply, request_id: str | None) -> bytes:
    if request_id is not None:
        reply["id"] = request_id
    return _encode(reply)


def _state(seat: Seat, now: float) -> frame_types.TakenSeat:
    if seat.is_held:
        return {"estado": "bloqueado", "restante_ms": seat.ms_left(now)}
    return {"estado": "ocupado"}


def _change(seat: Seat, now: float) -> frame_types.Change:
    if seat.is_held:
        return {
            "evento": "assento_bloqueado",
            "assento": seat.name,
            "restante_ms": seat.ms_left(now),
        }
    if seat.is_free:
        return {"evento": "assento_liberado", "assento": seat.name, "motivo": seat.reason}
    return {"evento": "assento_reservado", "assento": seat.name}


def _encode(frame: Mapping[str, Any]) -> bytes:
    return rfc6455.frame(Opcode.TEXT, orjson.dumps(frame))
