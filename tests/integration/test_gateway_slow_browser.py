"""A browser that does not read: it delays nobody, gets snapshots instead of a backlog, and is
closed in the end."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway import line
from tests.fakes.booking import FakeBooking
from tests.fakes.messages import SEATS, held
from tests.support.gateway_in_process import (
    SECONDS,
    Bench,
    Browser,
    Frame,
    cramped_socket,
    open_bench,
)
from tests.support.waiting import eventually


@pytest.fixture
async def hasty(tmp_path: Path, fake_booking: FakeBooking) -> AsyncIterator[Bench]:
    """A gateway that does not coalesce changes."""
    async with open_bench(tmp_path, fake_booking, coalesce_ms=0) as bench:
        yield bench


@asynccontextmanager
async def sleeper(bench: Bench) -> AsyncIterator[Browser]:
    """A browser that reads one frame, and then only what the test reads."""
    peer = await cramped_socket(bench.port)
    options: dict[str, Any] = {"max_queue": 1, "ping_interval": None, "close_timeout": 0.1}
    async with bench.browser("sleeper", sock=peer, **options) as page:
        yield page


async def bustle(bench: Bench, watcher: Browser, changes: int) -> None:
    """Changes of the whole room; the watcher sees each before the next."""
    for _ in range(changes):
        bench.booking.change(*(held(seat, "crowd") for seat in SEATS))
        update = await watcher.event("atualizacao")
        assert update["versao"] == bench.booking.version


async def test_a_sleeping_browser_delays_nobody_and_wakes_up_to_a_fresh_map(
    hasty: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "STALL_SECONDS", 60)  # what a busy machine may take for all that
    async with sleeper(hasty) as slow, hasty.browser() as quick:
        await quick.event("estado_inicial")
        await bustle(hasty, quick, 250)
        frames = await _read_until_version(slow, hasty.booking.version)
    assert frames[-1]["evento"] == "estado_inicial"
    assert len(frames) < 150  # of 250: the rest was never queued
    assert _has_no_gap(frames)


async def test_a_browser_that_never_reads_is_closed_and_leaves_nothing(
    hasty: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "STALL_SECONDS", 0.3)
    monkeypatch.setattr(line, "LINGER_SECONDS", 0.3)
    async with sleeper(hasty), hasty.browser() as quick:
        await quick.event("estado_inicial")
        await bustle(hasty, quick, 60)
        await eventually(lambda: len(hasty.gateway.connections) == 1)
        await eventually(lambda: len(hasty.server.server_state.connections) == 1)
        await bustle(hasty, quick, 5)


async def test_a_browser_that_wakes_up_too_late_is_closed_with_1013(
    hasty: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "STALL_SECONDS", 0.3)
    async with sleeper(hasty) as slow, hasty.browser() as quick:
        await quick.event("estado_inicial")
        await bustle(hasty, quick, 60)
        await eventually(lambda: len(hasty.gateway.connections) == 1)
        assert await slow.closed() == 1013


async def _read_until_version(page: Browser, version: int) -> list[Frame]:
    frames = [await page.event("estado_inicial")]
    async with asyncio.timeout(SECONDS):
        while frames[-1]["versao"] < version:
            frame = json.loads(await page.socket.recv())
            if "versao" in frame:
                frames.append(frame)
    return frames


def _has_no_gap(frames: list[Frame]) -> bool:
    """Each update begins at the version of the frame before it, or earlier."""
    return all(
        later["evento"] == "estado_inicial" or later["desde"] <= earlier["versao"]
        for earlier, later in itertools.pairwise(frames)
    )
