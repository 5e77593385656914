"""Refuses requests for a foreign `Host`, before any route.

A page under another name that resolves to our address (DNS rebinding) would act with our cookies,
and an answer that repeats a foreign `Host` would send its reader elsewhere.
"""

import logging

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.context import Gateway
from gateway.origins import Hosts
from gateway.problems import FOREIGN_HOST, NO_HOST, Problem, answer_to

log = logging.getLogger(__name__)

# Programs beside us call these, under any name; the answer is the same for everybody.
_FOR_PROGRAMS = ("/health/", "/notify_liberacao")


class HostCheck:
    """ASGI middleware.

    Also warns the operator, once, about settings that do not fit the requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._warned = set[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        gateway: Gateway = scope["app"].state.gateway
        headers = Headers(scope=scope)
        if "x-forwarded-for" in headers and not gateway.settings.trusted_proxies:
            self._warn_once(
                "TRUSTED_PROXIES",
                "X-Forwarded-For arrives, but TRUSTED_PROXIES is empty: if a proxy of yours "
                "sends it,"
                " all browsers behind that proxy share one address and its limits",
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
        self._warn_once(
            "ALLOWED_HOSTS",
            f"refused Host {hosts[0][:80]!r}: it is neither PUBLIC_URL's nor in ALLOWED_HOSTS",
        )
        return FOREIGN_HOST

    def _warn_once(self, setting: str, text: str) -> None:
        if setting not in self._warned:
            self._warned.add(setting)
            log.warning("%s (logged once)", text)
