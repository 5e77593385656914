"""The lifespan for `uvicorn websocket_server:app`: opens the gateway when the server starts, closes
it when it stops.

`python websocket_server.py` opens the gateway itself, so that it can drain before the server stops.
"""

import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cinema import logs, service
from cinema.settings import WrongSettings, read
from gateway import asyncapi, open_files
from gateway.acceptor import OUT_OF_FILES
from gateway.context import Gateway, open_gateway
from gateway.protocols import silence_peers_faults
from gateway.settings import GatewaySettings

log = logging.getLogger(__name__)

_LACKING = (
    "started by uvicorn's own command: it has its own frame limit, compression, time limits, "
    "proxies and drain, counts no connections, and listens at --host and --port; "
    "`python websocket_server.py` has this project's"
)


class _OnceASecond(logging.Filter):
    """Asyncio logs an error for each connection that uvicorn's listener cannot accept: one a
    second is enough."""

    def __init__(self) -> None:
        super().__init__()
        self._quiet_until = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.getMessage().startswith(OUT_OF_FILES):
            return True
        is_due = record.created >= self._quiet_until
        if is_due:
            self._quiet_until = record.created + 1
        return is_due


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Raises WrongSettings or service.CannotStart. Stops the server if a background task fails."""
    settings = read(GatewaySettings)
    open_files.raise_limit()
    logs.configure("gateway", settings.log_level)
    logging.getLogger("uvicorn.access").disabled = True  # the path of an order is a secret
    logging.getLogger("asyncio").addFilter(_OnceASecond())
    silence_peers_faults()
    log.warning(_LACKING)
    try:
        async with open_gateway(settings) as gateway:
            attach(app, gateway)
            try:
                yield
            except BaseException:
                service.end_within(settings.drain_seconds + service.EXIT_SECONDS)
                raise
            await gateway.drain(settings.drain_seconds / 2)
    except BaseExceptionGroup:
        # Else uvicorn would continue without those tasks.
        signal.raise_signal(signal.SIGTERM)
        raise


def attach(app: FastAPI, gateway: Gateway) -> None:
    """Gives the application its gateway, and with API_DOCS the pages that describe the API."""
    app.state.gateway = gateway
    if gateway.settings.api_docs:
        app.docs_url, app.openapi_url = "/docs", "/openapi.json"
        app.setup()
        app.add_route(asyncapi.PATH, asyncapi.served, include_in_schema=False)


class RefusedStart:
    """ASGI middleware: a refused start shows its own sentence, where Starlette would send a
    traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_reason(message: Message) -> None:
            # Starlette sends it while it handles what the lifespan has raised.
            reason = sys.exception()
            if isinstance(reason, WrongSettings | service.CannotStart):
                message = {**message, "message": str(reason)}
            await send(message)

        await self._app(scope, receive, send_reason if scope["type"] == "lifespan" else send)
