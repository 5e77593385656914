"""The channel to booking over a line that is not as quick as loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import cinema_pb2 as pb
from cinema.booking_client import open_channel
from cinema.settings import BookingClientSettings
from cinema_pb2_grpc import ReservaStub
from deploy.ports import LOOPBACK
from tests.fakes.booking import FakeBooking

LATE_SECONDS = 0.5


@asynccontextmanager
async def slow_line_to(address: str) -> AsyncIterator[str]:
    """An address at which the server is, with its every word late."""
    host, port = address.split(":")

    async def carry(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late: float
    ) -> None:
        while data := await reader.read(65_536):
            await asyncio.sleep(late)
            writer.write(data)
        writer.close()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(host, port)
        async with asyncio.TaskGroup() as both:
            both.create_task(carry(reader, there[1], 0))
            both.create_task(carry(there[0], writer, LATE_SECONDS))

    async with await asyncio.start_server(join, LOOPBACK) as line:
        yield f"{LOOPBACK}:{line.sockets[0].getsockname()[1]}"


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
