"""By which name, and through which proxy, a request may come in.

A page of another name that resolves to our address (DNS rebinding) would have our cookies' rights, and a foreign `Host`
that an answer repeats would lead its reader elsewhere. So a foreign `Host` is refused before any route.
"""

import logging

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.context import Gateway
from gateway.origins import Hosts
from gateway.problems import FOREIGN_HOST, NO_HOST, Problem, answer_to

log = logging.getLogger(__name__)

# Asked by programs beside us, under whatever name they know us by; they answer the same to everybody.
_FOR_PROGRAMS = ("/health/", "/notify_liberacao")


class HostCheck:
    """ASGI middleware: refuses a foreign Host, and says once for the operator what a request shows of the set-up."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._said = set[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        gateway: Gateway = scope["app"].state.gateway
        headers = Headers(scope=scope)
        if "x-forwarded-for" in headers and not gateway.settings.trusted_proxies:
            self._say_once(
                "TRUSTED_PROXIES",
                "X-Forwarded-For arrives, but TRUSTED_PROXIES is empty: if it comes from a proxy of ours, all who"
                " come through that share one address and its limits",
            )
        problem = self._problem(gateway.hosts, scope["path"], headers.getlist("host"))
        app = answer_to(problem) if problem else self._app
        return await app(scope, receive, send)

    def _problem(self, own: Hosts, path: str, hosts: list[str]) -> Problem | None:
        if path.startswith(_FOR_PROGRAMS):
            return None
        if len(hosts) != 1:
            return NO_HOST
        if own.admits(hosts[0]):
            return None
        self._say_once(
            "ALLOWED_HOSTS",
            f"refused {hosts[0][:80]!r}, which is neither PUBLIC_URL's name nor among ALLOWED_HOSTS",
        )
        return FOREIGN_HOST

    def _say_once(self, setting: str, text: str) -> None:
        if setting not in self._said:
            self._said.add(setting)
            log.warning("%s (said once)", text)
