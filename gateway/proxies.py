"""Whose X-Forwarded-For and X-Forwarded-Proto are believed."""

from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


class TrustedProxies:
    """ASGI middleware: uvicorn's own, for the proxies that the gateway's TRUSTED_PROXIES names.

    The setting is looked up at the first request: uvicorn's command makes the application before it is read.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._believing: Any = None  # uvicorn and Starlette describe ASGI in types of their own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if self._believing is None:
            app: Any = self._app
            trusted = scope["app"].state.gateway.settings.trusted_proxies
            self._believing = ProxyHeadersMiddleware(app, trusted) if trusted else app
        await self._believing(scope, receive, send)


def peers_named_by(setting: str) -> Callable[[str], bool]:
    """Whether an address is one of those in `setting`, by the very rules by which their headers are believed."""
    no_app: Any = None
    return ProxyHeadersMiddleware(no_app, setting).trusted_hosts.__contains__
