"""The limit of a fan-out: a ready frame is written to each open socket's transport, on uvloop, and
nothing else.

`python -m tests.bench.ready_frames PORT` serves it until it is killed; one text frame from anybody
sets off a flood.
"""

import asyncio
import base64
import hashlib
import sys
from typing import cast

import uvloop

from deploy.ports import LOOPBACK
from gateway import open_files

ROUNDS = 20
FRAME = b"\x81\x7e\x00\xc8" + b"x" * 200  # about as long as an update of one seat
PAUSE_SECONDS = 0.02  # between the rounds, so that no socket's buffer fills
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455
_KEY = b"Sec-WebSocket-Key: "


class Server:
    def __init__(self) -> None:
        self.open: set[asyncio.WriteTransport] = set()
        self._flood: asyncio.Task[None] | None = None

    def set_off(self) -> None:
        self._flood = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        for _ in range(ROUNDS):
            for transport in self.open:
                transport.write(FRAME)
            await asyncio.sleep(PAUSE_SECONDS)


class Socket(asyncio.Protocol):
    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        if self._transport in self._server.open:
            self._server.set_off()
            return
        key = data.partition(_KEY)[2].partition(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self._server.open.add(self._transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.open.discard(self._transport)


async def serve(port: int) -> None:
    open_files.raise_limit()
    server = Server()
    listening = await asyncio.get_running_loop().create_server(
        lambda: Socket(server), LOOPBACK, port, backlog=1_000
    )
    await listening.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1])))
