"""From answers and sessions to the contract's messages."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import cinema_pb2 as pb
from booking.answer import Answer
from booking.programme import Session
from booking.programme.rooms import Room, Row, SeatKind
from booking.seat_snapshot import SeatCount, SeatSnapshot, SoldSeats
from cinema.refusals import enumeration, sentence

_KINDS = {kind: kind.value.upper() for kind in SeatKind}


def reservation_reply(
    answer: Answer, seats: Sequence[str], success: str, limit: int = 0
) -> pb.ReservaResponse:
    """`success` is the sentence of a granted request; `{seats}` in it becomes the seats."""
    if answer.refusal:
        return pb.ReservaResponse(
            sucesso=False,
            mensagem=sentence(answer.refusal, answer.failed, limit, answer.half_price_left),
            motivo=answer.refusal,
            assentos=seats,
            assentos_falha=answer.failed,
            meias_restantes=answer.half_price_left,
            pedido_id=answer.order_id,
            pedido_token=answer.tokens.view if answer.tokens else "",
        )
    reply = pb.ReservaResponse(
        sucesso=True,
        mensagem=success.format(seats=enumeration(tuple(seats))),
        reserva_token=answer.token,
        assentos=seats,
        restante_ms=answer.remaining_ms,
        pedido_id=answer.order_id,
    )
    if answer.tokens:
        reply.pedido_token, reply.pedido_chave = answer.tokens.view, answer.tokens.manage
    return reply


def session_message(session: Session, not_free: int, now_ms: int) -> pb.Sessao:
    seats = len(session.room.seats)
    return pb.Sessao(
        sessao_id=session.id,
        filme=pb.Filme(
            filme_id=session.film.id,
            titulo=session.film.title,
            duracao_min=session.film.duration_minutes,
            classificacao=session.film.rating,
            sinopse=session.film.synopsis,
            cartaz=session.film.poster,
        ),
        sala=session.room.name,
        inicio_ms=session.starts_at_ms,
        idioma=session.language,
        preco_a_partir_de_centavos=session.lowest_price,
        lugares=seats,
        livres=max(0, seats - not_free),
        encerrada=is_closed(session, now_ms),
        alteracao=session.cancelled or session.change,
        cancelada=bool(session.cancelled),
    )


def rows_part(session: Session) -> bytes:
    """A serialised MapaResponse with the room's rows at the session's prices alone, to merge into
    an answer."""
    prices = frozenset((kind, session.price_of(kind)) for kind in session.room.kinds)
    return _rows_part(session.room, prices)


@lru_cache(maxsize=64)
def _rows_part(room: Room, prices: frozenset[tuple[SeatKind, int]]) -> bytes:
    """Encoded once for all sessions in this room at these prices."""
    price_of = dict(prices)
    rows = [_row_message(row, price_of) for row in room.rows]
    return pb.MapaResponse(fileiras=rows).SerializeToString()


def _row_message(row: Row, price_of: Mapping[SeatKind, int]) -> pb.Fileira:
    return pb.Fileira(
        nome=row.name,
        bloco=row.block,
        lugares=[
            pb.Lugar(
                assento=place.seat,
                tipo=_KINDS[place.kind],
                preco_centavos=price_of[place.kind],
            )
            if place
            else pb.Lugar()
            for place in row.places
        ],
    )


def count_message(session: Session, count: SeatCount) -> pb.MapaSessao:
    """A map without seats."""
    return pb.MapaSessao(
        sessao_id=session.id,
        edicao=session.edition,
        versao=count.version,
        meias_vendidas=count.half_price_sold,
    )


def snapshot_message(session: Session, snapshot: SeatSnapshot) -> pb.MapaSessao:
    message = pb.MapaSessao(
        sessao_id=session.id,
        edicao=session.edition,
        versao=snapshot.version,
        meias_vendidas=snapshot.half_price_sold,
        assentos=[
            pb.EstadoAssento(
                assento=seat,
                estado=pb.StatusReserva.BLOQUEADO_TEMP,
                restante_ms=snapshot.ms_left(hold),
                marca=hold.tag,
            )
            for seat, hold in snapshot.held.items()
        ],
    )
    message.MergeFromString(_sold_part(snapshot.sold))
    return message


def _sold_part(sold: SoldSeats) -> bytes:
    """Encoded once for each state of the sales."""
    if sold.encoded is None:
        state = pb.StatusReserva.RESERVADO
        seats = [
            pb.EstadoAssento(assento=seat, estado=state, marca=sale.tag)
            for seat, sale in sold.items()
        ]
        sold.encoded = pb.MapaSessao(assentos=seats).SerializeToString()
    return sold.encoded


def is_closed(session: Session, now_ms: int) -> bool:
    return bool(session.cancelled) or 0 < session.closes_at_ms <= now_ms
