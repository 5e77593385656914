"""The name that we greet a mail server with (RFC 5321, section 4.1.1.1)."""

import asyncio
import re
import socket
import threading
from contextlib import suppress
from typing import Any

_PATIENCE_SECONDS = 2.0
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_FULL_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.(?!\d+\Z){_LABEL}")


class HeloName:
    """SMTP_HELO_NAME, else this machine's full name, else its address.

    Many servers refuse a name without a dot.
    """

    def __init__(self, configured: str | None) -> None:
        self._configured = configured
        self._full_name: str | None = None

    async def name(self, own_address: tuple[Any, ...]) -> str:
        """`own_address`: our end of the connection, as its socket has it."""
        if self._configured is not None:
            return self._configured
        if self._full_name is None:
            name = await _machine_name()
            self._full_name = name if _FULL_NAME.fullmatch(name) else ""
        return self._full_name or _literal(str(own_address[0]))


def _literal(address: str) -> str:
    """`[192.0.2.1]` or `[IPv6:2001:db8::1]`, without a zone."""
    address = address.partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


async def _machine_name() -> str:
    """Empty if DNS does not answer in time.

    A thread of its own: the executor's would keep the process alive.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def settle(name: str) -> None:
        if not answer.done():
            answer.set_result(name)

    def ask() -> None:
        name = socket.getfqdn()
        with suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(settle, name)

    threading.Thread(target=ask, name="getfqdn", daemon=True).start()
    with suppress(TimeoutError):
        return await asyncio.wait_for(answer, _PATIENCE_SECONDS)
    return ""
