"""A WebSocket after its handshake: messages in, ready frames out, straight from and to the transport (docs/adr/0031).

Nothing here waits and nothing is queued: a line says whether it takes more, and its receiver keeps what has to wait.
It is hardened like gateway.protocols: a close frame is not held back by a peer that does not read, nor lost with what a
peer still sends; a closed line is gone soon after, whatever the peer does; frames that the receiver never sees are
bounded; and what a stranger does wrong is no error of ours.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

from gateway import rfc6455
from gateway.admission import Place
from gateway.endings import FAULT, NO_PONG, RESTART, Ending
from gateway.limits import TokenBucket
from gateway.rfc6455 import Broken, Opcode

log = logging.getLogger(__name__)

LINE = (
    "cinema.line"  # the ASGI extension by which a server of ours hands an accepted WebSocket over
)

# At once: the loop parses so much of one peer's before it looks at the others.
READ_BYTES = 4 * 1_024
# A frame over 4 KiB gets an error reply; one over this ends the line (1009).
LARGEST_MESSAGE = 64 * 1_024
CONTROL_FRAMES_A_SECOND = 10.0  # twice as many in a burst
PING_SECONDS = 20.0  # between two pings, and for the answer to one
STALL_SECONDS = 10.0  # how long a frame may wait for its browser
LINGER_SECONDS = 5.0  # for the peer to read what is left and to answer our close frame

# One for all lines: the loop fills it and hands it over at once.
_buffer = memoryview(bytearray(READ_BYTES))


class Receiver(Protocol):
    """Who a line belongs to."""

    def receive(self, message: str | bytes) -> None: ...

    def writable(self) -> None:
        """The line takes frames again."""

    def stalled(self) -> None:
        """It has not taken any for STALL_SECONDS."""

    def closed(self) -> None:
        """Once, whoever closed it: nothing comes and nothing goes any more."""


class _Nobody:
    """Who a line belongs to that is refused at once."""

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
    """`lines`: those that are open, for the server that has to end them."""

    __slots__ = (
        "_awaits_pong",
        "_control_frames",
        "_is_closed",
        "_is_deaf",
        "_lines",
        "_loop",
        "_place",
        "_reader",
        "_receiver",
        "_stall",
        "_timer",
        "is_writable",
        "transport",
    )

    def __init__(self, transport: asyncio.Transport, place: Place, lines: set[Any]) -> None:
        self.transport = transport
        self.is_writable = True
        self._loop = asyncio.get_running_loop()
        self._place = place
        self._lines = lines
        self._reader = rfc6455.Reader(LARGEST_MESSAGE)
        self._control_frames = TokenBucket(CONTROL_FRAMES_A_SECOND)
        self._receiver: Receiver = NOBODY
        self._is_closed = False
        self._is_deaf = False  # what still arrives is dropped unread
        self._awaits_pong = False
        self._stall: asyncio.TimerHandle | None = None
        self._timer = self._loop.call_later(PING_SECONDS, self._ping)
        lines.add(self)
        transport.set_protocol(self)

    # ---------------------------------------------------------------------------------------------- for its receiver

    async def serve(self, receiver: Receiver) -> None:
        """Messages go to the receiver from now on. Returns at once: the transport does the rest."""
        self._receiver = receiver
        self.transport.resume_reading()

    def write(self, frame: bytes) -> None:
        """Only while `is_writable`."""
        self.transport.write(frame)

    def close(self, ending: Ending) -> None:
        """Behind what the transport still has, without waiting until the peer has read that. The first one counts."""
        if not self._is_closed:
            last_frame = ending.last_frame or b""
            self.transport.write(last_frame + rfc6455.close_frame(ending.code, ending.reason))
            self._end()
            self.transport.resume_reading()

    def shutdown(self) -> None:
        """The server stops, and waits for no answer to our close frame."""
        self.close(RESTART)
        self.transport.close()

    # ----------------------------------------------------------------------------------------------- for the transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        if nbytes == READ_BYTES:
            # uvloop would read on at once. A peer that sends so much waits for its next turn.
            self.transport.pause_reading()
            self._loop.call_soon(self.transport.resume_reading)
        if not self._is_deaf:
            self.data_received(bytes(_buffer[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Under this name, since uvloop's transport keeps a protocol's method, and with it the protocol before us."""
        try:
            for opcode, payload in self._reader.feed(data):
                self._take(opcode, payload)
                if self._is_deaf:
                    return
        except Broken as fault:
            self._fail(fault)

    def eof_received(self) -> None:
        """The transport sends what is left, and closes."""

    def pause_writing(self) -> None:
        self.is_writable = False
        if not self._is_closed:
            self._stall = self._loop.call_later(STALL_SECONDS, self._tell_stalled)

    def resume_writing(self) -> None:
        self._stop_stall()
        if not self._is_closed:
            self.is_writable = True
            self._tell(self._receiver.writable)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lines.discard(self)
        self._place.leave()
        self._end()
        self._timer.cancel()

    # --------------------------------------------------------------------------------------------------------- inside

    def _take(self, opcode: int, payload: Any) -> None:
        if opcode in (Opcode.TEXT, Opcode.BINARY):
            self._take_message(payload)
        elif opcode == Opcode.CLOSE:
            self._take_close(payload)
        elif not self._control_frames.take() or (opcode == Opcode.PING and not self.is_writable):
            # Each pong would be kept in memory for a peer that does not read.
            self._is_deaf = True
            self.transport.abort()
        elif opcode == Opcode.PING:
            self.transport.write(rfc6455.frame(Opcode.PONG, payload))
        elif opcode == Opcode.PONG:
            self._awaits_pong = False

    def _take_message(self, message: str | bytes) -> None:
        if not self._is_closed:
            self._tell(self._receiver.receive, message)
        elif not self._control_frames.take():
            # It sends on after our close frame: we end our side and read no more, which costs nothing.
            self._is_deaf = True
            self._end_output()
            self.transport.pause_reading()

    def _take_close(self, payload: bytes) -> None:
        code = rfc6455.close_code(payload)
        self._is_deaf = True
        if not self._is_closed:
            self.transport.write(rfc6455.close_frame(code))
            self._end()
        self.transport.close()

    def _fail(self, fault: Broken) -> None:
        """Says why, and closes once the peer has.

        To close at once, with bytes of the peer's unread, would reset the connection, and our reason would be lost.
        """
        self.close(Ending(fault.code, fault.reason))
        self._is_deaf = True
        self._end_output()

    def _end_output(self) -> None:
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()

    def _end(self) -> None:
        """Aborts the transport by and by: to close it waits for as long as the peer keeps its receive window shut."""
        if self._is_closed:
            return
        self._is_closed = True
        self.is_writable = False
        self._stop_stall()
        self._timer.cancel()
        self._timer = self._loop.call_later(LINGER_SECONDS, self.transport.abort)
        self._place.wait(self.transport.abort)
        self._tell(self._receiver.closed)

    def _ping(self) -> None:
        if self._awaits_pong:
            self.close(NO_PONG)
            self.transport.close()
            return
        self._awaits_pong = True
        self._timer = self._loop.call_later(PING_SECONDS, self._ping)
        self.transport.write(rfc6455.frame(Opcode.PING, b"ping"))

    def _tell_stalled(self) -> None:
        self._tell(self._receiver.stalled)

    def _stop_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _tell(self, action: Callable[..., None], *facts: str | bytes) -> None:
        try:
            action(*facts)
        except Exception:  # the boundary of the line: a broken one must not end the others
            log.exception("a socket's task died")
            self.close(FAULT)
