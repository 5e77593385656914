"""Whether the mail server takes mails, and how many may be sent at once."""

import logging
import time

from cinema.logs import OutageLog
from cinema.retry import Backoff, brief
from notifications.dependency import DependencyDown

log = logging.getLogger(__name__)

_FIRST_PROBE, _LONGEST_PROBE = 1.0, 15.0  # seconds between two tries in an outage, at most


class MailServer:
    """`at_once` mails at a time; during an outage one probe at a time, with back-off.

    Each outage is logged once when it begins and once when it ends.
    """

    def __init__(self, at_once: int, first_pause: float) -> None:
        self._at_once = at_once
        self._backoff = Backoff(min(_FIRST_PROBE, first_pause), min(_LONGEST_PROBE, first_pause))
        self._next_probe = 0.0
        self._outage = OutageLog(log)

    @property
    def trouble(self) -> str:
        """Why mails wait; empty while the server takes them."""
        return self._outage.trouble

    def room(self, begun: int) -> int:
        """How many more may be sent now."""
        room = max(0, self._at_once - begun)
        if self.trouble:
            return min(room, int(time.monotonic() >= self._next_probe))
        return room

    def begin(self) -> None:
        """A mail is being sent.

        In an outage it is the probe, and the next probe does not wait for its answer.
        """
        if self.trouble:
            self._next_probe = time.monotonic() + self._backoff.delay()

    def refused_everybody(self, down: DependencyDown) -> None:
        if not self.trouble:
            self._next_probe = time.monotonic() + self._backoff.delay()
        self._outage.begin(f"the mail server is away ({brief(down)}): mails wait", waits=False)

    def answered(self) -> None:
        self._outage.end("the mail server is back")
        self._backoff.reset()
