"""A WebSocket after its handshake: an asyncio protocol that reads messages and writes ready frames
(docs/adr/0031).

Nothing here waits and nothing queues: `is_writable` says whether the line accepts more, and its
receiver queues the rest. Hardening, as in gateway.protocols: a peer that does not read cannot delay
our close frame, and a peer that keeps sending cannot make it get lost; a closed line is aborted
soon after; the rate of control frames is limited; and a peer's mistakes are not logged as errors.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

from gateway import rfc6455
from gateway.admission import Slot
from gateway.endings import FAULT, NO_PONG, RESTART, Ending
from gateway.limits import TokenBucket
from gateway.rfc6455 import Opcode, Violation

log = logging.getLogger(__name__)

LINE = "cinema.line"  # the ASGI extension with which our server hands over an accepted WebSocket

# The loop parses this much from one peer before it serves the others.
READ_BYTES = 4 * 1_024
# A larger message closes the line with 1009. (Over 4 KiB, an error reply.)
LARGEST_MESSAGE = 64 * 1_024
CONTROL_FRAMES_A_SECOND = 10.0  # twice as many in a burst
PING_SECONDS = 20.0  # between two pings, and until the answer is due
STALL_SECONDS = 10.0  # how long a line may stay unwritable
LINGER_SECONDS = 5.0  # for the peer to read the rest and answer our close frame

# Shared by all lines: the loop fills it and calls buffer_updated at once.
_buffer = memoryview(bytearray(READ_BYTES))


class Receiver(Protocol):
    """Gets the messages and the state changes of one line."""

    def receive(self, message: str | bytes) -> None: ...

    def writable(self) -> None:
        """The line is writable again."""

    def stalled(self) -> None:
        """The line has not been writable for STALL_SECONDS."""

    def closed(self) -> None:
        """Called once, when either side closes the line: no message follows, and no frame is
        sent."""


class _Nobody:
    """The receiver of a line that is refused at once."""

    def receive(self, message: str | bytes) -> None:
        pass

    def writable(self) -> None:
        pass

    def stalled(self) -> None:
        pass

    def closed(self) -> None:
        pass


NOBODY: Receiver = _Nobody()


class Line(asyncio.BufferedProtocol):
    """`lines` are the open ones, which the server closes when it stops."""

    __slots__ = (
        "_awaits_pong",
        "_control_frames",
        "_is_closed",
        "_is_deaf",
        "_lines",
        "_loop",
        "_reader",
        "_receiver",
        "_slot",
        "_stall",
        "_timer",
        "is_writable",
        "transport",
    )

    def __init__(self, transport: asyncio.Transport, slot: Slot, lines: set[Any]) -> None:
        self.transport = transport
        self.is_writable = True
        self._loop = asyncio.get_running_loop()
        self._slot = slot
        self._lines = lines
        self._reader = rfc6455.Reader(LARGEST_MESSAGE)
        self._control_frames = TokenBucket(CONTROL_FRAMES_A_SECOND, self._loop.time)
        self._receiver: Receiver = NOBODY
        self._is_closed = False
        self._is_deaf = False  # drops everything that still arrives
        self._awaits_pong = False
        self._stall: asyncio.TimerHandle | None = None
        self._timer = self._loop.call_later(PING_SECONDS, self._ping)
        lines.add(self)
        transport.set_protocol(self)

    # ----------------------------------------------------------------------------- for its receiver

    async def serve(self, receiver: Receiver) -> None:
        """Passes messages to the receiver from now on.

        Returns at once: the transport does the rest.
        """
        self._receiver = receiver
        self.transport.resume_reading()

    def write(self, frame: bytes) -> None:
        """Only while `is_writable`."""
        self.transport.write(frame)

    def close(self, ending: Ending) -> None:
        """Writes the ending after what the transport has buffered, and does not wait.

        Only the first call counts.
        """
        if not self._is_closed:
            last_frame = ending.last_frame or b""
            self.transport.write(last_frame + rfc6455.close_frame(ending.code, ending.reason))
            self._end()
            self.transport.resume_reading()

    def shutdown(self) -> None:
        """The server stops: closes without waiting for the peer's close frame."""
        self.close(RESTART)
        self.transport.close()

    # ---------------------------------------------------------------------------- for the transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        if nbytes == READ_BYTES:
            # uvloop would go on reading. A peer that sends this much waits for its next turn.
            self.transport.pause_reading()
            self._loop.call_soon(self.transport.resume_reading)
        if not self._is_deaf:
            self.data_received(bytes(_buffer[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Has this name because uvloop's transport caches a protocol's `data_received`.

        Without one here, the transport would keep the previous protocol's, and that protocol alive.
        """
        try:
            for opcode, payload in self._reader.feed(data):
                self._handle(opcode, payload)
                if self._is_deaf:
                    return
        except Violation as violation:
            self._close_after_violation(violation)

    def eof_received(self) -> None:
        """None: the transport sends its buffer, and closes."""

    def pause_writing(self) -> None:
        self.is_writable = False
        if not self._is_closed:
            self._stall = self._loop.call_later(STALL_SECONDS, self._report_stall)

    def resume_writing(self) -> None:
        self._stop_stall()
        if not self._is_closed:
            self.is_writable = True
            self._call(self._receiver.writable)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lines.discard(self)
        self._slot.leave()
        self._end()
        self._timer.cancel()

    # --------------------------------------------------------------------------------------- inside

    def _handle(self, opcode: int, payload: Any) -> None:
        if opcode in (Opcode.TEXT, Opcode.BINARY):
            self._handle_message(payload)
        elif opcode == Opcode.CLOSE:
            self._handle_close(payload)
        elif not self._control_frames.take() or (opcode == Opcode.PING and not self.is_writable):
            # Else each pong would stay in memory while the peer does not read.
            self._is_deaf = True
            self.transport.abort()
        elif opcode == Opcode.PING:
            self.transport.write(rfc6455.frame(Opcode.PONG, payload))
        elif opcode == Opcode.PONG:
            self._awaits_pong = False

    def _handle_message(self, message: str | bytes) -> None:
        if not self._is_closed:
            self._call(self._receiver.receive, message)
        elif not self._control_frames.take():
            # The peer keeps sending after our close frame: end our side, and stop reading.
            self._is_deaf = True
            self._end_output()
            self.transport.pause_reading()

    def _handle_close(self, payload: bytes) -> None:
        code = rfc6455.close_code(payload)
        self._is_deaf = True
        if not self._is_closed:
            self.transport.write(rfc6455.close_frame(code))
            self._end()
        self.transport.close()

    def _close_after_violation(self, violation: Violation) -> None:
        """Sends the reason, and closes once the peer has closed.

        Closing at once, with unread bytes, would reset the connection, and the peer would lose the
        reason.
        """
        self.close(Ending(violation.code, violation.reason))
        self._is_deaf = True
        self._end_output()

    def _end_output(self) -> None:
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()

    def _end(self) -> None:
        """Aborts the transport after LINGER_SECONDS: close() alone waits while the peer's
        receive window is zero."""
        if self._is_closed:
            return
        self._is_closed = True
        self.is_writable = False
        self._stop_stall()
        self._timer.cancel()
        self._timer = self._loop.call_later(LINGER_SECONDS, self.transport.abort)
        self._slot.wait(self.transport.abort)
        self._call(self._receiver.closed)

    def _ping(self) -> None:
        if self._awaits_pong:
            self.close(NO_PONG)
            self.transport.close()
            return
        self._awaits_pong = True
        self._timer = self._loop.call_later(PING_SECONDS, self._ping)
        self.transport.write(rfc6455.frame(Opcode.PING, b"ping"))

    def _report_stall(self) -> None:
        self._call(self._receiver.stalled)

    def _stop_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _call(self, action: Callable[..., None], *facts: str | bytes) -> None:
        try:
            action(*facts)
        except Exception:  # the boundary of the line: its fault must not end other lines
            log.exception("a socket's task died")
            self.close(FAULT)
