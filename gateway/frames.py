"""What the gateway says to a browser: every JSON text is made here, as the frame that goes out on the wire."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

from gateway import rfc6455
from gateway.rfc6455 import Opcode
from gateway.seat_map import Seat, SeatMap


def initial_state(session_id: str, seat_map: SeatMap, now: float) -> bytes:
    return _encode(
        {
            "evento": "estado_inicial",
            "sessao": session_id,
            "versao": seat_map.version,
            **({"edicao": seat_map.edition} if seat_map.edition else {}),
            "meias_vendidas": seat_map.half_price_sold,
            "assentos": {seat.name: _state(seat, now) for seat in seat_map.taken()},
        }
    )


def update(
    since: int,
    version: int,
    changes: Iterable[Seat],
    now: float,
    half_price_sold: int | None = None,
) -> bytes:
    """All changes after version `since`, up to and with `version`; half_price_sold: None if it has not changed."""
    half_price = {} if half_price_sold is None else {"meias_vendidas": half_price_sold}
    return _encode(
        {
            "evento": "atualizacao",
            "desde": since,
            "versao": version,
            **half_price,
            "mudancas": [_change(seat, now) for seat in changes],
        }
    )


def own_seats(seats: Collection[Seat], now: float) -> bytes:
    """What one buyer holds, with the time left, and what the buyer has bought; for that buyer's pages alone."""
    left = {seat.name: seat.ms_left(now) for seat in seats if seat.is_held}
    bought = [seat.name for seat in seats if not seat.is_held]
    more = {"comprados": bought} if bought else {}
    return _encode({"evento": "meus_assentos", "assentos": left, **more})


def situation(live: bool) -> bytes:
    return _encode({"evento": "situacao", "ao_vivo": live})


def audience(count: int) -> bytes:
    return _encode({"evento": "publico", "assistindo": count})


def success(kind: str, request_id: str | None, text: str, **facts: Any) -> bytes:
    return _reply("ok", kind, request_id, {"mensagem": text, **facts})


def error(kind: str, request_id: str | None, reason: str, text: str, **facts: Any) -> bytes:
    return _reply("erro", kind, request_id, {"motivo": reason, "mensagem": text, **facts})


def _reply(status: str, kind: str, request_id: str | None, facts: Mapping[str, Any]) -> bytes:
    echo = {} if request_id is None else {"id": request_id}
    return _encode({"status": status, "tipo": kind, **echo, **facts})


def _state(seat: Seat, now: float) -> dict[str, str | int]:
    if seat.is_held:
        return {"estado": "bloqueado", "restante_ms": seat.ms_left(now)}
    return {"estado": "ocupado"}


def _change(seat: Seat, now: float) -> dict[str, str | int]:
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
