"""How money and times read in a mail."""

from datetime import datetime

_WEEKDAYS = (
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "sábado",
    "domingo",
)
_MONTHS = (
    *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)


def money(centavos: int) -> str:
    """R$ 1.064,00, with a space that does not break."""
    return f"R$\N{NO-BREAK SPACE}{centavos / 100:,.2f}".translate(str.maketrans(",.", ".,"))


def long_time(time: datetime) -> str:
    """domingo, 13 de dezembro de 2026, às 17:45"""
    return f"{_WEEKDAYS[time.weekday()]}, {time.day} de {_MONTHS[time.month - 1]} de {time.year}, às {time:%H:%M}"


def short_time(time: datetime) -> str:
    """13/12 às 17:45"""
    return f"{time:%d/%m} às {time:%H:%M}"
