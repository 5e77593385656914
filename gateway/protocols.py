"""Uvicorn's protocols, hardened against hostile peers (docs/adr/0019).

Added to HTTP: a deadline for a request to arrive whole, a deadline for an answer to be read, a
limit of chunks, and admission control (gateway.admission) for connections that wait for their peer.

Of WebSocket, uvicorn does only the handshake; then the connection becomes a gateway.line.Line. A
peer's mistakes are not logged.
"""

import asyncio
import logging
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from gateway import line
from gateway.admission import Slot
from gateway.line import LINE, READ_BYTES, Line

MOST_CHUNKS = 64  # of all bodies of a connection
READ_SECONDS = 10.0  # within which the peer must read something of an answer

# Uvicorn's warnings about a peer's mistakes, of which a peer can make thousands a second.
_PEERS_FAULTS = ("Invalid HTTP request", "Unsupported upgrade request")


def silence_peers_faults() -> None:
    """Safe to repeat."""
    logging.getLogger("uvicorn.error").addFilter(_is_no_peers_fault)


def _is_no_peers_fault(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_PEERS_FAULTS)


class GuardedConfig(uvicorn.Config):
    """`request_seconds`: the deadline for a request to arrive whole."""

    def __init__(self, *args: Any, request_seconds: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request_seconds = request_seconds
        # Shorter than uvicorn's own deadline, which ends with a traceback of every task.
        self.patience_at_the_end = 0.9 * (self.timeout_graceful_shutdown or line.LINGER_SECONDS)

    def configure_logging(self) -> None:
        super().configure_logging()
        silence_peers_faults()


class _FewChunks(h11.Connection):
    """Parsing a chunk of one byte costs as much as one of thousands, and no legitimate client
    sends many."""

    _chunks = 0

    def next_event(self) -> Any:
        event = super().next_event()
        if isinstance(event, h11.Data) and event.chunk_start:
            self._chunks += 1
            if self._chunks > MOST_CHUNKS:
                raise h11.RemoteProtocolError("too many chunks")
        return event


class GuardedHttp(H11Protocol):
    config: GuardedConfig

    def __init__(self, config: GuardedConfig, *args: Any, slot: Slot, **options: Any) -> None:
        super().__init__(config, *args, **options)
        self.slot = slot
        self.conn = _FewChunks(h11.SERVER)
        self._deadline: asyncio.TimerHandle | None = None  # while a request is incomplete
        self._reading_check: asyncio.TimerHandle | None = None  # while an answer is unread
        self._upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.slot.wait(transport.abort)
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.slot.leave()
        self._stop_timers()

    def data_received(self, data: bytes) -> None:
        """In pieces: h11 limits an incomplete event's size, and the loop may deliver four times
        as much at once."""
        for at in range(0, len(data), READ_BYTES):
            super().data_received(data[at : at + READ_BYTES])
            if self._upgraded or self.transport.is_closing():
                return
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._expect_request()
        else:
            self.slot.keep()
            self._stop_deadline()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._upgraded = True
        self.slot.keep()
        self._stop_timers()
        self.transport.pause_reading()  # until the application has accepted or refused it
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self.slot.wait(self.transport.abort)
        self._expect_reading()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def shutdown(self) -> None:
        """Aborts an incomplete request."""
        if self._deadline is not None:
            self.transport.abort()
            return
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        # h11 raises if an answer has begun already, before the rest of its request turned out to be
        # garbage.
        with suppress(h11.LocalProtocolError):
            super().send_400_response(msg)
        self.transport.close()

    def _expect_request(self) -> None:
        """Starts the deadline: from the connection's start, or a request's first byte, to the
        end of its body."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.config.request_seconds, self.transport.abort)

    def _expect_reading(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left and self._reading_check is None:
            self._reading_check = self.loop.call_later(READ_SECONDS, self._end_unless_read, left)

    def _end_unless_read(self, before: int) -> None:
        self._reading_check = None
        if self.transport.get_write_buffer_size() >= before:
            self.transport.abort()
        else:
            self._expect_reading()

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _stop_timers(self) -> None:
        self._stop_deadline()
        if self._reading_check is not None:
            self._reading_check.cancel()
            self._reading_check = None


class GuardedWebSocket(WebSocketsSansIOProtocol):
    """The handshake. The application then takes the line over, or answers with an HTTP response."""

    _line: Line | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        before: GuardedHttp = self.transport.get_protocol()  # type: ignore[assignment]
        self._slot = before.slot

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._slot.leave()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # The request line or the headers are too long: uvicorn never sends the refusal that it
            # has written.
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
            self._abort_soon()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[LINE] = self.hand_over
        else:
            self._abort_soon()

    def hand_over(self) -> Line:
        """Hands the accepted connection over to a Line."""
        self.stop_keepalive()
        self.connections.discard(self)
        self._line = Line(self.transport, self._slot, self.connections)
        return self._line

    async def send(self, message: ASGISendEvent) -> None:
        if self.close_sent or self.transport.is_closing():
            raise ClientDisconnected
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # Refused with an HTTP answer: else uvicorn would log a missing handshake.
            self.handshake_complete = True

    async def run_asgi(self) -> None:
        """Like uvicorn's, which would close the connection that was handed over."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:  # the boundary of the request's task
            self.logger.exception("Exception in ASGI application")
            self.send_500_response()
        finally:
            del self.scope  # breaks the reference cycle through its extension
            if self._line is None:
                self.transport.close()
                self._slot.wait(self.transport.abort)
                self._abort_soon()

    def _abort_soon(self) -> None:
        """close() alone waits while the peer's receive window is zero, perhaps forever."""
        self.loop.call_later(line.LINGER_SECONDS, self.transport.abort)
