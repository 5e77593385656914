"""A storm of buyers breaks no guarantee."""

from contextlib import AsyncExitStack

import pytest

from tests.support.booking_desk import new_session
from tests.support.seat_servers import SeatServer
from tests.support.storm import storm

INSTANCES = 3


@pytest.mark.parametrize("seed", range(3))
async def test_no_guarantee_breaks_in_a_storm_of_buyers_at_several_instances(
    seat_server: SeatServer, seed: int
) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(seat_server.client()) for _ in range(INSTANCES)]
        recorder = await storm(clients, new_session(), str(seed))
        assert await recorder.violations() == []
