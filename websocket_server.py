"""The gateway: pages, API and WebSockets for browsers on one side, booking's gRPC on the other.

Several may run at once: each follows the sessions that its browsers watch, and has no other state.

`python websocket_server.py` starts it; `uvicorn websocket_server:app --reload` is for development.
"""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from cinema import service
from gateway import http_routes, notify, open_files, pages, websocket_route
from gateway.acceptor import Acceptor, listen
from gateway.admission import Admission, Slot
from gateway.context import Gateway, open_gateway
from gateway.host_check import HostCheck
from gateway.lifespan import RefusedStart, attach, lifespan
from gateway.negotiation import SMALLEST
from gateway.problems import add_problem_handlers
from gateway.protocols import GuardedConfig, GuardedHttp, GuardedWebSocket
from gateway.proxies import TrustedProxies
from gateway.security_headers import SecurityHeaders
from gateway.settings import GatewaySettings

log = logging.getLogger(__name__)


async def serve(settings: GatewaySettings) -> None:
    open_files.raise_limit()
    stop = service.stop_signal()
    admission = Admission(settings)
    listener = listen(settings.http_host, settings.http_port)
    async with open_gateway(settings) as gateway, asyncio.TaskGroup() as group:
        server = make_server(settings, create_app(gateway), admission)
        with service.bounded_end(settings.drain_seconds + service.EXIT_SECONDS):
            group.create_task(server.serve(sockets=[listener]))
            log.info("listening on http://%s:%d", settings.http_host, settings.http_port)
            await stop.wait()
            log.info("stopping")
            await gateway.drain(settings.drain_seconds / 2)
            server.should_exit = True


def create_app(gateway: Gateway | None = None) -> FastAPI:
    """The application.

    Without a gateway, its lifespan opens one with the environment's settings.
    """
    app = FastAPI(
        title="Cinema",
        redoc_url=None,
        docs_url=None,
        openapi_url=None,
        lifespan=lifespan,
        # A redirect would repeat the request's Host, over plain http.
        redirect_slashes=False,
    )
    for router in (pages.router, http_routes.api, http_routes.health, notify.router):
        app.include_router(router)
    app.router.routes.append(websocket_route.route)
    add_problem_handlers(app)
    app.add_exception_handler(404, pages.nothing_here)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST, compresslevel=5)  # the API's JSON
    app.add_middleware(HostCheck)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedProxies)
    app.add_middleware(RefusedStart)
    if gateway:
        attach(app, gateway)
    return app


class Server(uvicorn.Server):
    """Accepts through gateway.acceptor.

    Leaves the signals to cinema.service, so that the gateway drains first.
    """

    def __init__(self, config: GuardedConfig, admission: Admission) -> None:
        super().__init__(config)
        self._config = config
        self._admission = admission

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        acceptors = [
            Acceptor(listener, self._admission, self._protocol_of) for listener in sockets or ()
        ]
        for acceptor in acceptors:
            acceptor.open()
        self.servers: list[Any] = acceptors
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Aborts the remaining connections before uvicorn's own deadline, which logs a traceback
        for each task."""
        asyncio.get_running_loop().call_later(
            self._config.patience_at_the_end, self._abort_connections
        )
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def _abort_connections(self) -> None:
        for connection in self.server_state.connections:
            connection.transport.abort()

    def _protocol_of(self, slot: Slot) -> GuardedHttp:
        return GuardedHttp(self._config, self.server_state, self.lifespan.state, slot=slot)


def make_server(settings: GatewaySettings, app: FastAPI, admission: Admission) -> Server:
    config = GuardedConfig(
        app,
        http=GuardedHttp,
        ws=GuardedWebSocket,
        request_seconds=settings.request_seconds,
        timeout_keep_alive=settings.idle_seconds,
        ws_per_message_deflate=False,  # twice the CPU and five times the memory, for small frames
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,  # the path of an order is a secret
        server_header=False,
        proxy_headers=False,  # TrustedProxies does it
        timeout_graceful_shutdown=max(1, int(settings.drain_seconds / 2)),
    )
    return Server(config, admission)


# For `uvicorn websocket_server:app`: its lifespan reads the settings and opens the gateway.
app = create_app()

if __name__ == "__main__":
    service.main("gateway", GatewaySettings, serve)
