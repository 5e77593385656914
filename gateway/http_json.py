"""Booking's messages as the JSON of the HTTP API (gateway.api_types)."""

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any

import orjson
from segno import QRCode
from starlette.responses import Response

from cinema.contract import CATEGORIES, MAIL_STATE_WORDS
from cinema.language_tags import LANGUAGES
from cinema.local_time import local_time
from cinema.order_code import order_code
from cinema.order_link import view_path
from cinema.programme_words import words_in
from cinema.ticket_qr import qr_code, ticket_qr
from cinema_pb2 import (
    Devolucao,
    Fileira,
    Filme,
    Ingresso,
    Lugar,
    MapaResponse,
    Pedido,
    PedidosResponse,
    Sessao,
    SessoesResponse,
    TipoAssento,
)
from gateway import api_types
from gateway.film_art import art_path
from gateway.pix import pix_code

Json = Mapping[str, Any]  # for orjson; parts that are encoded already are orjson.Fragments

# A lookup for each seat of a hall: the enum's own Name() takes several times as long.
_SEAT_KINDS = {number: name.lower() for name, number in TipoAssento.items()}


def json_response(data: Json) -> Response:
    return encoded_response(orjson.dumps(data))


def encoded_response(data: bytes) -> Response:
    return Response(data, media_type="application/json")


def sessions_json(answer: SessoesResponse) -> api_types.SessionList:
    sessions = [_encoded_session(one.SerializeToString()) for one in answer.sessoes]
    fragments: list[Any] = [fragment for fragment, _ in sessions]
    return {
        "sessoes": fragments,
        # Once for all sessions that share them.
        "words": {"|".join(said): _words(*said) for said in {said for _, said in sessions}},
        "vendas_pausadas": answer.vendas_pausadas,
        "cinema": answer.cinema,
    }


@lru_cache(maxsize=2_048)
def _encoded_session(message: bytes) -> tuple[orjson.Fragment, tuple[str, str]]:
    """Encoded once for all requests, until something about the session changes; with its sound
    and room."""
    session = Sessao.FromString(message)
    return orjson.Fragment(orjson.dumps(_listed_session(session))), (session.idioma, session.sala)


def session_json(session: Sessao) -> api_types.Session:
    return {**_listed_session(session), "words": _words(session.idioma, session.sala)}


def film_json(film: Filme) -> api_types.Film:
    return {
        "id": film.filme_id or film.titulo,  # from an older booking
        "titulo": film.titulo,
        "duracao_min": film.duracao_min,
        "classificacao": film.classificacao,
        "sinopse": film.sinopse,
        "art": art_path(film) if film.titulo else "",
    }


def _listed_session(session: Sessao) -> api_types.ListedSession:
    return {
        "id": session.sessao_id,
        "filme": film_json(session.filme),
        "sala": session.sala,
        "inicio": _time(session.inicio_ms),
        "idioma": session.idioma,
        "preco_a_partir_de": session.preco_a_partir_de_centavos,
        "lugares": session.lugares,
        "livres": session.livres,
        "encerrada": session.encerrada,
    }


@lru_cache(maxsize=512)
def _words(sound: str, room: str) -> api_types.ByLanguage:
    """The programme's Portuguese names of sound and room, in every language."""
    return {
        tag: {
            "audio": words_in(tag).audio(sound),
            "tag": words_in(tag).audio_tag(sound),
            "room": words_in(tag).room(room),
        }
        for tag in LANGUAGES
    }


def map_json(answer: MapaResponse) -> api_types.SessionMap:
    session = answer.sessao
    # A past session needs no word about its changes.
    is_past = session.encerrada and not session.cancelada
    rows = [_encoded_row(row.SerializeToString()) for row in answer.fileiras]
    fragments: list[Any] = [fragment for fragment, _ in rows]
    return {
        **session_json(session),
        "limite_assentos": answer.limite_assentos,
        "tempo_reserva_ms": answer.tempo_reserva_ms,
        "meias_total": answer.meias_total,
        "meias_vendidas": answer.mapa.meias_vendidas,
        "edicao": answer.mapa.edicao,
        "alteracao": "" if is_past else session.alteracao,
        "cancelada": session.cancelada,
        "cinema": answer.cinema,
        "precos": {kind: price for _, prices in rows for kind, price in prices.items()},
        "fileiras": fragments,
    }


@lru_cache(maxsize=2_048)
def _encoded_row(message: bytes) -> tuple[orjson.Fragment, dict[str, int]]:
    """A row of the hall, encoded once, and the price of each kind of seat in it."""
    row = Fileira.FromString(message)
    places = [_place(place) for place in row.lugares]
    prices = {place["tipo"]: place["preco"] for place in places if place}
    found: api_types.Row = {"nome": row.nome, "lugares": places}
    if row.bloco:
        found["bloco"] = row.bloco
    return orjson.Fragment(orjson.dumps(found)), prices


def order_json(order: Pedido, *, is_managed: bool, now: float) -> api_types.Order:
    """Buyer and mail address are empty unless `is_managed`. `now`: Unix time in seconds."""
    return {
        "pedido": order.pedido_id,
        "link": view_path(order),
        "pode_gerir": is_managed,
        "codigo": order_code(order.pedido_id),
        "estado": "cancelado" if order.cancelado else "confirmado",
        "sessao": session_json(order.sessao),
        "sessao_atual": session_json(order.sessao_atual) if order.sessao_atual.sessao_id else None,
        "alteracao": order.alteracao,
        "assentos": list(order.assentos),
        "ingressos": [_ticket(order.pedido_id, ticket) for ticket in order.ingressos],
        "devolvidos": [_given_back(one) for one in order.devolvidos],
        "total": order.total_centavos,
        "forma": order.forma_pagamento,
        "idioma": order.idioma,
        "nome": order.nome_completo if is_managed else "",
        "cpf": order.cpf if is_managed else "",
        "email": order.email if is_managed else "",
        "dados_apagados": order.dados_apagados and is_managed,
        "criado_em": _time(order.criado_em_ms),
        "email_estado": MAIL_STATE_WORDS.get(order.email_estado, "pendente"),
        "email_motivo": order.email_motivo if is_managed else "",
        "cancelavel": not order.cancelado and now * 1_000 <= order.cancelavel_ate_ms,
        "cancelavel_ate": _time(order.cancelavel_ate_ms),
    }


def own_orders_json(answer: PedidosResponse, now: float) -> api_types.OwnOrders:
    """Summaries of a buyer's orders, for that buyer alone. `now`: Unix time in seconds."""
    return {"pedidos": [_own_order(order, now) for order in answer.pedidos]}


def _own_order(order: Pedido, now: float) -> api_types.OrderSummary:
    """With the session's present time and room, if the programme has changed them since the
    sale."""
    session = order.sessao
    if order.alteracao and order.sessao_atual.sessao_id:
        session = order.sessao_atual
    ends_ms = session.inicio_ms + session.filme.duracao_min * 60_000
    return {
        "pedido": order.pedido_id,
        "link": view_path(order),
        "sessao": order.sessao_id,
        "filme": session.filme.titulo,
        "sala": session.sala,
        "inicio": _time(session.inicio_ms),
        "terminou": ends_ms < now * 1_000,
        "alteracao": order.alteracao,
        "assentos": list(order.assentos),
    }


@lru_cache(maxsize=1_024)
def pix_json(total: int) -> api_types.PixCode:
    code = pix_code(total)
    return {"copia_e_cola": code, "qr": _svg_data_uri(qr_code(code, error="m"))}


def _ticket(order_id: str, ticket: Ingresso) -> api_types.Ticket:
    picture = _ticket_picture(order_id, ticket.assento)
    return {**_sold(ticket), "vai_com": ticket.vai_com, "qr": picture}


def _given_back(one: Devolucao) -> api_types.ReturnedTicket:
    """Without a QR code, which would no longer be valid."""
    return {**_sold(one.ingresso), "em": _time(one.em_ms)}


def _sold(ticket: Ingresso) -> api_types.SoldSeat:
    return {
        "assento": ticket.assento,
        "categoria": CATEGORIES[ticket.categoria],
        "preco": ticket.preco_centavos,
    }


@lru_cache(maxsize=4_096)
def _ticket_picture(order_id: str, seat: str) -> str:
    return _svg_data_uri(ticket_qr(order_id, seat))


def _place(place: Lugar) -> api_types.Place | None:
    """None for a gap."""
    if not place.assento:
        return None
    return {
        "assento": place.assento,
        "tipo": _SEAT_KINDS[place.tipo],
        "preco": place.preco_centavos,
    }


def _time(unix_ms: int) -> str:
    return local_time(unix_ms).isoformat(timespec="seconds")


def _svg_data_uri(code: QRCode) -> str:
    """A QR code for an <img>: black on white with its quiet zone, in whatever size the page
    gives it."""
    picture = BytesIO()
    code.save(
        picture,
        kind="svg",
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return f"data:image/svg+xml;base64,{b64encode(picture.getvalue()).decode()}"
