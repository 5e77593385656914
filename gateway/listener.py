"""The socket that the gateway listens on: what it accepts is counted, or closed at once.

asyncio calls `accept` of the socket that it was given, and `close` of what that returns: nothing here leans on uvicorn.
"""

import errno
import logging
import os
import socket
import time
from typing import Any

from cinema.service import CannotStart
from gateway.admission import Admission

# What one socket's unread bytes may take in the kernel, which doubles the value.
SEND_BUFFER = 128 * 1_024
BACKLOG = 2_048
ACCEPTED_AT_ONCE = 16  # before the loop reads what has come from connections that are there
QUIET_SECONDS = 0.5

_OUT_OF_FILES = "socket.accept() out of system resource"  # what asyncio says
_NOTHING_LEFT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class _OnceASecond(logging.Filter):
    """asyncio says so for each connection that it cannot accept, also to a listener that is not ours (uvicorn's)."""

    def __init__(self) -> None:
        super().__init__()
        self._quiet_until = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.getMessage().startswith(_OUT_OF_FILES):
            return True
        is_due = record.created >= self._quiet_until
        if is_due:
            self._quiet_until = record.created + 1
        return is_due


logging.getLogger("asyncio").addFilter(_OnceASecond())


class Listener(socket.socket):
    """`admission` is set before anything is accepted."""

    admission: Admission
    _in_a_row = 0
    _quiet_until = 0.0

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection that may stay. Raises BlockingIOError where there is none, or are enough for now."""
        while self._in_a_row < ACCEPTED_AT_ONCE:
            self._in_a_row += 1
            connection, peer = self._accept_any()
            if self.admission.admit(connection.fileno(), peer[0]):
                return _Counted(self.admission, connection, peer[0]), peer
            connection.close()
        self._in_a_row = 0
        raise BlockingIOError

    def _accept_any(self) -> tuple[socket.socket, Any]:
        try:
            return super().accept()
        except OSError as error:
            self._in_a_row = 0
            if error.errno in _NOTHING_LEFT:
                self._raise_once()
            raise

    def _raise_once(self) -> None:
        """asyncio listens again after a second; but first it accepts on, for a whole backlog."""
        now = time.monotonic()
        if now < self._quiet_until:
            raise BlockingIOError from None
        self._quiet_until = now + QUIET_SECONDS


class _Counted(socket.socket):
    """A connection that leaves its place when it is closed."""

    def __init__(self, admission: Admission, accepted: socket.socket, host: str) -> None:
        kind = (accepted.family, accepted.type, accepted.proto)
        super().__init__(*kind, fileno=accepted.detach())
        self._admission = admission
        self._host = host

    def close(self) -> None:
        if self.fileno() >= 0:
            self._admission.leave(self.fileno(), self._host)
        super().close()


def listen(host: str, port: int, admission: Admission) -> Listener:
    """Raises CannotStart where the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        plain = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise CannotStart(
            f"{host}:{port} cannot be listened on ({reason}): HTTP_HOST and HTTP_PORT move it"
        ) from None
    listener = Listener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, plain.detach())
    listener.admission = admission
    # Accepted sockets inherit both: what a browser does not read is to wait here, bounded, and not in the kernel; and a
    # small answer goes out at once instead of waiting for the browser's ACK of the one before (Nagle's algorithm).
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
