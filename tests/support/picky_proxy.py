"""A proxy between a browser and a gateway, as in offices and hotels: it lets pages through, and
no WebSocket."""

import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Iterator

from deploy.ports import LOOPBACK

_UPGRADE = re.compile(rb"\r\nupgrade: *websocket", re.IGNORECASE)
_CHUNK = 65_536
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HANGS_UP = b""


class PickyProxy:
    """`answer` is sent to each request for a WebSocket; None lets it through."""

    def __init__(self, port: int) -> None:
        self.answer: bytes | None = None
        self._to = (LOOPBACK, port)
        self._server = socketserver.ThreadingTCPServer((LOOPBACK, 0), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def _handler(self) -> type[socketserver.BaseRequestHandler]:
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    proxy.serve(self.request)

        return Handler

    def serve(self, browser: socket.socket) -> None:
        """A browser asks for a WebSocket on a connection of its own, so the first request
        decides."""
        head = browser.recv(_CHUNK)
        if self.answer is not None and _UPGRADE.search(head):
            browser.sendall(self.answer)
            return
        with socket.create_connection(self._to) as gateway:
            gateway.sendall(head)
            back = threading.Thread(target=_pump, args=(gateway, browser), daemon=True)
            back.start()
            _pump(browser, gateway)
            back.join()

    @contextlib.contextmanager
    def running(self) -> Iterator["PickyProxy"]:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(_CHUNK):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
