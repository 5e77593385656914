"""Open maps as cheap as Python has them: WebSockets (RFC 6455) without a library's comfort, some 10
µs a frame.

What a page of the benchmark costs is taken from the two cores that the services share with it.
"""

import asyncio
import base64
import os
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import urlsplit

import orjson

OnUpdate = Callable[[bytes], None]
OPEN_SECONDS = 120
REPLY_SECONDS = 120
OPENING_AT_ONCE = 20
_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A
_NO_MASK = bytes(4)  # a mask of zeros leaves the text as it is
_HANDSHAKE = (
    "GET /ws/reserva?sessao={session} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: {key}\r\n\r\n"
)


class Lost(Exception):
    """The server has closed the socket."""


class Page(asyncio.Protocol):
    """One socket. It asks one thing at a time; `on_update` gets every frame that is no reply."""

    def __init__(self, on_update: OnUpdate) -> None:
        self.on_update = on_update
        self._accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reply: asyncio.Future[bytes] | None = None
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    async def shake_hands(self, session: str, host: str) -> None:
        """Returns when the server has accepted. Raises Lost."""
        key = base64.b64encode(os.urandom(16)).decode()
        self._write(_HANDSHAKE.format(session=session, host=host, key=key).encode())
        await self._accepted

    async def ask(self, message: bytes) -> bytes:
        """The reply. Raises Lost or TimeoutError."""
        self._reply = asyncio.get_running_loop().create_future()
        self.send(message)
        async with asyncio.timeout(REPLY_SECONDS):
            return await self._reply

    def send(self, message: bytes) -> None:
        self._send(_TEXT, message)

    def stop_reading(self) -> None:
        """As a browser whose computer sleeps."""
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.pause_reading()

    def read_again(self) -> None:
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.resume_reading()

    @property
    def is_closed(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        if self._transport:
            self._transport.abort()

    # -------------------------------------------------------------------------- asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._accepted.done():
            self._take_handshake()
        if self._accepted.done():
            self._take_frames()

    def connection_lost(self, error: Exception | None) -> None:
        for waiting in (self._accepted, self._reply):
            if waiting and not waiting.done():
                waiting.set_exception(Lost())

    # --------------------------------------------------------------------------------------- frames

    def _take_handshake(self) -> None:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        self._buffer = rest
        if head.startswith(b"HTTP/1.1 101"):
            self._accepted.set_result(None)
        else:
            self._accepted.set_exception(Lost(head.decode()))

    def _take_frames(self) -> None:
        data, at = self._buffer, 0
        while (body := _body(data, at)) and body[1] <= len(data):
            begin, end = body
            self._take(data[at], data[begin:end])
            at = end
        self._buffer = data[at:]

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == _PING:
            self._send(_PONG, payload)
        elif kind == _CLOSE:
            self.close()
        elif b'"status":' in payload:
            if self._reply and not self._reply.done():
                self._reply.set_result(payload)
        else:
            self.on_update(payload)

    def _send(self, kind: int, payload: bytes) -> None:
        length = len(payload)
        head = (
            struct.pack("!BB", kind, 0x80 | length)
            if length < 126
            else struct.pack("!BBH", kind, 0x80 | 126, length)
        )
        self._write(head + _NO_MASK + payload)

    def _write(self, data: bytes) -> None:
        assert self._transport, "not connected"
        self._transport.write(data)


def _body(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the payload of the frame at `at` begins and ends; None if not even its head is
    there."""
    begin = at + 2
    if len(data) < begin:
        return None
    length = data[at + 1]
    if length == 126:
        begin = at + 4
        length = int.from_bytes(data[at + 2 : begin])
    elif length == 127:
        begin = at + 10
        length = int.from_bytes(data[at + 2 : begin])
    return (begin, begin + length) if len(data) >= begin else None


def ignore(update: bytes) -> None:
    """For pages of which only the replies count."""


async def open_page(url: str, session: str, on_update: OnUpdate = ignore) -> Page:
    """As soon as its first frame could come. Raises Lost or TimeoutError."""
    host = urlsplit(url).netloc
    name, _, port = host.partition(":")
    async with asyncio.timeout(OPEN_SECONDS):
        _, page = await asyncio.get_running_loop().create_connection(
            lambda: Page(on_update), name, int(port)
        )
        await page.shake_hands(session, host)
    return page


@asynccontextmanager
async def pages(
    url: str, session: str, count: int, on_update: OnUpdate = ignore
) -> AsyncIterator[list[Page]]:
    """So many open maps of one session."""
    opened: list[Page] = []
    left = iter(range(count))

    async def open_some() -> None:
        for _ in left:
            page = await open_page(url, session, on_update)
            opened.append(page)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(OPENING_AT_ONCE):
                group.create_task(open_some())
        yield opened
    finally:
        for page in opened:
            page.close()


def hold_message(seat: str) -> bytes:
    return orjson.dumps({"acao": "bloquear", "assento": seat, "id": "1"})
