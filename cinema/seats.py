"""Names of seats. `A5`, `a05` and `A05` are one seat: `A05`."""

import re
from functools import lru_cache

_NAME = re.compile(r"([A-Za-z]{1,2})0*([1-9][0-9]{0,2})", re.ASCII)


class MalformedSeat(ValueError):
    """The text cannot be a seat's name."""


@lru_cache(maxsize=16_384)  # bounded: clients send names
def canonical(name: str) -> str:
    """A seat's one spelling: row in capitals, number with at least two digits.

    Raises MalformedSeat.
    """
    match = _NAME.fullmatch(name) if len(name) <= 16 else None
    if match is None:
        raise MalformedSeat(name)
    return seat_name(match[1], int(match[2]))


def seat_name(row: str, number: int) -> str:
    return f"{row.upper()}{number:02d}"
