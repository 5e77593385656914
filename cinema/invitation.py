"""The calendar entry of an order: the mail brings it along, and the order's page offers it."""

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote

import icalendar

import cinema_pb2 as pb
from cinema.languages import DEFAULT
from cinema.local_time import SAO_PAULO, local_time
from cinema.order_code import order_code
from cinema.order_link import view_path

FILE_NAME = "sessao.ics"

_WORDS = {
    "pt-BR": ("Cinema", "Poltrona", "Poltronas", "Código"),
    "en": ("Cinema", "Seat", "Seats", "Code"),
    "es": ("Cine", "Butaca", "Butacas", "Código"),
}


class Method(StrEnum):
    """What a calendar does with the file (RFC 5546): it adds the entry, or removes it."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


def invitation(
    order: pb.Pedido, public_url: str, organizer: str, method: Method = Method.PUBLISH
) -> bytes:
    """An iCalendar file (RFC 5545) with one event, from the film's start to its end, in the buyer's language.

    The same order always gives the same bytes: a calendar that gets it twice keeps one entry. Its CANCEL removes that
    entry, by the same UID and a higher SEQUENCE. The order's film must be known. `organizer` is the mails' sender, in
    every file of an order: a calendar believes nobody else.
    """
    event = _event(order, public_url)
    event.add("organizer", _organizer(organizer))
    event.add("sequence", int(method is Method.CANCEL))
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Cinema//Ingressos//PT")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_zone(local_time(order.sessao.inicio_ms).date()))
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _event(order: pb.Pedido, public_url: str) -> icalendar.Event:
    session = order.sessao
    start = local_time(session.inicio_ms)
    event = icalendar.Event()
    event.add("uid", order.pedido_id)
    event.add("dtstamp", local_time(order.criado_em_ms))
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=session.filme.duracao_min))
    cinema, one, more, code = _WORDS.get(order.idioma, _WORDS[DEFAULT])
    seats = one if len(order.assentos) == 1 else more
    event.add("summary", f"{cinema}: {session.filme.titulo}")
    event.add("location", session.sala)
    event.add("description", _description(order, seats, code, public_url))
    return event


def _organizer(address: str) -> icalendar.vCalAddress:
    organizer = icalendar.vCalAddress(f"mailto:{quote(address, safe='@')}")
    organizer.params["CN"] = "Cinema"
    return organizer


@lru_cache(maxsize=64)
def _zone(day: date) -> icalendar.Timezone:
    """São Paulo's as it is that day and the next: to find it takes 12 ms, for many years a tenth of a second."""
    zone = icalendar.Timezone.from_tzid(
        SAO_PAULO.key, first_date=day, last_date=day + timedelta(days=2)
    )
    zone.pop("COMMENT", None)  # of those two days, for developers: some calendars show it
    return zone


def _description(order: pb.Pedido, seats: str, code: str, public_url: str) -> str:
    return (
        f"{seats}: {', '.join(order.assentos)}\n{code}: {order_code(order.pedido_id)}\n"
        f"{public_url}{view_path(order)}"
    )
