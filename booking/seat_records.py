"""A seat's hold and its sale as Redis keeps them, in JSON. Read here; written by lua/hold.lua and
lua/confirm.lua.

A hold is an object. A sale is an array; earlier versions wrote an object with a name for each
value, and with the buyer, whom the tag replaces.
"""

import json
import re
from dataclasses import dataclass

from cinema.keys import partition_of

# Of a sale as an array, or as an object. A quotation mark inside of another text is escaped.
_TAG = re.compile(r'^\["([^"]*)"|"tag":\s*"([^"]*)"')


@dataclass(frozen=True)
class Claim:
    """Who has a seat, by a buyer's tag. `since` and `at` in ms by Redis' clock.

    `since` is when the hold counts as begun, which may be when an earlier hold began; `at` is when
    it was made. Older claims have neither.
    """

    tag: str
    sold: bool
    since: int | None = None
    at: int | None = None


@dataclass(frozen=True)
class HoldRecord:
    """`since` and `at` as in a Claim; `deadline` in ms by Redis' clock."""

    tag: str
    deadline: int
    since: int | None = None
    at: int | None = None

    @property
    def claim(self) -> Claim:
        return Claim(self.tag, False, self.since, self.at)


@dataclass(frozen=True)
class SaleRecord:
    """`seats`: how many the order has. `since` and `at` as in a Claim; None and empty once they are
    deleted.

    `person` and `network` are keyed hashes, the former cut short.
    """

    tag: str
    order: str
    seats: int
    since: int | None = None
    at: int | None = None
    person: str = ""
    network: str = ""

    @property
    def claim(self) -> Claim:
        return Claim(self.tag, True, self.since, self.at)


def parse_hold(text: str) -> HoldRecord:
    found = json.loads(text)
    return HoldRecord(found["tag"], int(found["deadline"]), found.get("since"), found.get("at"))


def parse_sale(session_id: str, text: str) -> SaleRecord:
    found = json.loads(text)
    if isinstance(found, dict):
        found.pop("buyer", None)
        return SaleRecord(**found)
    tag, order, seats, *times_and_hashes = found
    order = f"{partition_of(session_id):02d}-{order}"
    if not times_and_hashes:
        return SaleRecord(tag, order, seats)
    since, took, *hashes = times_and_hashes
    return SaleRecord(tag, order, seats, since, since + took, *hashes)


def tag_of_sale(text: str) -> str:
    """The tag alone, by a search, which takes a tenth of a parser's time."""
    found = _TAG.search(text)
    return (found[1] or found[2] or "") if found else ""
