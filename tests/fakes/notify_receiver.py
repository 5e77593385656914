"""A fake of the gateway's /notify_liberacao: a real HTTP server that keeps what it received."""

import json
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

from cinema.expiry_notice import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify
from deploy.ports import LOOPBACK
from tests.support.ports import free_port


@dataclass(frozen=True)
class Posted:
    path: str
    body: dict[str, Any]
    signed: bool  # whether its signature was right at the time


class NotifyReceiver:
    """Takes POSTs on a port of its own and answers each with `status`; can stop and start again.

    Its clients see a refused connection while it is stopped.
    """

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self.status = 200
        self.location = ""  # the Location of its answers, if any
        self.posted: list[Posted] = []
        self._port = free_port()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}/notify_liberacao"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [posted.body for posted in list(self.posted)]

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver._receive(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer((LOOPBACK, self._port), Handler)
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _receive(self, request: BaseHTTPRequestHandler) -> None:
        raw = request.rfile.read(int(request.headers["Content-Length"]))
        timestamp = request.headers.get(TIMESTAMP_HEADER, "")
        signature = request.headers.get(SIGNATURE_HEADER, "")
        signed = verify(self.secret, timestamp, signature, raw, time.time())
        self.posted.append(Posted(request.path, json.loads(raw), signed))
        request.send_response(self.status)
        if self.location:
            request.send_header("Location", self.location)
        request.send_header("Content-Length", "0")
        # A stopped server must not go on answering on a connection that was kept open.
        request.send_header("Connection", "close")
        request.end_headers()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
