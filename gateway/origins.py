"""Which `Host` names we answer to, and which origins may open a socket or post: our own, and
those in the settings."""

import re
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\s/@:\[\]]+)(:(?P<port>[0-9]{1,5}))?", re.I)
# No page of another site has these names: they mean the browser's own machine.
_THIS_MACHINE = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|\[::1\]")


class Hosts:
    """The names that we answer to: PUBLIC_URL's, ALLOWED_HOSTS, and this machine's own."""

    def __init__(self, public_url: str, allowed: str) -> None:
        scheme, _, public = public_url.lower().partition("://")
        self._default_port = str(_DEFAULT_PORTS[scheme])
        self._exact = {self._with_port(public)}
        self._any_port = set[str]()
        for host in filter(None, (one.strip().lower() for one in allowed.split(","))):
            (self._exact if ":" in host else self._any_port).add(host)

    def admits(self, host: str) -> bool:
        match = _HOST.fullmatch(host.lower())
        if match is None:
            return False
        name = match["name"].removesuffix(".")
        return (
            name in self._any_port
            or _THIS_MACHINE.fullmatch(name) is not None
            or f"{name}:{match['port'] or self._default_port}" in self._exact
        )

    def _with_port(self, host: str) -> str:
        return host if re.search(r":\d+$", host) else f"{host}:{self._default_port}"


class Origins:
    def __init__(self, public_url: str, allowed: str) -> None:
        further = [origin.strip().rstrip("/").lower() for origin in allowed.split(",")]
        self._named = {public_url.lower(), *filter(None, further)}

    def admits(self, connection: HTTPConnection) -> bool:
        """Browsers always send `Origin` with a socket or a post; a client without it is no
        browser, and is admitted."""
        if connection.headers.get("sec-fetch-site") == "same-origin":
            return True  # no page can set this header
        origin = connection.headers.get("origin")
        if origin is None or origin.lower() in self._named:
            return True
        return _is_own(origin, connection.headers.get("host", ""))


def _is_own(origin: str, host: str) -> bool:
    """Whether the origin is the requested host.

    The scheme may differ: a proxy may terminate TLS.
    """
    try:
        page = urlsplit(origin)
        asked = urlsplit(f"{page.scheme}://{host}")
        default = _DEFAULT_PORTS.get(page.scheme)
        return (
            default is not None
            and page.hostname is not None
            and page.hostname == asked.hostname
            and (page.port or default) == (asked.port or default)
        )
    except ValueError:  # not a URL, or not a port
        return False
