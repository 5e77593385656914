"""When a mail that was postponed is tried again, and when it is given up."""

import random
from dataclasses import dataclass
from typing import Self

from notifications.settings import DeliverySettings

COPIES = 3  # tries with an unknown end: each may have put a copy into the buyer's mailbox
_JITTER = 0.25


@dataclass(frozen=True)
class MailRules:
    """Times in seconds.

    `lease`: how long a claimed mail stays with a sender that does not renew it.
    """

    first_pause: float
    longest_pause: float
    give_up: float
    lease: float
    at_once: int

    @classmethod
    def of(cls, settings: DeliverySettings) -> Self:
        return cls(
            settings.mail_retry_first_seconds,
            settings.mail_retry_longest_seconds,
            settings.mail_retry_hours * 3_600,
            settings.mail_lease_seconds,
            settings.smtp_connections + settings.smtp_slow_connections,
        )

    def pause(self, tries: int) -> float | None:
        """After so many tries; None once their pauses add up to `give_up`. Outages do not count."""
        waited, pause = 0.0, self.first_pause
        for _ in range(tries - 1):
            waited += pause
            pause = min(2 * pause, self.longest_pause)
        if waited >= self.give_up:
            return None
        # Jitter: mails that were postponed together are not retried together.
        return pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - not a secret
