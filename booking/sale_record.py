"""A sold seat as Redis keeps it: a JSON array, read here and written by lua/confirm.lua.

Earlier versions wrote an object with a name for each value, and the buyer, whom the tag stands for.
"""

import json
from dataclasses import dataclass

from cinema.keys import partition_of


@dataclass(frozen=True)
class Sale:
    """`seats`: how many the order has. `since` and `at` as in a Claim; None and empty where they are not kept any more.

    `person` and `network` are keyed hashes, the former cut short.
    """

    tag: str
    order: str
    seats: int
    since: int | None = None
    at: int | None = None
    person: str = ""
    network: str = ""


def parse_sale(session_id: str, text: str) -> Sale:
    found = json.loads(text)
    if isinstance(found, dict):
        found.pop("buyer", None)
        return Sale(**found)
    tag, order, seats, *times_and_hashes = found
    order = f"{partition_of(session_id):02d}-{order}"
    if not times_and_hashes:
        return Sale(tag, order, seats)
    since, took, *hashes = times_and_hashes
    return Sale(tag, order, seats, since, since + took, *hashes)
