"""The calendar entry that comes with a ticket."""

from datetime import timedelta

import icalendar

import cinema_pb2 as pb
from notifications.portuguese import local_time


def invitation(order: pb.Pedido, uid: str, description: str) -> bytes:
    """An iCalendar file (RFC 5545) with one event, from the film's start to its end.

    The same order always gives the same bytes: a calendar that gets it twice keeps one entry.
    """
    session = order.sessao
    start = local_time(session.inicio_ms)
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("dtstamp", local_time(order.criado_em_ms))
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=session.filme.duracao_min))
    event.add("summary", f"Cinema: {session.filme.titulo}")
    event.add("location", session.sala)
    event.add("description", description)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Cinema//Ingressos//PT")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones(first_date=start.date())
    content: bytes = calendar.to_ical()
    return content
