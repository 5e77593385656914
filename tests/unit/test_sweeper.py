"""What Redis answers the sweeper, over both of its protocols."""

import pytest

from booking.sweeper import _with_times


@pytest.mark.parametrize(
    "reply",
    [["S001:A01", "1500", "S001:A02", "1.6e3"], [["S001:A01", 1500.0], ["S001:A02", 1600.0]]],
    ids=["RESP2", "RESP3"],
)
def test_members_come_with_their_times(reply: list[object]) -> None:
    assert _with_times(reply) == [("S001:A01", 1500), ("S001:A02", 1600)]
