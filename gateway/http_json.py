"""From booking's messages to the JSON of the HTTP API: mapped once, here. Money in centavos, times in São Paulo's."""

from functools import lru_cache
from typing import Any

import segno

from cinema.local_time import local_time
from cinema.order_code import order_code
from cinema.pix import pix_code
from cinema.ticket_qr import ticket_qr
from cinema_pb2 import (
    Categoria,
    EstadoEmail,
    Ingresso,
    Lugar,
    MapaResponse,
    Pedido,
    Sessao,
    TipoAssento,
)
from gateway.qr_images import svg_data_uri

Json = dict[str, Any]

# Looked up for each seat of a hall, where the enum's own names take several times as long.
_SEAT_KINDS = {number: name.lower() for name, number in TipoAssento.items()}
_MAIL_STATES = {
    EstadoEmail.EMAIL_PENDENTE: "pendente",
    EstadoEmail.EMAIL_ENVIADO: "enviado",
    EstadoEmail.EMAIL_FALHOU: "falhou",
    EstadoEmail.EMAIL_SEM_ENDERECO: "sem_endereco",
}


def session_json(session: Sessao) -> Json:
    return {
        "id": session.sessao_id,
        "filme": {
            "id": session.filme.filme_id or session.filme.titulo,  # of a booking that is older
            "titulo": session.filme.titulo,
            "duracao_min": session.filme.duracao_min,
            "classificacao": session.filme.classificacao,
            "sinopse": session.filme.sinopse,
        },
        "sala": session.sala,
        "inicio": _time(session.inicio_ms),
        "idioma": session.idioma,
        "preco_a_partir_de": session.preco_a_partir_de_centavos,
        "lugares": session.lugares,
        "livres": session.livres,
        "encerrada": session.encerrada,
    }


def map_json(answer: MapaResponse) -> Json:
    return {
        **session_json(answer.sessao),
        "limite_assentos": answer.limite_assentos,
        "tempo_reserva_ms": answer.tempo_reserva_ms,
        "meias_total": answer.meias_total,
        "meias_vendidas": answer.mapa.meias_vendidas,
        "precos": _prices(answer),
        "fileiras": [
            {"nome": row.nome, "lugares": [_place(place) for place in row.lugares]}
            for row in answer.fileiras
        ],
    }


def order_json(order: Pedido, now: float) -> Json:
    """`now`: Unix time in seconds."""
    return {
        "pedido": order.pedido_id,
        "codigo": order_code(order.pedido_id),
        "estado": "cancelado" if order.cancelado else "confirmado",
        "sessao": session_json(order.sessao),
        "assentos": list(order.assentos),
        "ingressos": [_ticket(order.pedido_id, ticket) for ticket in order.ingressos],
        "total": order.total_centavos,
        "forma": order.forma_pagamento,
        "idioma": order.idioma,
        "nome": order.nome_completo,
        "cpf": order.cpf,
        "email": order.email,
        "criado_em": _time(order.criado_em_ms),
        "email_estado": _MAIL_STATES.get(order.email_estado, "pendente"),
        "email_motivo": order.email_motivo,
        "cancelavel": not order.cancelado and now * 1_000 <= order.cancelavel_ate_ms,
        "cancelavel_ate": _time(order.cancelavel_ate_ms),
    }


@lru_cache(maxsize=256)
def pix_json(total: int) -> Json:
    code = pix_code(total)
    return {"copia_e_cola": code, "qr": svg_data_uri(segno.make_qr(code, error="m"))}


def _ticket(order_id: str, ticket: Ingresso) -> Json:
    return {
        "assento": ticket.assento,
        "categoria": Categoria.Name(ticket.categoria).lower(),
        "preco": ticket.preco_centavos,
        "qr": svg_data_uri(ticket_qr(order_id, ticket.assento)),
    }


def _place(place: Lugar) -> Json | None:
    """None where the row has a gap."""
    if not place.assento:
        return None
    return {
        "assento": place.assento,
        "tipo": _SEAT_KINDS[place.tipo],
        "preco": place.preco_centavos,
    }


def _prices(answer: MapaResponse) -> dict[str, int]:
    """By kind of seat, for the kinds that the room has."""
    places = [place for row in answer.fileiras for place in row.lugares if place.assento]
    return {_SEAT_KINDS[place.tipo]: place.preco_centavos for place in places}


def _time(unix_ms: int) -> str:
    return local_time(unix_ms).isoformat(timespec="seconds")
