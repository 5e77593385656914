"""An order as booking answers it, for tests of what follows a sale; and its record in Redis."""

import json
from datetime import datetime, timedelta
from typing import Any

import cinema_pb2 as pb
from booking.order_record import record_of
from cinema.keys import order_key
from cinema.local_time import SAO_PAULO

ORDER_ID = "12-abcdefghijklmnopqrs_-v"
START = datetime(2026, 12, 13, 17, 45, tzinfo=SAO_PAULO)


def film_session(**changes: object) -> pb.Sessao:
    fields: dict[str, Any] = {
        "sessao_id": "S001",
        "filme": pb.Filme(titulo="O Agente Secreto", duracao_min=158),
        "sala": "Sala 1",
        "inicio_ms": milliseconds(START),
        "idioma": "legendado",
    }
    return pb.Sessao(**(fields | changes))


def order(**changes: object) -> pb.Pedido:
    """F07 at full and F08 at half price, for people who can cancel until two hours before the
    film."""
    fields: dict[str, Any] = {
        "pedido_id": ORDER_ID,
        "sessao_id": "S001",
        "assentos": ["F07", "F08"],
        "ingressos": [ticket("F07", pb.INTEIRA, 3200), ticket("F08", pb.MEIA_ESTUDANTE, 1600)],
        "nome_completo": "José d'Ávila",
        "cpf": "***.456.789-**",
        "email": "jose@example.com",
        "total_centavos": 4800,
        "criado_em_ms": milliseconds(START - timedelta(days=9)),
        "cancelavel_ate_ms": milliseconds(START - timedelta(hours=2)),
        "idioma": "pt-BR",
        "sessao": film_session(),
    }
    return pb.Pedido(**(fields | changes))


def ticket(seat: str, category: pb.Categoria, price: int) -> pb.Ingresso:
    return pb.Ingresso(assento=seat, categoria=category, preco_centavos=price)


def milliseconds(moment: datetime) -> int:
    """Unix time."""
    return int(moment.timestamp()) * 1_000


def kept_record(redis: Any, order_id: str) -> dict[str, Any]:
    """By the names of the contract."""
    return record_of(redis.hgetall(order_key(order_id)))


def rewrite(redis: Any, order_id: str, record: dict[str, Any]) -> None:
    """Makes it the order's record, in the form of an earlier version."""
    redis.hset(order_key(order_id), "data", json.dumps(record))
