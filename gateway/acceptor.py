"""The socket that the gateway listens on, and the acceptor: what comes in is counted, or closed at once.

The acceptor accepts by itself, so that it is the same under every event loop: asyncio would call our socket's `accept`,
and libuv would not.
"""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable

from cinema.service import CannotStart
from gateway.admission import Admission, Place

# What one socket's unread bytes may take in the kernel, which doubles the value.
SEND_BUFFER = 128 * 1_024
BACKLOG = 2_048
ACCEPTED_AT_ONCE = 16  # before the loop reads what has come from connections that are there
PAUSE_SECONDS = 1.0  # where the process or the machine has no room for a connection

OUT_OF_FILES = "socket.accept() out of system resource"  # as asyncio says
_NOTHING_LEFT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

log = logging.getLogger(__name__)


class Acceptor:
    """Lets in what `admission` admits. `protocol_of` makes the protocol of a connection that has this place."""

    def __init__(
        self,
        listener: socket.socket,
        admission: Admission,
        protocol_of: Callable[[Place], asyncio.Protocol],
    ) -> None:
        self._listener = listener
        self._admission = admission
        self._protocol_of = protocol_of
        self._loop = asyncio.get_running_loop()
        self._pause: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[object]] = set()

    def open(self) -> None:
        self._pause = None
        self._loop.add_reader(self._listener, self._accept_some)

    def close(self) -> None:
        self._loop.remove_reader(self._listener)
        if self._pause is not None:
            self._pause.cancel()

    async def wait_closed(self) -> None:
        """For the connections that have just been let in."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _accept_some(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                connection, peer = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _NOTHING_LEFT:
                    raise
                self._rest(error)
                return
            self._let_in(connection, peer[0])

    def _let_in(self, connection: socket.socket, host: str) -> None:
        place = self._admission.admit(connection.fileno(), host)
        if place is None:
            connection.close()
            return
        task = self._loop.create_task(self._begin(connection, place))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _begin(self, connection: socket.socket, place: Place) -> None:
        """From here on the place is left by whichever protocol loses the connection."""
        try:
            await self._loop.connect_accepted_socket(lambda: self._protocol_of(place), connection)
        except OSError:  # gone again
            place.leave()
            connection.close()

    def _rest(self, error: OSError) -> None:
        log.error("%s: %s", OUT_OF_FILES, os.strerror(error.errno or 0))
        self._loop.remove_reader(self._listener)
        self._pause = self._loop.call_later(PAUSE_SECONDS, self.open)


def listen(host: str, port: int) -> socket.socket:
    """Raises CannotStart where the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        plain = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise CannotStart(
            f"{host}:{port} cannot be listened on ({reason}): HTTP_HOST and HTTP_PORT move it"
        ) from None
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, plain.detach())
    listener.setblocking(False)
    # Accepted sockets inherit both: what a browser does not read is to wait here, bounded, and not in the kernel; and a
    # small answer goes out at once instead of waiting for the browser's ACK of the one before (Nagle's algorithm).
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
