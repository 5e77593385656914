"""Uvicorn's WebSocket protocol, hardened against peers that do not play by the rules.

What it adds: a close frame is not held back by a peer that does not read, nor lost with what a peer still sends;
a connection whose application has ended is gone soon after, whatever the peer does; pings and fragments, which
the application never sees, are bounded as well.
"""

import asyncio
import logging

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from gateway.limits import TokenBucket

# At once: the loop parses so much of one peer's before it looks at the others.
READ_BYTES = 16 * 1_024
PINGS_A_SECOND = 5.0
MOST_FRAGMENTS = 64  # a message
LINGER_SECONDS = 5.0  # for the peer to read what is left and to answer our close frame


# Uvicorn logs a traceback for text that is not UTF-8: a peer's fault, of which the peer is told by code 1007.
logging.getLogger("uvicorn.error").addFilter(
    lambda record: not record.getMessage().startswith("Invalid UTF-8")
)


class GuardedProtocol(WebSocketsSansIOProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._pings = TokenBucket(PINGS_A_SECOND)
        self._given_up = False
        # asyncio reads 256 KiB at once: tens of thousands of tiny frames.
        transport.max_size = READ_BYTES  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self._given_up:
            return
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # The request's line or headers were too long: the refusal is written, and would never be sent.
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
            self._abort_soon()

    def handle_ping(self) -> None:
        # Each pong would be kept in memory for a peer that does not read.
        if self.writable.is_set() and self._pings.take():
            super().handle_ping()
        else:
            self.transport.abort()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
        else:
            self.transport.abort()

    def handle_parser_exception(self) -> None:
        """What the peer sends cannot be taken: says why, and closes once the peer has.

        To close at once, with bytes of the peer's unread, would reset the connection, and our reason would be lost.
        """
        self._given_up = True
        code = self.conn.close_sent.code if self.conn.close_sent else CloseCode.PROTOCOL_ERROR
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.transport.resume_reading()
        self.close_sent = True
        self.writable.set()
        self.close_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self.writable.set()  # nobody waits any more for a peer that has gone

    def shutdown(self) -> None:
        super().shutdown()
        self.writable.set()
        self._abort_soon()

    async def send(self, message: ASGISendEvent) -> None:
        if self.close_sent:
            raise ClientDisconnected
        if message["type"] == "websocket.close":
            # Behind whatever is queued, without waiting until the peer has read that.
            self.writable.set()
        await super().send(message)

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            self._abort_soon()

    def _abort_soon(self) -> None:
        """close() by itself waits for as long as the peer keeps its receive window shut, which may be for ever."""
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)
