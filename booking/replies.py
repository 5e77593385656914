"""From outcomes to the contract's messages: mapped once, here."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import cinema_pb2 as pb
from booking.answer import Answer
from booking.order import Order
from booking.programme import Programme, Session
from booking.programme.rooms import Room, Row, SeatKind
from booking.seat_snapshot import SeatCount, SeatSnapshot, SoldSeats
from booking.ticket_changes import alteration, cancellable_until
from cinema.contract import CATEGORY_NUMBERS, MAIL_STATE_NUMBERS
from cinema.mail_state import MailState
from cinema.refusals import enumeration, sentence
from cinema.tickets import Ticket

_KINDS = {kind: kind.value.upper() for kind in SeatKind}
_WITHHELD = "Foram e-mails demais em pouco tempo: peça este de novo daqui a uma hora."


def reservation_reply(
    answer: Answer, seats: Sequence[str], success: str, limit: int = 0
) -> pb.ReservaResponse:
    """`success` is the sentence for a granted request; `{seats}` in it becomes the seats."""
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
        encerrada=_is_closed(session, now_ms),
        alteracao=session.cancelled or session.change,
        cancelada=bool(session.cancelled),
    )


def rows_part(session: Session) -> bytes:
    """Of a MapaResponse the rows of the room, with the session's prices."""
    prices = frozenset((kind, session.price_of(kind)) for kind in session.room.kinds)
    return _rows_part(session.room, prices)


@lru_cache(maxsize=64)
def _rows_part(room: Room, prices: frozenset[tuple[SeatKind, int]]) -> bytes:
    """Made once for all sessions in this room at these prices."""
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
    """A map without its seats."""
    return pb.MapaSessao(
        sessao_id=session.id,
        edicao=session.edition,
        versao=count.version,
        meias_vendidas=count.half_price_sold,
    )


def seat_map_message(session: Session, seat_map: SeatSnapshot) -> pb.MapaSessao:
    message = pb.MapaSessao(
        sessao_id=session.id,
        edicao=session.edition,
        versao=seat_map.version,
        meias_vendidas=seat_map.half_price_sold,
        assentos=[
            pb.EstadoAssento(
                assento=seat,
                estado=pb.StatusReserva.BLOQUEADO_TEMP,
                restante_ms=seat_map.ms_left(hold),
                marca=hold.tag,
            )
            for seat, hold in seat_map.held.items()
        ],
    )
    message.MergeFromString(_sold_part(seat_map.sold))
    return message


def _sold_part(sold: SoldSeats) -> bytes:
    """Made once as long as no seat is sold or given back."""
    if sold.encoded is None:
        state = pb.StatusReserva.RESERVADO
        seats = [
            pb.EstadoAssento(assento=seat, estado=state, marca=sale.tag)
            for seat, sale in sold.items()
        ]
        sold.encoded = pb.MapaSessao(assentos=seats).SerializeToString()
    return sold.encoded


def order_message(
    order: Order, programme: Programme, cancel_until_ms: int, now_ms: int
) -> pb.Pedido:
    """`cancel_until_ms` is how long before the session's start an order can still be cancelled."""
    session = programme.sessions.get(order.session_id)
    return pb.Pedido(
        pedido_id=order.id,
        sessao_id=order.session_id,
        assentos=order.seats,
        usuario_id=order.buyer,
        nome_completo=order.payer.name,
        cpf=order.payer.masked_cpf,
        email=order.payer.email,
        total_centavos=order.total,
        criado_em_ms=order.created_at,
        cancelado=order.cancelled,
        cancelado_em_ms=order.cancelled_at,
        email_estado=MAIL_STATE_NUMBERS[order.mail],
        email_motivo=_WITHHELD if order.mail is MailState.WITHHELD else order.mail_reason,
        ingressos=_ticket_messages(order, session),
        forma_pagamento=order.payment_method,
        idioma=order.language,
        cancelavel_ate_ms=cancellable_until(order, session, cancel_until_ms),
        sessao=_sold_session(order, session, programme, now_ms),
        sessao_atual=session_message(session, 0, now_ms) if session else None,
        alteracao=alteration(order, session, now_ms),
        link_token=order.tokens.view,
        chave=order.tokens.manage,
        correcoes=order.corrections,
        dados_apagados=order.erased_at > 0,
        devolvidos=[
            pb.Devolucao(ingresso=_ticket_message(one.ticket), em_ms=one.at)
            for one in order.given_back
        ],
    )


def _ticket_messages(order: Order, session: Session | None) -> list[pb.Ingresso]:
    halves = session.room.other_halves if session else {}
    messages = [_ticket_message(ticket) for ticket in order.tickets]
    for message in messages:
        other = halves.get(message.assento, "")
        message.vai_com = other if other in order.seats else ""
    return messages


def _ticket_message(ticket: Ticket) -> pb.Ingresso:
    return pb.Ingresso(
        assento=ticket.seat,
        categoria=CATEGORY_NUMBERS[ticket.category],
        preco_centavos=ticket.price,
    )


def _sold_session(
    order: Order, session: Session | None, programme: Programme, now_ms: int
) -> pb.Sessao:
    """As it was sold; an order that lacks the film has it from the session of today, where there still is one."""
    sold = order.screening
    if sold.film or session is None:
        picture = programme.pictures.get(sold.film_id)
        film = pb.Filme(
            filme_id=sold.film_id,
            titulo=sold.film,
            duracao_min=sold.minutes,
            classificacao=sold.rating,
            cartaz=picture.version if picture else "",
        )
        shown = pb.Sessao(filme=film, sala=sold.room, idioma=sold.language)
    else:
        shown = session_message(session, 0, now_ms)
    shown.sessao_id, shown.inicio_ms = order.session_id, sold.starts_at
    shown.encerrada = session is None or _is_closed(session, now_ms)
    return shown


def _is_closed(session: Session, now_ms: int) -> bool:
    return bool(session.cancelled) or 0 < session.closes_at_ms <= now_ms
