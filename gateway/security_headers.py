"""The security headers of every answer: nothing inline, nothing from other origins, no framing."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",  # the WebSocket of the same origin, too (CSP level 3)
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HTTPS_ONLY = (
    "Strict-Transport-Security",
    "max-age=31536000",
)  # RFC 6797; without includeSubDomains: other hosts of the domain are not ours
_NO_SNIFFING = ("X-Content-Type-Options", "nosniff")
# Browsers read them from documents only. A page's scripts go without, which saves 20 KB on the
# wire.
_OF_DOCUMENTS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
}
# Not for search engines, whatever link leads there.
_UNINDEXED = ("/pedido/", "/api/")
_NO_DOCUMENTS = ("text/javascript", "text/css")
# The interactive API page loads its scripts from another origin; a setting turns it on.
_DOCS = "/docs"


class SecurityHeaders:
    """ASGI middleware. A route's own headers win."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                _add(headers, scope["path"])
                if scope["app"].state.gateway.settings.uses_https:
                    headers.setdefault(*_HTTPS_ONLY)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _add(headers: MutableHeaders, path: str) -> None:
    headers.setdefault(*_NO_SNIFFING)
    if not headers.get("Content-Type", "").startswith(_NO_DOCUMENTS):
        for name, value in _OF_DOCUMENTS.items():
            headers.setdefault(name, value)
    if path.startswith(_DOCS):
        del headers["Content-Security-Policy"]
    if path.startswith(_UNINDEXED):
        headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    # Answers about seats and orders are never cached, not even by the browser's Back.
    headers.setdefault("Cache-Control", "no-store")
