"""A script that holds or sells looks at the dataset itself, whatever the rest of booking knows
of it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from booking.transitions import SalesPaused
from tests.support.hall import Hall

OURS = "1:ours"


@pytest.fixture
async def kept(hall: Hall) -> AsyncIterator[Hall]:
    """A hall whose seats are sold from one dataset only, which its Redis has."""
    hall.seats.fitness = lambda: replace(hall.fitness(), dataset=OURS)
    await hall.redis.set(hall.keys.partition.dataset, OURS)
    yield hall
    await hall.redis.delete(hall.keys.partition.dataset)


@pytest.mark.parametrize("found", ["", "1:theirs", "older:1:ours"])
async def test_nothing_is_held_or_sold_in_another_dataset(kept: Hall, found: str) -> None:
    ana = kept.buyer()
    await ana.hold("A01")
    await kept.redis.set(kept.keys.partition.dataset, found)
    if not found:
        await kept.redis.delete(kept.keys.partition.dataset)
    async with kept.unchanged():
        with pytest.raises(SalesPaused):
            await ana.confirm("A01", key="k")
        with pytest.raises(SalesPaused):
            await ana.hold("A02")
    await kept.redis.set(kept.keys.partition.dataset, OURS)
    assert (await ana.confirm("A01", key="k")).refusal is None
