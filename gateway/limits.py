"""Rate limits and counts, by socket and by address."""

import ipaddress
import logging
import time
from collections.abc import Callable

Clock = Callable[[], float]

_FORGET_AT = 1_000  # addresses

CROWDED = (
    "%s has %d connections, its limit: if it is a proxy of yours, name it in TRUSTED_PROXIES; "
    "else MAX_CONNECTIONS_PER_ADDRESS sets the limit"
)
FULL = "%d connections are open, the limit: see MAX_CONNECTIONS and `ulimit -n`"

log = logging.getLogger(__name__)


class TokenBucket:
    """`rate` tokens a second on average, twice as many in a burst."""

    __slots__ = ("_burst", "_clock", "_filled_at", "_rate", "_tokens")

    def __init__(self, rate: float, clock: Clock = time.monotonic) -> None:
        self._rate = rate
        self._burst = max(1.0, 2 * rate)
        self._tokens = self._burst
        self._clock = clock
        self._filled_at = clock()

    def take(self, cost: float = 1) -> bool:
        """Takes tokens if there are enough.

        A cost above the burst needs, and takes, a full bucket.
        """
        self._fill()
        if self._tokens < min(cost, self._burst):
            return False
        self._tokens -= cost
        return True

    def is_full(self) -> bool:
        self._fill()
        return self._tokens == self._burst

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now


class RareWarning:
    """A warning about something that may happen thousands of times: one line a minute at most."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._lines = TokenBucket(1 / 60)

    def say(self, text: str, *values: object) -> None:
        if self._lines.take():
            self._log.warning(text, *values)


class Address:
    """The open sockets and the remaining budget of one address."""

    def __init__(self, bucket: TokenBucket) -> None:
        self.requests = bucket
        self.sockets = 0

    def is_idle(self) -> bool:
        return self.sockets == 0 and self.requests.is_full()


class Addresses:
    """Counts WebSockets by address and in all. Forgets idle addresses."""

    def __init__(
        self,
        most_sockets: int,
        requests_a_second: float,
        most_sockets_in_all: int,
        clock: Clock = time.monotonic,
    ) -> None:
        self._most_sockets = most_sockets
        self._most_sockets_in_all = most_sockets_in_all
        self._sockets = 0
        self._crowded, self._full = RareWarning(log), RareWarning(log)
        self._rate = requests_a_second
        self._clock = clock
        self._known: dict[str, Address] = {}
        self._forget_at = _FORGET_AT

    def of(self, host: str) -> Address:
        key = network(host)
        if key not in self._known:
            self._forget_idle()
            self._known[key] = Address(TokenBucket(self._rate, self._clock))
        return self._known[key]

    def has_room(self, host: str) -> bool:
        """Whether the address may open one more socket.

        If not, a rare warning names the setting.
        """
        address = self.of(host)
        if address.sockets >= self._most_sockets:
            self._crowded.say(CROWDED, network(host), address.sockets)
            return False
        if self._sockets >= self._most_sockets_in_all:
            self._full.say(FULL, self._sockets)
            return False
        return True

    def enter(self, host: str) -> Address:
        """Counts one more socket, until `leave` of the returned address."""
        address = self.of(host)
        address.sockets += 1
        self._sockets += 1
        return address

    def leave(self, address: Address) -> None:
        address.sockets -= 1
        self._sockets -= 1

    def _forget_idle(self) -> None:
        """At doubling sizes, so that its cost for each address stays constant (amortised)."""
        if len(self._known) >= self._forget_at:
            self._known = {key: one for key, one in self._known.items() if not one.is_idle()}
            self._forget_at = max(_FORGET_AT, 2 * len(self._known))


def network(host: str) -> str:
    """The address itself; of an IPv6 address its /64, which belongs to one customer."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4 or address.ipv4_mapped:
        return str(address.ipv4_mapped if address.version == 6 else address)
    return str(ipaddress.ip_network((address, 64), strict=False))
