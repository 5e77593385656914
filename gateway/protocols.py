"""Uvicorn's protocols, hardened against peers that do not play by the rules (docs/adr/0016).

What is added to HTTP: a request has to arrive whole in time, an answer has to be read, a body has only so many chunks,
and a connection that waits for its peer may lose its place to another (gateway.admission).

What is added to WebSocket: a close frame is not held back by a peer that does not read, nor lost with what a peer still
sends; a connection whose application has ended is gone soon after, whatever the peer does; frames that the application
never sees are bounded. And for both: what a stranger does wrong is no error of ours, and leaves nothing in the log.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any

import h11
import uvicorn
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from gateway.admission import Admission, Place
from gateway.limits import TokenBucket

# At once: the loop parses so much of one peer's before it looks at the others. asyncio would read 256 KiB, which is
# more than 40,000 empty frames, each some microseconds.
READ_BYTES = 4 * 1_024
MOST_CHUNKS = 64  # a connection's bodies
CONTROL_FRAMES_A_SECOND = 10.0  # twice as many in a burst
READ_SECONDS = 10.0  # for the peer to read any of what waits for it
LINGER_SECONDS = 5.0  # for the peer to read what is left and to answer our close frame

# A peer's faults: it gets an answer or a close code, and can send thousands of them a second.
_PEERS_FAULTS = ("Invalid HTTP request", "Unsupported upgrade request", "Invalid UTF-8")
logging.getLogger("uvicorn.error").addFilter(
    lambda record: not record.getMessage().startswith(_PEERS_FAULTS)
)


class GuardedConfig(uvicorn.Config):
    """What uvicorn hands to its protocols; `request_seconds`: for a request to arrive whole."""

    def __init__(
        self, *args: Any, admission: Admission, request_seconds: float, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.admission = admission
        self.request_seconds = request_seconds
        # Shorter than uvicorn's own, which ends with an error and the traceback of every task.
        self.patience_at_the_end = 0.9 * (self.timeout_graceful_shutdown or LINGER_SECONDS)

    def place_of(self, transport: asyncio.BaseTransport) -> Place:
        return self.admission.place_of(transport.get_extra_info("socket").fileno())


class _FewChunks(h11.Connection):
    """A chunk of one byte costs as much as one of thousands; nobody who calls us needs many."""

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

    def __init__(self, config: GuardedConfig, *args: Any, **options: Any) -> None:
        super().__init__(config, *args, **options)
        self.conn = _FewChunks(h11.SERVER)
        self._deadline: asyncio.TimerHandle | None = None  # while a request is not here whole
        self._look: asyncio.TimerHandle | None = None  # while an answer waits to be read
        self._upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.max_size = READ_BYTES  # type: ignore[attr-defined]
        self._place = self.config.place_of(transport)
        self._place.wait(transport.abort)
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_timers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._upgraded:
            return
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._expect_request()
        else:
            self._place.work()
            self._stop_deadline()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._upgraded = True
        self._place.work()
        self._stop_timers()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._place.wait(self.transport.abort)
        self._expect_reading()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def shutdown(self) -> None:
        """What is not here whole gets no answer any more, and who does not read the answer is not waited for."""
        if self._deadline is not None:
            self.transport.abort()
            return
        super().shutdown()
        self.loop.call_later(self.config.patience_at_the_end, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        # h11 refuses a second answer, where the first one has begun before the rest of its request was garbage.
        with suppress(h11.LocalProtocolError):
            super().send_400_response(msg)
        self.transport.close()

    def _expect_request(self) -> None:
        """From its first byte, or from the beginning of the connection, to the last one of its body."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.config.request_seconds, self.transport.abort)

    def _expect_reading(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left and self._look is None:
            self._look = self.loop.call_later(READ_SECONDS, self._end_unless_read, left)

    def _end_unless_read(self, before: int) -> None:
        self._look = None
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
        if self._look is not None:
            self._look.cancel()
            self._look = None


class GuardedWebSocket(WebSocketsSansIOProtocol):
    config: GuardedConfig

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._place = self.config.place_of(transport)
        self._control_frames = TokenBucket(CONTROL_FRAMES_A_SECOND)
        self._given_up = False

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
        if self.writable.is_set() and self._is_within_rate():
            super().handle_ping()
        else:
            self.transport.abort()

    def handle_pong(self, event: Frame) -> None:
        if self._is_within_rate():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        if self._is_within_rate():
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        super().send_receive_event_to_app()
        if self.close_sent and not self._control_frames.take():
            # It sends on after our close frame: we end our side and read no more, which costs nothing.
            self._given_up = True
            self._end_output()
            self.transport.pause_reading()

    def _end_output(self) -> None:
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _is_within_rate(self) -> bool:
        """For frames that the application does not count, since it never sees them. Beyond the rate the line is cut."""
        within = self._control_frames.take()
        if not within:
            self.transport.abort()
        return within

    def handle_parser_exception(self) -> None:
        """What the peer sends cannot be taken: says why, and closes once the peer has.

        To close at once, with bytes of the peer's unread, would reset the connection, and our reason would be lost.
        """
        self._given_up = True
        code = self.conn.close_sent.code if self.conn.close_sent else CloseCode.PROTOCOL_ERROR
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self._end_output()
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
        if self.close_sent or self.transport.is_closing():
            raise ClientDisconnected
        if message["type"] == "websocket.close":
            # Behind whatever is queued, without waiting until the peer has read that.
            self.writable.set()
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # Refused with an HTTP answer. Uvicorn would log that there was no handshake.
            self.handshake_complete = True

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            self._place.wait(self.transport.abort)
            self._abort_soon()

    def _abort_soon(self) -> None:
        """close() by itself waits for as long as the peer keeps its receive window shut, which may be for ever."""
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)
