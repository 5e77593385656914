"""Compares a sold ticket with the programme of today."""

from collections.abc import Collection, Iterator
from datetime import datetime

from booking.order import Order, Screening
from booking.programme import Session
from cinema.local_time import local_time
from cinema.refusals import enumeration

_MONTH_MS = 30 * 24 * 3_600_000
_DROPPED = "Esta sessão saiu da programação. Você pode cancelar o pedido."
_CHANGED = "Esta sessão mudou depois da sua compra."


def screening_of(session: Session) -> Screening:
    """What a ticket sold now is for."""
    film = session.film
    return Screening(
        starts_at=session.starts_at_ms,
        film_id=film.id,
        film=film.title,
        minutes=film.duration_minutes,
        rating=film.rating,
        room=session.room.name,
        language=session.language,
    )


def differences(sold: Screening, seats: Collection[str], session: Session) -> Iterator[str]:
    """The differences, in Portuguese. Ignores facts that an old record lacks; a film may be
    renamed."""
    if _is_moved(sold, session):
        yield "início"
    if sold.film_id and sold.film_id != session.film.id:
        yield "filme"
    if sold.room and sold.room != session.room.name:
        yield "sala"
    if sold.language and sold.language.casefold() != session.language.casefold():
        yield "idioma"
    lost = gone_seats(seats, session)
    if lost:
        yield f"sem {' '.join(lost)}"


def gone_seats(seats: Collection[str], session: Session) -> list[str]:
    """The seats that the session's room does not have."""
    return sorted({seat for seat in seats if seat not in session.room.seats})


def seats_of(session: Session, seats: Collection[str]) -> int:
    """How many of the seats the session's room has."""
    return len(session.room.seats.keys() & seats)


def is_over(sold: Screening, now_ms: int) -> bool:
    """Whether the film has ended."""
    return sold.starts_at + sold.minutes * 60_000 < now_ms


def _is_moved(sold: Screening, session: Session) -> bool:
    """A daily session: a ticket is for the next showing at most."""
    if isinstance(session.start, datetime):
        return sold.starts_at != session.starts_at_ms
    was = local_time(sold.starts_at)
    return was.time() != session.start or was > session.starts_at


def alteration(order: Order, session: Session | None, now_ms: int) -> str:
    """What became of the session since the sale, as a sentence for the buyer, in Portuguese; empty:
    nothing."""
    if session is None:
        return "" if is_over(order.screening, now_ms) else _DROPPED
    if session.cancelled:
        return session.cancelled
    is_past = session.closes_at_ms == 0 and is_over(order.screening, now_ms)
    if is_past or not any(differences(order.screening, order.seats, session)):
        return ""
    lost = gone_seats(order.seats, session)
    loss = f" A sala não tem mais {enumeration(tuple(lost))}." if lost else ""
    return (session.change or _CHANGED) + loss


def cancellable_until(order: Order, session: Session | None, cancel_until_ms: int) -> int:
    """Unix time in ms. `cancel_until_ms` is how long before the start an order can still be given
    back.

    Of a session that was moved the later start counts. One that does not take place can be given
    back for a month.
    """
    starts = order.screening.starts_at
    if session is None or session.cancelled:
        return starts + _MONTH_MS
    if session.closes_at_ms > 0:
        starts = max(starts, session.starts_at_ms)
    return starts - cancel_until_ms
