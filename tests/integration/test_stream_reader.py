"""Only streams with listeners are read, and a new listener misses nothing from its first moment
on."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from booking import stream_reader
from booking.stream_reader import StreamReader
from cinema.redis_connection import connect_blocking
from cinema.settings import RedisSettings
from tests.support.hall import patient_client
from tests.support.waiting import eventually


@dataclass
class Desk:
    """Two streams of a test's own, and what was read of them."""

    redis: Any
    reader: StreamReader
    heard: list[tuple[str, str]] = field(default_factory=list)
    first: str = field(default_factory=lambda: f"first-{secrets.token_hex(8)}")
    second: str = field(default_factory=lambda: f"second-{secrets.token_hex(8)}")

    async def append(self, stream: str, text: str) -> None:
        await self.redis.xadd(stream, {"text": text})

    async def has_heard(self, *expected: tuple[str, str]) -> None:
        await eventually(lambda: self.heard == list(expected))


@pytest.fixture
async def desk(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    # Far beyond any test's patience: what is heard was not waited for until the end of a blocked
    # read.
    monkeypatch.setattr(stream_reader, "_BLOCK_MS", 60_000)
    blocking = connect_blocking(RedisSettings(redis_url=redis_url))
    async with patient_client(redis_url) as client, blocking:
        heard, lost = list[tuple[str, str]](), list[str]()
        reader = StreamReader(
            blocking, 2, lambda stream, entry: heard.append((stream, entry[1]["text"])), lost.append
        )
        reading = asyncio.create_task(reader.run())
        yield Desk(client, reader, heard)
        reading.cancel()
        await asyncio.wait([reading])


async def test_a_second_stream_is_heard_at_once_although_the_read_of_the_first_is_blocked(
    desk: Desk,
) -> None:
    async with desk.reader.listening(desk.first):
        await desk.append(desk.first, "one")
        await desk.has_heard((desk.first, "one"))
        await eventually(lambda: desk.reader._blocked is not None)
        async with desk.reader.listening(desk.second):
            await desk.append(desk.second, "two")  # nothing of the first ends the blocked read
            await desk.has_heard((desk.first, "one"), (desk.second, "two"))
            await desk.append(desk.first, "three")
            await eventually(lambda: desk.heard[2:] == [(desk.first, "three")])


async def test_what_happens_while_nobody_listens_is_not_read(desk: Desk) -> None:
    async with desk.reader.listening(desk.first):
        await desk.append(desk.first, "one")
        await desk.has_heard((desk.first, "one"))
    await desk.append(desk.first, "unheard")
    async with desk.reader.listening(desk.first):
        await desk.append(desk.first, "two")
        await desk.has_heard((desk.first, "one"), (desk.first, "two"))


async def test_a_stream_is_read_until_the_last_of_its_listeners_has_left(desk: Desk) -> None:
    async with desk.reader.listening(desk.first):
        async with desk.reader.listening(desk.first), desk.reader.listening(desk.second):
            await desk.append(desk.first, "one")
            await desk.has_heard((desk.first, "one"))
        await desk.append(desk.first, "two")
        await desk.has_heard((desk.first, "one"), (desk.first, "two"))


async def test_listeners_that_come_and_go_in_a_crowd_miss_nothing(desk: Desk) -> None:
    streams = [f"crowd-{secrets.token_hex(8)}" for _ in range(20)]

    async def come(stream: str) -> None:
        for turn in ("one", "two"):
            async with desk.reader.listening(stream):
                await desk.append(stream, turn)
                await eventually(lambda: (stream, turn) in desk.heard)  # noqa: B023 - awaited here

    await asyncio.gather(*map(come, streams))
    assert sorted(desk.heard) == sorted((one, turn) for one in streams for turn in ("one", "two"))
