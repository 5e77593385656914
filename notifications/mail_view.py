"""The data of the mail templates: an order in its buyer's words."""

from collections.abc import Iterator
from dataclasses import dataclass

import cinema_pb2 as pb
from cinema.contract import CATEGORIES
from cinema.local_time import local_time
from cinema.names import name_fault
from cinema.order_code import order_code
from notifications.language import Language

_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class TicketLine:
    """One seat.

    `proof`: what the door asks for, empty at full price. `qr_id`: the image's Content-ID.
    """

    seat: str
    category: str
    price: str
    proof: str
    qr_id: str


def ticket_view(order: pb.Pedido, t: Language, link: str, manage_link: str) -> dict[str, object]:
    """`manage_link`, if any, is for the buyer alone; `link` is for companions, too."""
    return _view(order, t, link) | {
        "manage_link": manage_link,
        "title": t("ticket.changed_title" if order.devolvidos else "ticket.title"),
        "given_back": _given_back(order, t),
        "tickets": list(_ticket_lines(order, t)),
        "notes": [
            _cancelling(order, t),
            t("ticket.share", n=len(order.assentos)) if manage_link else t("ticket.private"),
            t("footer.demonstration"),
            t("footer.automatic"),
        ],
    }


def cancellation_view(order: pb.Pedido, t: Language, link: str) -> dict[str, object]:
    return _view(order, t, link) | {
        "title": t("cancellation.title", code=order_code(order.pedido_id)),
        "refund": _refund(order, t, order.total_centavos + _price_given_back(order)),
        "notes": [t("footer.demonstration"), t("footer.automatic")],
    }


def subject(order: pb.Pedido, t: Language, topic: str) -> str:
    code = order_code(order.pedido_id)
    if not order.sessao.filme.titulo:
        return t("subject.no_session", topic=topic, code=code)
    session = order.sessao
    when = t.short_time(local_time(session.inicio_ms))
    return t(
        "subject.session", topic=topic, film=one_line(session.filme.titulo), when=when, code=code
    )


def qr_id(order: pb.Pedido, position: int) -> str:
    """The Content-ID of a ticket's QR code, by the ticket's position, without angle brackets."""
    return f"qr{position}.{order.pedido_id}@cinema"


def art_id(order: pb.Pedido) -> str:
    """The Content-ID of the film's picture."""
    return f"film.{order.pedido_id}@cinema"


def one_line(text: str) -> str:
    """The text without control characters, which could end a header.

    Joiners, which shape letters, stay.
    """
    return " ".join("".join(c if c.isprintable() or c in _JOINERS else " " for c in text).split())


def first_name(name: str) -> str:
    """Empty if the name breaks the rules, as in old orders: a greeting must contain no link."""
    line = one_line(name)
    return "" if name_fault(line) else line.partition(" ")[0]


def _view(order: pb.Pedido, t: Language, link: str) -> dict[str, object]:
    name = first_name(order.nome_completo)
    return {
        "t": t,
        "greeting": t("greeting.name", name=name) if name else t("greeting.nobody"),
        "code": order_code(order.pedido_id),
        "facts": list(_facts(order, t)),
        "total": t.money(order.total_centavos),
        "link": link,
        "n": len(order.assentos),
    }


def _given_back(order: pb.Pedido, t: Language) -> str:
    """Which seats were cancelled one by one, and the refund; empty if none were."""
    if not order.devolvidos:
        return ""
    seats = t.seats([one.ingresso.assento for one in order.devolvidos])
    cancelled = t("ticket.given_back", n=len(order.devolvidos), seats=seats)
    return f"{cancelled} {_refund(order, t, _price_given_back(order))}".rstrip()


def _price_given_back(order: pb.Pedido) -> int:
    """In centavos."""
    return sum(one.ingresso.preco_centavos for one in order.devolvidos)


def _refund(order: pb.Pedido, t: Language, total: int) -> str:
    """The amount and the way; empty if nothing was paid."""
    if not total:
        return ""
    way = order.forma_pagamento if order.forma_pagamento in ("pix", "cartao") else "other"
    return t(f"refund.{way}", total=t.money(total))


def _facts(order: pb.Pedido, t: Language) -> Iterator[tuple[str, str]]:
    session, film = order.sessao, order.sessao.filme
    if film.titulo:
        yield t("label.film"), f"{one_line(film.titulo)} ({t.length(film.duracao_min)})"
    else:
        yield t("label.session"), order.sessao_id
    if session.inicio_ms:
        yield t("label.when"), t.long_time(local_time(session.inicio_ms))
    if session.sala:
        yield t("label.room"), t.room(one_line(session.sala))
    if session.idioma:
        yield t("label.audio"), t.audio(one_line(session.idioma))
    yield t("label.seats", n=len(order.assentos)), t.seats(order.assentos)


def _ticket_lines(order: pb.Pedido, t: Language) -> Iterator[TicketLine]:
    for position, ticket in enumerate(order.ingressos):
        category = CATEGORIES[ticket.categoria]
        yield TicketLine(
            t.seat(ticket.assento),
            t(f"category.{category}"),
            t.money(ticket.preco_centavos),
            "" if ticket.categoria == pb.INTEIRA else t(f"proof.{category}"),
            qr_id(order, position),
        )


def _cancelling(order: pb.Pedido, t: Language) -> str:
    if order.cancelavel_ate_ms <= order.criado_em_ms:
        return t("ticket.cancel_over")
    return t("ticket.cancel", time=t.long_time(local_time(order.cancelavel_ate_ms)))
