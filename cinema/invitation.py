"""An order's calendar entry, for its mail and its page."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote

import icalendar

import cinema_pb2 as pb
from cinema.calendar_lines import line, text, utc, zoned
from cinema.language_tags import known
from cinema.local_time import SAO_PAULO, local_time
from cinema.order_code import order_code
from cinema.order_link import view_path
from cinema.programme_words import texts_in

FILE_NAME = "sessao.ics"


class Method(StrEnum):
    """Whether a calendar adds the entry or removes it (RFC 5546)."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


def invitation(
    order: pb.Pedido, public_url: str, organizer: str, method: Method = Method.PUBLISH
) -> bytes:
    """An iCalendar file (RFC 5545) with one event, the film, in the buyer's language.

    The same order gives the same bytes: a calendar that gets it twice keeps one entry. By the same
    UID and a higher SEQUENCE, CANCEL removes that entry, and an order that lost a seat replaces it.
    The order's film must be known. `organizer` is the mails' sender, in all files of an order:
    calendars accept changes from no one else.
    """
    cancelled = method is Method.CANCEL
    return b"".join(
        (
            line("BEGIN", "VCALENDAR"),
            text("VERSION", "2.0"),
            text("PRODID", "-//Cinema//Ingressos//PT"),
            text("METHOD", method),
            _zone(local_time(order.sessao.inicio_ms).date()),
            line("BEGIN", "VEVENT"),
            *_event(order, public_url),
            line("ORGANIZER;CN=Cinema", f"mailto:{quote(organizer, safe='@')}"),
            line("SEQUENCE", str(len(order.devolvidos) + cancelled)),
            line("STATUS", "CANCELLED" if cancelled else "CONFIRMED"),
            line("END", "VEVENT"),
            line("END", "VCALENDAR"),
        )
    )


def _event(order: pb.Pedido, public_url: str) -> Iterator[bytes]:
    session = order.sessao
    start = local_time(session.inicio_ms)
    texts = texts_in(known(order.idioma))
    yield text("UID", order.pedido_id)
    changed_ms = max((one.em_ms for one in order.devolvidos), default=order.criado_em_ms)
    yield utc("DTSTAMP", local_time(changed_ms))
    yield zoned("DTSTART", start, SAO_PAULO.key)
    yield zoned("DTEND", start + timedelta(minutes=session.filme.duracao_min), SAO_PAULO.key)
    yield text("SUMMARY", f"{texts['page']['cinema']}: {session.filme.titulo}")
    yield text("LOCATION", session.sala)
    yield text("DESCRIPTION", _description(order, texts["label"], public_url))


@lru_cache(maxsize=64)
def _zone(day: date) -> bytes:
    """São Paulo's time zone for that day and the next: takes 12 ms, and for many years 100 ms."""
    zone = icalendar.Timezone.from_tzid(
        SAO_PAULO.key, first_date=day, last_date=day + timedelta(days=2)
    )
    zone.pop("COMMENT", None)  # for developers, but some calendars show it
    lines: bytes = zone.to_ical()
    return lines


def _description(order: pb.Pedido, labels: dict[str, str], public_url: str) -> str:
    seats = labels["seats_one" if len(order.assentos) == 1 else "seats"]
    return (
        f"{seats}: {', '.join(order.assentos)}\n{labels['code']}: {order_code(order.pedido_id)}\n"
        f"{public_url}{view_path(order)}"
    )
