"""The programme: which film runs where and when, and what a seat costs. A TOML file, checked
whole."""

from booking.programme.programme import (
    Programme,
    ProgrammeError,
    load_programme,
    parse_programme,
)
from booking.programme.rooms import Place, Room, Row, SeatKind
from booking.programme.session import Film, Session, next_moment

__all__ = [
    "Film",
    "Place",
    "Programme",
    "ProgrammeError",
    "Room",
    "Row",
    "SeatKind",
    "Session",
    "load_programme",
    "next_moment",
    "parse_programme",
]
