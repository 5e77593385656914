"""The channel to booking over a slow line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import cinema_pb2 as pb
from cinema.booking_channel import open_channel
from cinema.settings import BookingClientSettings
from cinema_pb2_grpc import ReservaStub
from deploy.ports import LOOPBACK
from tests.fakes.booking import FakeBooking

LATE_SECONDS = 0.5
END_SECONDS = 10


@asynccontextmanager
async def slow_line_to(address: str) -> AsyncIterator[str]:
    """The address of a proxy to the server that delays every byte. Close its users first."""
    host, port = address.split(":")
    lines: set[asyncio.Task[None] | None] = set()

    async def carry(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late: float
    ) -> None:
        with suppress(ConnectionError):  # the other side may hang up in the middle
            while data := await reader.read(65_536):
                await asyncio.sleep(late)
                writer.write(data)
            writer.close()
            await writer.wait_closed()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(asyncio.current_task())
        there = await asyncio.open_connection(host, port)
        await asyncio.gather(carry(reader, there[1], 0), carry(there[0], writer, LATE_SECONDS))

    async with await asyncio.start_server(join, LOOPBACK) as line:
        yield f"{LOOPBACK}:{line.sockets[0].getsockname()[1]}"
        async with asyncio.timeout(END_SECONDS):
            await asyncio.gather(*filter(None, lines))


async def test_a_slow_line_is_no_server_that_is_away() -> None:
    booking = FakeBooking()
    await booking.start()
    try:
        async with (
            slow_line_to(booking.address) as address,
            open_channel(BookingClientSettings(booking_address=address)) as channel,
        ):
            answer = await ReservaStub(channel).ListarSessoes(pb.Vazio(), timeout=10)
    finally:
        await booking.stop()
    assert answer.sessoes
