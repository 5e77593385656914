"""São Paulo's time, in which sessions are announced."""

from datetime import datetime
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")

# As browsers write them (static/format.js): tests/unit_js/day_cases.json checks both.
_WEEKDAYS = {
    "pt-BR": ["seg", "ter", "qua", "qui", "sex", "sáb", "dom"],
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "es": ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
}
_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"],
    "es": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
}


def local_time(milliseconds: int) -> datetime:
    """A Unix time as São Paulo's clocks show it."""
    return datetime.fromtimestamp(milliseconds / 1_000, SAO_PAULO)


def iso_time(milliseconds: int) -> str:
    """A Unix time in ISO 8601, to the millisecond, with São Paulo's offset."""
    return local_time(milliseconds).isoformat(timespec="milliseconds")


def clock(moment: datetime, tag: str) -> str:
    """17h45 and 5h in Portuguese, else 17:45 and 05:00."""
    if tag != "pt-BR":
        return f"{moment:%H:%M}"
    return f"{moment.hour}h{moment:%M}" if moment.minute else f"{moment.hour}h"


def day_and_hour(moment: datetime, tag: str) -> str:
    """`sáb 13/12 · 17h45`, `Sat 13 Dec · 17:45` and `sáb 13 dic · 17:45`"""
    months = _MONTHS.get(tag)
    date = f"{moment:%d} {months[moment.month - 1]}" if months else f"{moment:%d/%m}"
    return f"{_WEEKDAYS[tag][moment.weekday()]} {date} · {clock(moment, tag)}"
