"""Crowds of buyers who want the same seats at the same moment, through two booking servers."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest

from cinema.booking_channel import open_channel
from cinema.settings import BookingClientSettings
from tests.crowd.load import (
    Attempt,
    Crowd,
    Outcome,
    Wishes,
    draw_groups,
    draw_same_seat,
    free_seats,
    hold_at_once,
)
from tests.crowd.recorded import recorded_crowds
from tests.support.services import Booking

SESSION = "S001"
DEADLINE_SECONDS = 10
BUYERS = 200
ROUNDS = [20, pytest.param(100, marks=pytest.mark.nightly)]


@pytest.fixture
async def crowds(
    services: ExitStack, empty_redis_url: str, tmp_path: Path
) -> AsyncIterator[list[Crowd]]:
    """One crowd in front of each of two servers, which share a Redis. What they do is checked."""
    env = {"REDIS_URL": empty_redis_url, "LOG_LEVEL": "INFO"}
    servers = [services.enter_context(Booking(tmp_path, env)) for _ in range(2)]
    async with AsyncExitStack() as stack:
        channels = [
            await stack.enter_async_context(
                open_channel(BookingClientSettings(booking_address=server.address))
            )
            for server in servers
        ]
        async with recorded_crowds(channels, SESSION, DEADLINE_SECONDS) as recorded:
            yield recorded.crowds
        assert recorded.verdict.violations == []


async def all_at_once(crowds: list[Crowd], wishes: Wishes) -> list[Attempt]:
    halves = (hold_at_once(crowd, wishes[n::2]) for n, crowd in enumerate(crowds))
    first, second = await asyncio.gather(*halves)
    return first + second


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_200_buyers_at_once_for_one_seat_give_one_winner_in_each_round(
    rounds: int, crowds: list[Crowd]
) -> None:
    rng = random.Random(3)
    free = free_seats(await crowds[0].seat_map())
    for _ in range(rounds):
        attempts = await all_at_once(crowds, draw_same_seat(BUYERS, free, rng))
        won = [attempt for attempt in attempts if attempt.outcome is Outcome.WON]
        lost = [attempt for attempt in attempts if attempt.why == "assento_indisponivel"]
        assert (len(won), len(lost)) == (1, BUYERS - 1)
        await crowds[1].seat_map()
        assert (await crowds[0].release(won[0])).outcome is Outcome.WON


async def test_50_buyers_with_random_groups_get_all_their_seats_or_none_and_no_seat_twice(
    crowds: list[Crowd],
) -> None:
    rng = random.Random(3)
    free = free_seats(await crowds[0].seat_map())
    attempts = await all_at_once(crowds, draw_groups(50, range(1, 7), free, rng))
    won = [attempt for attempt in attempts if attempt.outcome is Outcome.WON]
    assert {attempt.why for attempt in attempts} == {"", "assento_indisponivel"}

    seat_map = await crowds[1].seat_map()
    granted = [seat for attempt in won for seat in attempt.seats]
    assert sorted(granted) == sorted(state.assento for state in seat_map.mapa.assentos)
    assert len(set(granted)) == len(granted)
