"""How many mails an order, a mailbox and a network may cause. Redis counts them, so the limits bind
across all processes.

Nothing personal is stored: a mailbox is counted under a keyed hash, a network under the gateway's
tag.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cinema.identity import mailbox_tag
from cinema.keys import mail_counts
from cinema.lua_scripts import script_text
from cinema.redis_connection import RedisClient, script_at

QUIET_SECONDS = 60.0
# Buyers seldom cancel. Buying and cancelling to flood a mailbox soon reaches the limit.
CANCELLATION_COST = 10
_IF_NOT_FULL, _ANYHOW, _TAKE_BACK = 1, 0, -1

log = logging.getLogger(__name__)

Count = tuple[str, int, int]  # name, limit, what a mail adds


@dataclass(frozen=True)
class MailLimitRules:
    """How many mails within a window: to one mailbox, from one network, and repeated for one order.

    `most_corrections` is how often the address of one order may be corrected in all.
    """

    most_to_mailbox: int
    most_from_network: int
    most_again: int
    most_corrections: int
    window_ms: int = 3_600_000


class MailLimits:
    """Raises what redis-py raises."""

    def __init__(
        self,
        redis: RedisClient,
        rules: MailLimitRules,
        secret: bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rules = rules
        self._secret = secret
        self._count = script_at(redis, script_text("count_mails"))
        self._clock = clock
        self._quiet_until = float("-inf")

    async def reserve(self, email: str, network: str, order_id: str = "") -> bool:
        """Counts one more mail if it is within the limits, and says whether it is. `order_id`: of
        an order whose mail is repeated."""
        counts = self._counts(email, network, order_id)
        full = await self._run(_IF_NOT_FULL, counts)
        if full and counts[full - 1][0] == _network(network):
            self._warn(network)
        return not full

    async def note_cancellation(self, email: str, network: str) -> None:
        """Counts the cancellation's mail, which is never refused: a buyer can always cancel in
        time."""
        await self._run(_ANYHOW, self._counts(email, network, "", CANCELLATION_COST))

    async def give_back(self, email: str, network: str) -> None:
        """Takes a reserved mail back: it is not sent."""
        await self._run(_TAKE_BACK, self._counts(email, network, ""))

    async def _run(self, mode: int, counts: Sequence[Count]) -> int:
        arguments = [part for count in counts for part in count]
        full: int = await self._count(
            keys=list(mail_counts()), args=[self.rules.window_ms, mode, *arguments]
        )
        return full

    def _counts(self, email: str, network: str, order_id: str, cost: int = 1) -> list[Count]:
        rules = self.rules
        found = [(f"mailbox:{mailbox_tag(self._secret, email)}", rules.most_to_mailbox, 1)]
        if network:
            found.append((_network(network), rules.most_from_network, cost))
        if order_id:
            found.append((f"order:{order_id}", rules.most_again, 1))
        return found

    def _warn(self, network: str) -> None:
        """Logs at most one line a minute."""
        if self._clock() < self._quiet_until:
            return
        self._quiet_until = self._clock() + QUIET_SECONDS
        log.warning(
            "the network %s… causes more than %d mails an hour: refused (MAX_MAILS_PER_ADDRESS; "
            "where all buyers come through one proxy, the gateway needs TRUSTED_PROXIES)",
            network[:8],
            self.rules.most_from_network,
        )


def _network(tag: str) -> str:
    return f"network:{tag}"
