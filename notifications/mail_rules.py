"""When a mail that was not taken is tried again, and when it is given up."""

import random
from dataclasses import dataclass
from typing import Self

from notifications.settings import DeliverySettings

COPIES = 3  # tries whose end is unknown: each may have put a copy into the buyer's mailbox
_JITTER = 0.25


@dataclass(frozen=True)
class MailRules:
    """Times in seconds. `lease` is for how long a mail stays with a sender that says nothing."""

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
        """After so many tries; None once their pauses make up `give_up`: an outage in between counts for nothing."""
        waited, pause = 0.0, self.first_pause
        for _ in range(tries - 1):
            waited += pause
            pause = min(2 * pause, self.longest_pause)
        if waited >= self.give_up:
            return None
        # A crowd that was put off together does not return together.
        return pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - not a secret
