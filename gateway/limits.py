"""How much one socket and one address may ask of the gateway."""

import ipaddress
import logging
import time
from collections.abc import Callable

Clock = Callable[[], float]

_TIDY_AT = 1_000  # addresses

CROWDED = (
    "%s has %d connections and gets no more: if it is a proxy of yours, name it in TRUSTED_PROXIES; "
    "MAX_CONNECTIONS_PER_ADDRESS moves the limit"
)
FULL = "%d connections are open, and there is room for no more: see MAX_CONNECTIONS and `ulimit -n`"

log = logging.getLogger(__name__)


class TokenBucket:
    """`rate` a second in the long run, twice as many at once."""

    __slots__ = ("_burst", "_clock", "_filled_at", "_rate", "_tokens")

    def __init__(self, rate: float, clock: Clock = time.monotonic) -> None:
        self._rate = rate
        self._burst = max(1.0, 2 * rate)
        self._tokens = self._burst
        self._clock = clock
        self._filled_at = clock()

    def take(self, cost: float = 1) -> bool:
        """Whether one more of this cost is within the rate; one that costs more than a burst takes all of it."""
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
    """A line for the operator about what may happen thousands of times: once a minute at most."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._lines = TokenBucket(1 / 60)

    def say(self, text: str, *values: object) -> None:
        if self._lines.take():
            self._log.warning(text, *values)


class Address:
    """What one address has open and has asked for."""

    def __init__(self, bucket: TokenBucket) -> None:
        self.requests = bucket
        self.sockets = 0

    def is_idle(self) -> bool:
        return self.sockets == 0 and self.requests.is_full()


class Addresses:
    """Counts by address, WebSockets in all as well; forgets addresses that have been quiet."""

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
        self._tidy_at = _TIDY_AT

    def of(self, host: str) -> Address:
        key = network(host)
        if key not in self._known:
            self._tidy()
            self._known[key] = Address(TokenBucket(self._rate, self._clock))
        return self._known[key]

    def has_room(self, host: str) -> bool:
        """Whether the address may have one more socket.

        Refused buyers see a sentence; the operator reads in the log, once in a while, what moves the limit.
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
        """One more socket, until the address that this returns leaves."""
        address = self.of(host)
        address.sockets += 1
        self._sockets += 1
        return address

    def leave(self, address: Address) -> None:
        address.sockets -= 1
        self._sockets -= 1

    def _tidy(self) -> None:
        """Now and then, so that it costs little for each address however many there are."""
        if len(self._known) >= self._tidy_at:
            self._known = {key: one for key, one in self._known.items() if not one.is_idle()}
            self._tidy_at = max(_TIDY_AT, 2 * len(self._known))


def network(host: str) -> str:
    """The address itself, or an IPv6 address' /64: one customer has all of that."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4 or address.ipv4_mapped:
        return str(address.ipv4_mapped if address.version == 6 else address)
    return str(ipaddress.ip_network((address, 64), strict=False))
