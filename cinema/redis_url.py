"""REDIS_URL in its two kinds: a server's own address, and Sentinels that know the master's."""

import re
from typing import Any, NamedTuple

from redis.asyncio.connection import parse_url

FORMS = (
    "redis://host:port/db, rediss://…, unix://… or "
    "redis+sentinel://host:port,host:port/service?db=0; for a cluster redis://host:port "
    "and REDIS_CLUSTER=true"
)
_SENTINEL_PORT = 26_379
_HOST = r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?"
SENTINEL_URL = re.compile(
    rf"(?P<scheme>rediss?)\+sentinel://(?P<user>[^@/?]*@)?(?P<hosts>{_HOST}(?:,{_HOST})*)"
    r"/(?P<service>[A-Za-z0-9._-]+)/?(?:\?(?P<query>.*))?"
)
_HAS_PORT = re.compile(r"^(\[.*\]|[^:\[]+):\d+$")

Address = tuple[str, int]
Options = dict[str, Any]


class SentinelUrl(NamedTuple):
    """`server` and `sentinel` are redis-py's options for connections to the two.

    TLS (`rediss+sentinel://`) holds for both. A Sentinel's own user and password are
    `sentinel_username` and `sentinel_password` in the query.
    """

    sentinels: tuple[Address, ...]
    service: str
    server: Options
    sentinel: Options


def sentinel_url(url: str) -> SentinelUrl | None:
    """None for a server's own address. Raises ValueError for a wrong number in the query."""
    found = SENTINEL_URL.fullmatch(url)
    if found is None:
        return None
    query = found["query"] or ""
    server: Options = {**parse_url(f"redis://{found['user'] or ''}localhost/?{query}")}
    del server["host"]
    own = [name for name in server if name.startswith("sentinel_")]
    sentinel = {name.removeprefix("sentinel_"): server.pop(name) for name in own}
    if found["scheme"] == "rediss":
        server["ssl"] = True
        sentinel |= {name: value for name, value in server.items() if name.startswith("ssl")}
    addresses = tuple(_address(host) for host in found["hosts"].split(","))
    return SentinelUrl(addresses, found["service"], server, sentinel)


def _address(text: str) -> Address:
    host, colon, port = text.rpartition(":") if _HAS_PORT.search(text) else (text, "", "")
    number = int(port) if colon else _SENTINEL_PORT
    if not 0 < number < 65_536:
        raise ValueError(f"{number} is no port")
    return host.strip("[]"), number


def check(url: str) -> None:
    """Raises ValueError for a wrong number in a URL that otherwise has one of the FORMS."""
    if sentinel_url(url) is None:
        parse_url(url)
