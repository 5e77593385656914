"""Admission control: each connection counts from accept to close, in all and by address, whatever
it speaks.

If there is no room, a new connection takes the slot of the one that has waited longest for its
peer: for a request, or for the rest of one. So a crowd of half-open connections evicts its own
members and nobody else. A connection that is being answered keeps its slot, and so does a
WebSocket.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway import open_files
from gateway.limits import CROWDED, FULL, RareWarning, network
from gateway.proxies import peers_named_by
from gateway.settings import GatewaySettings

RESERVE = 64  # descriptors for the process's own use: channels to booking, the page's files
LEAST_REQUESTS = 16

log = logging.getLogger(__name__)


def most_connections(settings: GatewaySettings) -> int:
    """The setting, or what the process's limit of open files allows."""
    return min(settings.max_connections, _descriptors())


def most_sockets(settings: GatewaySettings) -> int:
    """How many of them may be WebSockets, which stay for hours: pages, API and health checks
    need room, too."""
    return most_connections(settings) * 4 // 5


def _descriptors() -> int:
    return open_files.limit() - min(RESERVE, open_files.limit() // 4)


class Slot:
    """One connection's share of the limits."""

    __slots__ = ("_abort", "_pools")

    def __init__(self, *pools: "_Pool") -> None:
        self._pools = pools
        self._abort: Callable[[], None] | None = None

    def wait(self, abort: Callable[[], None]) -> None:
        """The connection waits for its peer: another one may take the slot, and `abort` is
        called then."""
        self._abort = abort
        for pool in self._pools:
            pool.waiting.pop(self, None)
            pool.waiting[self] = None

    def keep(self) -> None:
        """The connection is being answered, or has become a WebSocket: it keeps its slot."""
        for pool in self._pools:
            pool.waiting.pop(self, None)

    def leave(self) -> None:
        """The connection is closed. Safe to repeat."""
        self.keep()
        for pool in self._pools:
            pool.leave()
        self._pools = ()

    def evict(self) -> None:
        self.leave()
        if self._abort:
            self._abort()


@dataclass(eq=False)
class _Pool:
    """Connections that share a limit."""

    most: float
    emptied: Callable[[], None] = lambda: None
    size: int = 0
    waiting: dict[Slot, None] = field(default_factory=dict)  # an ordered set, longest wait first

    def is_full(self) -> bool:
        return self.size >= self.most

    def leave(self) -> None:
        self.size -= 1
        if self.size == 0:
            self.emptied()

    def evict_oldest(self) -> bool:
        """Evicts the connection that has waited longest. Returns whether there was one."""
        oldest = next(iter(self.waiting), None)
        if oldest is None:
            return False
        oldest.evict()
        return True


class Admission:
    def __init__(self, settings: GatewaySettings) -> None:
        self._all = _Pool(most_connections(settings))
        sockets = settings.max_connections_per_address
        # The WebSockets of an address, and the requests that load their pages; but never all
        # slots.
        self._most_an_address = min(
            sockets + max(LEAST_REQUESTS, sockets // 4), most_connections(settings) * 3 // 4
        )
        self._is_proxy = peers_named_by(settings.trusted_proxies)
        self._addresses: dict[str, _Pool] = {}
        self._crowded, self._full = RareWarning(log), RareWarning(log)

    def admit(self, descriptor: int, host: str) -> Slot | None:
        """The slot of a connection that was just accepted, to be left when it is closed.

        None: refuse it.
        """
        key = network(host)
        address = self._addresses.get(key) or self._new_pool(key, host)
        if address.is_full() and not address.evict_oldest():
            self._crowded.say(CROWDED, key, address.size)
            return None
        if self._is_full(descriptor) and not self._all.evict_oldest():
            self._full.say(FULL, self._all.size)
            return None
        for pool in (self._all, address):
            pool.size += 1
        self._addresses[key] = address
        return Slot(self._all, address)

    def _new_pool(self, key: str, host: str) -> _Pool:
        """A trusted proxy has no limit by address: only its requests' headers name the browsers
        behind it."""
        most = math.inf if self._is_proxy(host) else self._most_an_address
        return _Pool(most, lambda: self._forget(key))

    def _forget(self, key: str) -> None:
        self._addresses.pop(key, None)

    def _is_full(self, descriptor: int) -> bool:
        """The kernel assigns the lowest free descriptor, so a high number means that all below
        are in use."""
        return self._all.is_full() or descriptor >= _descriptors()
