"""Which connections are let in: each counts from its accept to its close, in all and by address, whatever it speaks.

Where there is no room, a newcomer takes the place of the connection that has waited longest for its peer: for a
request, or for the rest of one. So a crowd of half-open connections costs its own members their places, and nobody
else. A connection that is being answered keeps its place, and so does a WebSocket.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from cinema import open_files
from cinema.settings import GatewaySettings
from gateway.limits import CROWDED, FULL, RareWarning, network
from gateway.proxies import peers_named_by

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

    def __init__(self, descriptor: int, *crowds: "_Crowd") -> None:
        self.descriptor = descriptor
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
        """Nothing if the place was left before."""
        self.work()
        for crowd in self._crowds:
            crowd.size -= 1
        self._crowds = ()

    def give_up(self) -> None:
        self.leave()
        if self._abort:
            self._abort()


@dataclass(eq=False)
class _Crowd:
    """Connections that share a limit."""

    most: float
    size: int = 0
    waiting: dict[Place, None] = field(
        default_factory=dict
    )  # an ordered set: the one that waits longest is first

    def is_full(self) -> bool:
        return self.size >= self.most

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
        self._places: dict[int, Place] = {}
        self._crowded, self._full = RareWarning(log), RareWarning(log)

    def admit(self, descriptor: int, host: str) -> bool:
        """Whether a connection that was just accepted may stay. Call `leave` when it is closed."""
        key = network(host)
        address = self._addresses.get(key) or _Crowd(self._most_of(host))
        if address.is_full() and not address.make_room():
            self._crowded.say(CROWDED, key, address.size)
            return False
        if self._is_full(descriptor) and not self._all.make_room():
            self._full.say(FULL, self._all.size)
            return False
        for crowd in (self._all, address):
            crowd.size += 1
        self._addresses[key] = address
        self._places[descriptor] = Place(descriptor, self._all, address)
        return True

    def place_of(self, descriptor: int) -> Place:
        """A connection that was not let in here has a place that nobody counts."""
        return self._places.get(descriptor) or Place(descriptor)

    def leave(self, descriptor: int, host: str) -> None:
        """The connection is closed: its descriptor may be another's in the next moment."""
        self._places.pop(descriptor).leave()
        key = network(host)
        if self._addresses[key].size == 0:
            del self._addresses[key]

    def _most_of(self, host: str) -> float:
        """Behind a proxy are many people, and which of them a connection is for stands in its requests only."""
        return math.inf if self._is_proxy(host) else self._most_an_address

    def _is_full(self, descriptor: int) -> bool:
        """The kernel gives the lowest free number: a high one says that all below are open, whatever for."""
        return self._all.is_full() or descriptor >= _descriptors()
