"""How many seats one network address may hold in a session, and a log line for operators when one
wants more."""

import logging
import time
from collections.abc import Callable

from booking.hold_rules import HoldRules, Network
from booking.programme import Session

log = logging.getLogger(__name__)

QUIET_SECONDS = 60.0


class Networks:
    """Logs at most one line a minute, and how many requests were refused since the last one."""

    def __init__(self, rules: HoldRules, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._clock = clock
        self._refused = 0
        self._quiet_until = float("-inf")

    def of(self, session: Session, tag: str) -> Network:
        return Network(tag, self._rules.most_held_by_network(len(session.room.seats)))

    def refused(self, session: Session, network: Network) -> None:
        """The network wanted more than it may hold."""
        self._refused += 1
        if self._clock() < self._quiet_until:
            return
        log.warning(
            "refused %d requests for more than %d held seats from one network, "
            "the last one in session %s from %s… (MAX_HELD_PER_ADDRESS; "
            "where all buyers come through one proxy, the gateway needs TRUSTED_PROXIES)",
            self._refused,
            network.most_held,
            session.id,
            network.tag[:8],
        )
        self._refused = 0
        self._quiet_until = self._clock() + QUIET_SECONDS
