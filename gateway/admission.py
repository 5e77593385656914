"""Which connections are let in: each counts from its accept to its close, in all and by address, whatever it speaks.

Where there is no room, a newcomer takes the place of the connection that has waited longest for its peer: for a
request, or for the rest of one. So a crowd of half-open connections costs its own members their places, and nobody
else. A connection that is being answered keeps its place, and so does a WebSocket.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway import open_files
from gateway.limits import CROWDED, FULL, RareWarning, network
from gateway.proxies import peers_named_by
from gateway.settings import GatewaySettings

RESERVE = 64  # descriptors for the process's own files: channels to booking, the page's files as they are read
LEAST_REQUESTS = 16

log = logging.getLogger(__name__)


def most_connections(settings: GatewaySettings) -> int:
    """As many as the setting says and the process may have."""
    return min(settings.max_connections, _descriptors())


def most_sockets(settings: GatewaySettings) -> int:
    """How many of them may be WebSockets, which stay for hours: pages, the API and health checks need room, too."""
    return most_connections(settings) * 4 // 5


def _descriptors() -> int:
    return open_files.limit() - min(RESERVE, open_files.limit() // 4)


class Place:
    """What one connection takes up."""

    __slots__ = ("_abort", "_crowds")

    def __init__(self, *crowds: "_Crowd") -> None:
        self._crowds = crowds
        self._abort: Callable[[], None] | None = None

    def wait(self, abort: Callable[[], None]) -> None:
        """It is the peer's turn from now on: another connection may take the place, which calls `abort`."""
        self._abort = abort
        for crowd in self._crowds:
            crowd.waiting.pop(self, None)
            crowd.waiting[self] = None

    def work(self) -> None:
        """It is our turn, or the connection has become a WebSocket: the place is kept."""
        for crowd in self._crowds:
            crowd.waiting.pop(self, None)

    def leave(self) -> None:
        """The connection is closed. Nothing if the place was left before."""
        self.work()
        for crowd in self._crowds:
            crowd.leave()
        self._crowds = ()

    def give_up(self) -> None:
        self.leave()
        if self._abort:
            self._abort()


@dataclass(eq=False)
class _Crowd:
    """Connections that share a limit."""

    most: float
    emptied: Callable[[], None] = lambda: None
    size: int = 0
    waiting: dict[Place, None] = field(
        default_factory=dict
    )  # an ordered set: the one that waits longest is first

    def is_full(self) -> bool:
        return self.size >= self.most

    def leave(self) -> None:
        self.size -= 1
        if self.size == 0:
            self.emptied()

    def make_room(self) -> bool:
        """Whether somebody waited, and has gone now."""
        oldest = next(iter(self.waiting), None)
        if oldest is None:
            return False
        oldest.give_up()
        return True


class Admission:
    def __init__(self, settings: GatewaySettings) -> None:
        self._all = _Crowd(most_connections(settings))
        sockets = settings.max_connections_per_address
        # Beside the WebSockets that an address may have, the requests that load their pages; but never all places.
        self._most_an_address = min(
            sockets + max(LEAST_REQUESTS, sockets // 4), most_connections(settings) * 3 // 4
        )
        self._is_proxy = peers_named_by(settings.trusted_proxies)
        self._addresses: dict[str, _Crowd] = {}
        self._crowded, self._full = RareWarning(log), RareWarning(log)

    def admit(self, descriptor: int, host: str) -> Place | None:
        """The place of a connection that was just accepted; None if it may not stay. Leave it when it is closed."""
        key = network(host)
        address = self._addresses.get(key) or self._new_crowd(key, host)
        if address.is_full() and not address.make_room():
            self._crowded.say(CROWDED, key, address.size)
            return None
        if self._is_full(descriptor) and not self._all.make_room():
            self._full.say(FULL, self._all.size)
            return None
        for crowd in (self._all, address):
            crowd.size += 1
        self._addresses[key] = address
        return Place(self._all, address)

    def _new_crowd(self, key: str, host: str) -> _Crowd:
        """Behind a proxy are many people, and which of them a connection is for stands in its requests only."""
        most = math.inf if self._is_proxy(host) else self._most_an_address
        return _Crowd(most, lambda: self._forget(key))

    def _forget(self, key: str) -> None:
        self._addresses.pop(key, None)

    def _is_full(self, descriptor: int) -> bool:
        """The kernel gives the lowest free number: a high one says that all below are open, whatever for."""
        return self._all.is_full() or descriptor >= _descriptors()
