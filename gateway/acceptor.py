"""The listening socket, and the acceptor: each new connection is counted and admitted, or closed at
once.

The acceptor calls `accept` itself, so it works the same under every event loop: asyncio would call
our socket's `accept`, uvloop accepts in C.
"""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable

from cinema.service import CannotStart
from gateway.admission import Admission, Slot

# Bytes of a socket's send buffer in the kernel, which doubles the value.
SEND_BUFFER = 128 * 1_024
BACKLOG = 2_048
ACCEPTED_AT_ONCE = 16  # then the loop serves the open connections
PAUSE_SECONDS = 1.0  # after the process or the machine has run out of descriptors or memory

OUT_OF_FILES = "socket.accept() out of system resource"  # as asyncio says
_OUT_OF_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

log = logging.getLogger(__name__)


class Acceptor:
    """Accepts what `admission` admits.

    `protocol_of` makes the protocol of a connection, with its slot.
    """

    def __init__(
        self,
        listener: socket.socket,
        admission: Admission,
        protocol_of: Callable[[Slot], asyncio.Protocol],
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
        """Waits until the connections that were just accepted have their protocol."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _accept_some(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                connection, peer = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _OUT_OF_RESOURCES:
                    raise
                self._pause_accepting(error)
                return
            self._admit(connection, peer[0])

    def _admit(self, connection: socket.socket, host: str) -> None:
        slot = self._admission.admit(connection.fileno(), host)
        if slot is None:
            connection.close()
            return
        task = self._loop.create_task(self._begin(connection, slot))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _begin(self, connection: socket.socket, slot: Slot) -> None:
        """From here on the protocol that loses the connection leaves the slot."""
        try:
            await self._loop.connect_accepted_socket(lambda: self._protocol_of(slot), connection)
        except OSError:  # the peer has closed it already
            slot.leave()
            connection.close()

    def _pause_accepting(self, error: OSError) -> None:
        log.error("%s: %s", OUT_OF_FILES, os.strerror(error.errno or 0))
        self._loop.remove_reader(self._listener)
        self._pause = self._loop.call_later(PAUSE_SECONDS, self.open)


def listen(host: str, port: int) -> socket.socket:
    """Raises CannotStart if the address is taken or not this machine's."""
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
    # Accepted sockets inherit both options. A small send buffer: frames for a slow browser wait in
    # the gateway, which bounds them. TCP_NODELAY: a small answer does not wait for the ACK of the
    # one before (Nagle's algorithm).
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
