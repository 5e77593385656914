"""Peers that send the gateway raw bytes: half requests, garbage, connections that break off."""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator

from deploy.ports import LOOPBACK
from tests.support.waiting import allowed

SECONDS = 5.0  # how long a peer waits for anything
GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
NOTIFY = b"POST /notify_liberacao HTTP/1.1\r\nHost: localhost\r\n"
_UPGRADE = (
    b"Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
UPGRADE = b"GET /ws/reserva?sessao=S001 HTTP/1.1\r\n" + _UPGRADE + b"\r\n"


def upgrade(path: bytes, *headers: bytes) -> bytes:
    return (
        b"GET "
        + path
        + b" HTTP/1.1\r\n"
        + _UPGRADE
        + b"".join(h + b"\r\n" for h in headers)
        + b"\r\n"
    )


def frame(first: int, payload: bytes = b"") -> bytes:
    """A WebSocket frame with a mask of zeros; `first`: its first byte, FIN and opcode."""
    return bytes([first, 0x80 | len(payload)]) + b"\0\0\0\0" + payload


def connected(port: int, source: str = LOOPBACK) -> socket.socket:
    return socket.create_connection((LOOPBACK, port), allowed(SECONDS), (source, 0))


@contextlib.contextmanager
def peer(port: int, *said: bytes, source: str = LOOPBACK) -> Iterator[socket.socket]:
    """A connection on which these bytes were sent, as far as the gateway accepted them."""
    with connected(port, source) as stranger:
        say(stranger, *said)
        yield stranger


@contextlib.contextmanager
def websocket(port: int, *said: bytes) -> Iterator[socket.socket]:
    """A connection whose WebSocket handshake is done."""
    with peer(port, UPGRADE) as stranger:
        hear(stranger, b"estado_inicial")
        say(stranger, *said)
        yield stranger


def say(stranger: socket.socket, *said: bytes) -> None:
    with contextlib.suppress(ConnectionError):
        for part in said:
            stranger.sendall(part)


def hear(stranger: socket.socket, expected: bytes) -> None:
    """Reads until these bytes came; ConnectionError where the connection ends before."""
    heard = b""
    while expected not in heard:
        part = stranger.recv(65_536)
        if not part:
            raise ConnectionError(f"ended after {heard[-200:]!r}")
        heard += part


def is_cut(stranger: socket.socket, seconds: float = SECONDS) -> bool:
    """Whether the gateway ends the connection in time, whatever it sends before."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        stranger.settimeout(left)
        try:
            if not stranger.recv(65_536):
                return True
        except TimeoutError:
            return False
        except ConnectionError:
            return True
    return False


def reset(stranger: socket.socket) -> None:
    """Ends the connection with RST instead of FIN."""
    stranger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stranger.close()


def seconds_to_answer(port: int, source: str = LOOPBACK) -> float:
    """How long /health/live takes, from connecting to the answer."""
    begun = time.monotonic()
    with peer(port, GET, source=source) as stranger:
        hear(stranger, b'{"status":"vivo"}')
    return time.monotonic() - begun
