"""Which pages may open a socket or post: our own, and those that a setting names."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Origins:
    def __init__(self, public_url: str, allowed: str) -> None:
        further = [origin.strip().rstrip("/").lower() for origin in allowed.split(",")]
        self._named = {public_url.lower(), *filter(None, further)}

    def admits(self, connection: HTTPConnection) -> bool:
        """Browsers always say where a socket or a post comes from; who says nothing is no browser, and is let in."""
        if connection.headers.get("sec-fetch-site") == "same-origin":
            return True  # no page can set this header
        origin = connection.headers.get("origin")
        if origin is None or origin.lower() in self._named:
            return True
        return _is_own(origin, connection.headers.get("host", ""))


def _is_own(origin: str, host: str) -> bool:
    """Whether the origin is the host that was asked; the scheme may differ where a proxy speaks TLS for us."""
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
