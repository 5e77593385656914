"""XREAD's replies have one shape here, whatever REDIS_URL makes redis-py do with them."""

from typing import Any

import pytest
from redis._parsers.response_callbacks import get_response_callbacks

from cinema.streams import Entry, parse_entry_id, streams_in

ENTRIES: list[Entry] = [("1-0", {"session": "S1"}), ("2-0", {"session": "S2"})]
ON_WIRE = [
    [entry_id, [part for pair in fields.items() for part in pair]] for entry_id, fields in ENTRIES
]
# What REDIS_URL names, and the version that the connection then speaks.
PROTOCOLS = [(None, 3), (2, 2), (3, 3)]


def reply(named: int | None, spoken: int, legacy: bool, streams: dict[str, Any]) -> Any:
    """As redis-py hands it on; Redis sends nil where there is nothing."""
    wire = streams if spoken == 3 else [[name, entries] for name, entries in streams.items()]
    return get_response_callbacks(named, legacy)["XREAD"](wire or None)


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize(("named", "spoken"), PROTOCOLS)
def test_a_reply_is_entries_by_stream_in_each_of_redis_pys_shapes(
    named: int | None, spoken: int, legacy: bool
) -> None:
    found = streams_in(reply(named, spoken, legacy, {"one": ON_WIRE, "two": ON_WIRE[:1]}))
    assert found == {"one": ENTRIES, "two": ENTRIES[:1]}


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize(("named", "spoken"), PROTOCOLS)
def test_a_read_that_found_nothing_is_empty(named: int | None, spoken: int, legacy: bool) -> None:
    assert streams_in(reply(named, spoken, legacy, {})) == {}


def test_the_ids_of_entries_are_ordered_by_time_and_number() -> None:
    assert parse_entry_id("1764018000123-7") == (1_764_018_000_123, 7)
    assert parse_entry_id("9-0") < parse_entry_id("10-0") < parse_entry_id("10-2")
