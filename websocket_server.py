"""The gateway: browsers on one side (pages, API, WebSockets), booking's gRPC on the other.

Several at once are normal: each follows the sessions that its browsers watch, and keeps nothing else.

`python websocket_server.py` starts it with everything; `uvicorn websocket_server:app --reload` is for working on it.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from cinema import service
from cinema.settings import GatewaySettings
from gateway import http_routes, notify, pages, websocket_route
from gateway.compression import SMALLEST
from gateway.context import Gateway, open_gateway
from gateway.front_door import FrontDoor
from gateway.lifespan import RefusedStart, attach, lifespan
from gateway.problems import add_problem_handlers
from gateway.protocol import GuardedProtocol
from gateway.proxies import TrustedProxies
from gateway.security_headers import SecurityHeaders

log = logging.getLogger(__name__)

# A frame over 4 KiB gets an error reply; one over this ends the socket (1009).
LARGEST_FRAME = 64 * 1_024
# What one socket's unread bytes may take in the kernel, which doubles the value.
SEND_BUFFER = 128 * 1_024


async def serve(settings: GatewaySettings) -> None:
    stop = service.stop_signal()
    listener = listen(settings.http_host, settings.http_port)
    async with open_gateway(settings) as gateway, asyncio.TaskGroup() as group:
        server = make_server(settings, create_app(gateway))
        group.create_task(server.serve(sockets=[listener]))
        log.info("listening on http://%s:%d", settings.http_host, settings.http_port)
        await stop.wait()
        log.info("stopping")
        await gateway.drain(settings.drain_seconds / 2)
        server.should_exit = True


def create_app(gateway: Gateway | None = None) -> FastAPI:
    """The routes. Without a gateway, its lifespan opens one with the settings of the environment."""
    app = FastAPI(
        title="Cinema", redoc_url=None, docs_url=None, openapi_url=None, lifespan=lifespan
    )
    for part in (
        pages.router,
        http_routes.api,
        http_routes.health,
        notify.router,
        websocket_route.router,
    ):
        app.include_router(part)
    add_problem_handlers(app)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST, compresslevel=5)  # the API's JSON
    app.add_middleware(FrontDoor)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedProxies)
    app.add_middleware(RefusedStart)
    if gateway:
        attach(app, gateway)
    return app


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises service.CannotStart where the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2_048)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise service.CannotStart(
            f"{host}:{port} cannot be listened on ({reason}): HTTP_HOST and HTTP_PORT move it"
        ) from None
    # Accepted sockets inherit it: what a browser does not read is to wait here, bounded, and not in the kernel.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return listener


class Server(uvicorn.Server):
    """Leaves the signals to cinema.service, which lets the gateway drain before the server stops."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def make_server(settings: GatewaySettings, app: FastAPI) -> Server:
    config = uvicorn.Config(
        app,
        http="h11",
        ws=GuardedProtocol,
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,  # twice the CPU and five times the memory, for frames of some hundred bytes
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,  # an order's address is a secret
        server_header=False,
        proxy_headers=False,  # TrustedProxies does it
        timeout_graceful_shutdown=max(1, int(settings.drain_seconds / 2)),
    )
    return Server(config)


# For `uvicorn websocket_server:app`; its lifespan reads the settings and opens what it needs.
app = create_app()

if __name__ == "__main__":
    service.main("gateway", GatewaySettings, serve)
