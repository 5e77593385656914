"""Trusts X-Forwarded-For and X-Forwarded-Proto of the proxies in TRUSTED_PROXIES."""

from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


class TrustedProxies:
    """ASGI middleware: uvicorn's own, for the proxies in TRUSTED_PROXIES.

    It reads the setting at the first request: uvicorn's command makes the application before the
    settings are read.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._trusting: Any = None  # uvicorn and Starlette describe ASGI in types of their own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if self._trusting is None:
            app: Any = self._app
            trusted = scope["app"].state.gateway.settings.trusted_proxies
            self._trusting = ProxyHeadersMiddleware(app, trusted) if trusted else app
        await self._trusting(scope, receive, send)


def peers_named_by(setting: str) -> Callable[[str], bool]:
    """Tests whether an address is one of the proxies in `setting`, by the same rules as the
    middleware."""
    no_app: Any = None
    return ProxyHeadersMiddleware(no_app, setting).trusted_hosts.__contains__
