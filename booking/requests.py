"""What a caller may ask. Everything that is malformed ends here, in Portuguese, before any state is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

import cinema_pb2 as pb
from cinema.identity import LONGEST_BUYER, is_valid_buyer
from cinema.outcomes import Payer
from cinema.payment_rules import mask_cpf, normalise_name, validate_payment
from cinema.programme import Programme, Session
from cinema.seats import MalformedSeat, canonical

LONGEST_KEY = 128
MOST_SEATS_IN_A_REQUEST = 100


class InvalidRequest(ValueError):
    """Malformed input; the text says what was wrong and what is accepted."""


@dataclass(frozen=True)
class SeatRequest:
    """A request about seats of a known session, by a valid buyer."""

    session: Session
    buyer: str
    seats: tuple[str, ...]
    token: str


def parse_seats(request: pb.ReservaRequest, programme: Programme) -> SeatRequest:
    """The request's session, buyer, and at least one seat. Raises InvalidRequest."""
    parsed = parse_optional_seats(request, programme)
    if not parsed.seats:
        raise InvalidRequest("Nenhum assento informado: envie pelo menos um, como A05.")
    return parsed


def parse_optional_seats(request: pb.ReservaRequest, programme: Programme) -> SeatRequest:
    """Like `parse_seats`, where no seats mean all of the buyer's. Raises InvalidRequest."""
    session = parse_session(request.assento.sessao_id, programme)
    single = request.assento.assento_num
    names = [*([single] if single else []), *request.assentos]
    if len(request.reserva_token) > LONGEST_KEY:
        raise InvalidRequest(f"reserva_token: no máximo {LONGEST_KEY} caracteres.")
    return SeatRequest(
        session,
        parse_buyer(request.usuario_id),
        _parse_names(names, session),
        request.reserva_token,
    )


def parse_session(session_id: str, programme: Programme) -> Session:
    session = programme.sessions.get(session_id)
    if session is None:
        raise InvalidRequest(f"Sessão desconhecida: {_quote(session_id)}. Veja ListarSessoes.")
    return session


def parse_buyer(buyer: str) -> str:
    if not is_valid_buyer(buyer):
        raise InvalidRequest(
            f"usuario_id inválido: {_quote(buyer)}. Use de 1 a {LONGEST_BUYER} caracteres visíveis, "
            "e nenhum nome reservado, como RESERVADO."
        )
    return buyer


def parse_key(key: str) -> str:
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise InvalidRequest(
            f"chave_idempotencia inválida: no máximo {LONGEST_KEY} caracteres visíveis."
        )
    return key


def parse_payer(request: pb.ReservaRequest) -> Payer:
    """Who pays; empty where the request says nothing of it, as the original's clients do."""
    if not request.HasField("pagamento"):
        return Payer()
    payment = request.pagamento
    faults = validate_payment(payment.nome_completo, payment.cpf, payment.email)
    if faults:
        raise InvalidRequest("; ".join(f"{field}: {text}" for field, text in faults.items()))
    return Payer(normalise_name(payment.nome_completo), mask_cpf(payment.cpf), payment.email)


def parse_quantity(quantity: int, most: int) -> int:
    if not 1 <= quantity <= most:
        raise InvalidRequest(f"quantidade: de 1 a {most}, não {quantity}.")
    return quantity


def _parse_names(names: Sequence[str], session: Session) -> tuple[str, ...]:
    if len(names) > MOST_SEATS_IN_A_REQUEST:
        raise InvalidRequest(
            f"Assentos demais: {len(names)}. No máximo {MOST_SEATS_IN_A_REQUEST} por pedido."
        )
    seats = tuple(_parse_seat(name, session) for name in names)
    if len(set(seats)) < len(seats):
        raise InvalidRequest("Assento repetido no mesmo pedido.")
    return seats


def _parse_seat(name: str, session: Session) -> str:
    try:
        seat = canonical(name)
    except MalformedSeat:
        raise InvalidRequest(f"Assento inválido: {_quote(name)}. O nome é como A05.") from None
    if seat not in session.room.seats:
        raise InvalidRequest(f"A sala {session.room.name} não tem o assento {seat}.")
    return seat


def _quote(text: str) -> str:
    """Somebody's words, short enough for an error message."""
    return repr(text if len(text) <= 40 else text[:40] + "…")
