"""Each test here runs on every server that the seats' state may be kept in."""

from collections.abc import AsyncIterator

import pytest

from tests.support.hall import Hall
from tests.support.seat_servers import SeatServer


@pytest.fixture
async def hall(seat_server: SeatServer) -> AsyncIterator[Hall]:
    async with seat_server.hall() as hall:
        yield hall
