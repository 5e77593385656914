"""Open maps without a browser: sockets that note when a change reached them."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect

from tests.support.services import Gateway
from tests.support.waiting import eventually

PATIENCE = 10


class Maps:
    """`number` sockets that watch one session, after their first frame."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._heard: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    async def heard(self, event: str, seat: str) -> list[float]:
        """When the change reached each of them (time.monotonic()), as soon as it reached all."""
        times = self._heard[event, seat]
        await eventually(lambda: len(times) >= self.number, PATIENCE, f"{event} {seat} everywhere")
        return self._heard.pop((event, seat))

    async def listen(self, socket: ClientConnection) -> None:
        async for message in socket:
            now = time.monotonic()
            for change in json.loads(message).get("mudancas", []):
                self._heard[change["evento"], change["assento"]].append(now)


@asynccontextmanager
async def open_maps(gateways: Sequence[Gateway], session: str, number: int) -> AsyncIterator[Maps]:
    """The sockets take turns at the gateways."""
    maps = Maps(number)
    async with AsyncExitStack() as stack:
        listening = []
        for n in range(number):
            base = gateways[n % len(gateways)].url.replace("http", "ws", 1)
            socket = await stack.enter_async_context(
                connect(f"{base}/ws/reserva?sessao={session}", compression=None)
            )
            await socket.recv()
            listening.append(asyncio.create_task(maps.listen(socket)))
        yield maps
        for task in listening:
            task.cancel()
