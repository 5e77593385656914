"""Which flags the listener adds to Redis' `notify-keyspace-events`."""

import pytest

from listener.keyspace_events import missing_flags


@pytest.mark.parametrize(
    ("there", "missing"),
    [("", "Ex"), ("Kg", "Ex"), ("E", "x"), ("x", "E"), ("xE", ""), ("AE", ""), ("AK", "E")],
)
def test_only_missing_flags_are_added(there: str, missing: str) -> None:
    assert missing_flags(there) == missing
