"""Parses requests. Malformed input ends here, with a Portuguese message, before any state is
read."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cinema_pb2 as pb
from booking.order import Payer, Purchase
from booking.programme import Programme, Session
from booking.programme.rooms import SeatKind
from booking.ticket_changes import gone_seats, screening_of
from cinema.contract import CATEGORIES
from cinema.identity import LONGEST_BUYER, is_valid_buyer, person_tag
from cinema.language_tags import DEFAULT, LANGUAGES
from cinema.names import normalise_name
from cinema.payment_rules import (
    DECLINED_METHOD,
    PAYMENT_METHODS,
    cpf_digits,
    fault_of_email,
    mask_cpf,
    normalise_email,
    validate_payment,
)
from cinema.refusals import Refusal
from cinema.seats import MalformedSeat, canonical
from cinema.tickets import Category, Ticket, half_price_quota, price_of

LONGEST_KEY = 128
MOST_SEATS_IN_A_REQUEST = 100
_NETWORK_TAG = re.compile(r"([0-9a-f]{32})?", re.ASCII)


class InvalidRequest(ValueError):
    """Malformed input; the text says what is wrong and what is accepted."""


class UnknownSession(InvalidRequest):
    """No session of the programme, at least not any more."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"Sessão desconhecida: {_quote(session_id)}. Veja ListarSessoes.")
        self.session_id = session_id


class UnknownSeat(InvalidRequest):
    """The session's room has no such seat."""


@dataclass(frozen=True, slots=True)
class SeatRequest:
    """A request about seats of a known session, by a valid buyer. `network` is empty if the request
    does not say it.

    `from_browser`: the rules of the house apply (booking/house_rules.py).
    """

    session: Session
    buyer: str
    seats: tuple[str, ...]
    token: str
    network: str
    from_browser: bool
    given_back: tuple[str, ...] = ()  # in exchange for `seats`, and none of them


def parse_seats(
    request: pb.ReservaRequest, programme: Programme, gone: Collection[str] = ()
) -> SeatRequest:
    """The request's session, buyer, and at least one seat of its room or of `gone`. Raises
    InvalidRequest."""
    parsed = parse_optional_seats(request, programme, gone)
    if not parsed.seats:
        raise InvalidRequest("Nenhum assento informado: envie pelo menos um, como A05.")
    return parsed


def parse_optional_seats(
    request: pb.ReservaRequest, programme: Programme, gone: Collection[str] = ()
) -> SeatRequest:
    """Like `parse_seats`; without seats it means all of the buyer's. Raises InvalidRequest."""
    place, token = request.assento, request.reserva_token
    session = parse_session(place.sessao_id, programme)
    single = place.assento_num
    names = [single, *request.assentos] if single else request.assentos
    seats = _parse_names(names, session, gone)
    given_back = _parse_names(request.em_troca_de, session, gone)
    if len(token) > LONGEST_KEY:
        raise InvalidRequest(f"reserva_token: no máximo {LONGEST_KEY} caracteres.")
    return SeatRequest(
        session,
        parse_buyer(request.usuario_id),
        seats,
        token,
        parse_network(request.rede),
        request.do_navegador,
        tuple(seat for seat in given_back if seat not in seats),
    )


def parse_best(request: pb.MelhoresRequest, programme: Programme) -> tuple[SeatRequest, int]:
    """How many seats the caller wants, and a request without seats. Raises InvalidRequest."""
    session = parse_session(request.sessao_id, programme)
    buyer, network = parse_buyer(request.usuario_id), parse_network(request.rede)
    wanted = SeatRequest(session, buyer, (), "", network, request.do_navegador)
    return wanted, _parse_quantity(request.quantidade)


def parse_session(session_id: str, programme: Programme) -> Session:
    session = programme.sessions.get(session_id)
    if session is None:
        raise UnknownSession(session_id)
    return session


def parse_buyer(buyer: str) -> str:
    if not is_valid_buyer(buyer):
        raise InvalidRequest(
            f"usuario_id inválido: {_quote(buyer)}. "
            f"Use de 1 a {LONGEST_BUYER} caracteres visíveis, "
            "e nenhum nome reservado, como RESERVADO."
        )
    return buyer


def parse_network(tag: str) -> str:
    if not _NETWORK_TAG.fullmatch(tag):
        raise InvalidRequest("rede: vazia ou 32 dígitos hexadecimais.")
    return tag


def parse_email(text: str) -> str:
    """The address as it is stored. Raises InvalidRequest."""
    fault = fault_of_email(text)
    if fault:
        raise InvalidRequest(f"email: {fault}")
    return normalise_email(text)


def _parse_key(key: str) -> str:
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise InvalidRequest(
            f"chave_idempotencia inválida: no máximo {LONGEST_KEY} caracteres visíveis."
        )
    return key


def _parse_payer(request: pb.ReservaRequest) -> Payer:
    """The payer; empty if the request names none, like the original's clients."""
    if not request.HasField("pagamento"):
        return Payer()
    payment = request.pagamento
    faults = validate_payment(payment.nome_completo, payment.cpf, payment.email)
    if faults:
        raise InvalidRequest("; ".join(f"{field}: {text}" for field, text in faults.items()))
    return Payer(
        normalise_name(payment.nome_completo),
        mask_cpf(payment.cpf),
        normalise_email(payment.email),
    )


def parse_purchase(
    request: pb.ReservaRequest, wanted: SeatRequest, person_secret: bytes
) -> Purchase:
    """The tickets and the payer. Payments are simulated: the buyer's choice of a card decides
    whether it is declined."""
    method, tickets = _parse_payment_method(request), _parse_tickets(request, wanted)
    return Purchase(
        tickets=tickets,
        token=wanted.token,
        key=_parse_key(request.chave_idempotencia),
        payer=_parse_payer(request),
        person=person_tag(person_secret, wanted.session.id, cpf_digits(request.pagamento.cpf)),
        payment_method=method,
        language=_parse_language(request),
        screening=screening_of(wanted.session),
        closes_at=wanted.session.closes_at_ms,
        quota=half_price_quota(len(wanted.session.room.seats)),
        veto=_veto(request, wanted, tickets, method),
    )


def _veto(
    request: pb.ReservaRequest, wanted: SeatRequest, tickets: Sequence[Ticket], method: str
) -> Refusal | None:
    """Why a sale is refused although the buyer holds the seats."""
    session = wanted.session
    if session.cancelled:
        return Refusal.SESSION_CANCELLED
    if request.edicao not in ("", session.edition) or gone_seats(wanted.seats, session):
        return Refusal.SESSION_CHANGED
    total = sum(ticket.price for ticket in tickets)
    if request.HasField("total_centavos") and request.total_centavos != total:
        return Refusal.PRICE_CHANGED
    if method == DECLINED_METHOD:
        return Refusal.PAYMENT_DECLINED
    return None


def _parse_payment_method(request: pb.ReservaRequest) -> str:
    method = request.pagamento.forma
    if method not in PAYMENT_METHODS:
        raise InvalidRequest(
            f"pagamento.forma: pix, cartao ou cartao_recusado, não {_quote(method)}."
        )
    return method


def _parse_language(request: pb.ReservaRequest) -> str:
    language = request.idioma or DEFAULT
    if language not in LANGUAGES:
        raise InvalidRequest(f"idioma: {', '.join(LANGUAGES)}, não {_quote(language)}.")
    return language


def _parse_tickets(request: pb.ReservaRequest, wanted: SeatRequest) -> tuple[Ticket, ...]:
    """One ticket a seat, at today's prices; full price for seats without a category."""
    categories = _parse_categories(request, wanted)
    return tuple(
        Ticket(seat, category, price_of(category, _full_price(seat, wanted.session)))
        for seat in wanted.seats
        for category in (categories.get(seat, Category.FULL),)
    )


def _full_price(seat: str, session: Session) -> int:
    """Any price for a seat that the room no longer has: it is not sold."""
    place = session.room.seats.get(seat)
    return session.price_of(place.kind if place else SeatKind.COMUM)


def _parse_categories(request: pb.ReservaRequest, wanted: SeatRequest) -> dict[str, Category]:
    named: dict[str, Category] = {}
    for ticket in request.ingressos[: MOST_SEATS_IN_A_REQUEST + 1]:
        seat = _parse_seat(ticket.assento, wanted.session, wanted.seats)
        if seat not in wanted.seats or seat in named:
            raise InvalidRequest(f"ingressos: {seat} repetido, ou fora dos assentos do pedido.")
        if ticket.categoria not in CATEGORIES:
            raise InvalidRequest(f"ingressos: categoria desconhecida: {ticket.categoria}.")
        named[seat] = CATEGORIES[ticket.categoria]
    return named


def _parse_quantity(quantity: int) -> int:
    if not 1 <= quantity <= MOST_SEATS_IN_A_REQUEST:
        raise InvalidRequest(f"quantidade: de 1 a {MOST_SEATS_IN_A_REQUEST}, não {quantity}.")
    return quantity


def _parse_names(names: Sequence[str], session: Session, gone: Collection[str]) -> tuple[str, ...]:
    if len(names) > MOST_SEATS_IN_A_REQUEST:
        raise InvalidRequest(
            f"Assentos demais: {len(names)}. No máximo {MOST_SEATS_IN_A_REQUEST} por pedido."
        )
    seats = tuple([_parse_seat(name, session, gone) for name in names])
    if len(seats) > 1 and len(set(seats)) < len(seats):
        raise InvalidRequest("Assento repetido no mesmo pedido.")
    return seats


def _parse_seat(name: str, session: Session, gone: Collection[str]) -> str:
    if name in session.room.seats:
        return name
    try:
        seat = canonical(name)
    except MalformedSeat:
        raise InvalidRequest(f"Assento inválido: {_quote(name)}. O nome é como A05.") from None
    if seat not in session.room.seats and seat not in gone:
        raise UnknownSeat(f"A sala {session.room.name} não tem o assento {seat}.")
    return seat


def _quote(text: str) -> str:
    """A caller's text, short enough for an error message."""
    return repr(text if len(text) <= 40 else text[:40] + "…")
