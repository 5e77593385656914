"""From an order to the contract's message: as it was sold, and as it is by the programme of
today."""

import cinema_pb2 as pb
from booking.order import Order
from booking.programme import Programme, Session
from booking.replies import is_closed, session_message
from booking.ticket_changes import alteration, cancellable_until
from cinema.contract import CATEGORY_NUMBERS, MAIL_STATE_NUMBERS
from cinema.mail_state import MailState
from cinema.tickets import Ticket

_WITHHELD = "Foram e-mails demais em pouco tempo: peça este de novo daqui a uma hora."


def order_message(
    order: Order, programme: Programme, cancel_until_ms: int, now_ms: int
) -> pb.Pedido:
    """`cancel_until_ms` is how long before the session's start an order can still be cancelled."""
    session = programme.sessions.get(order.session_id)
    message = _record_message(order)
    message.ingressos.extend(_ticket_messages(order, session))
    message.sessao.CopyFrom(_sold_session(order, session, programme, now_ms))
    if session:
        message.sessao_atual.CopyFrom(session_message(session, 0, now_ms))
    message.cancelavel_ate_ms = cancellable_until(order, session, cancel_until_ms)
    message.alteracao = alteration(order, session, now_ms)
    return message


def _record_message(order: Order) -> pb.Pedido:
    """What the order's record says by itself."""
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
        forma_pagamento=order.payment_method,
        idioma=order.language,
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
    """As it was sold. A record without the film takes it from today's session, where there still is
    one."""
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
    shown.encerrada = session is None or is_closed(session, now_ms)
    return shown
