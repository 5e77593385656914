"""Interprets a mail server's reply by what it did with other mails."""

import logging
from collections import OrderedDict
from dataclasses import dataclass, field

from cinema.logs import OutageLog
from notifications.smtp_verdicts import Verdict

log = logging.getLogger(__name__)

IN_A_ROW = 3  # recipients with the same trouble, and no mail taken in between: it is the server's
_REMEMBERED = 10_000  # recipients


@dataclass(frozen=True)
class _Taken:
    """How many mails the server has taken: for the sender's own domain, and for others."""

    at_home: int = 0
    abroad: int = 0


@dataclass
class _InTrouble:
    """Recipients with one kind of trouble since the server last took a mail."""

    recipients: set[str] = field(default_factory=set)

    def is_the_servers(self, recipient: str) -> bool:
        if len(self.recipients) < IN_A_ROW:
            self.recipients.add(recipient)
        return len(self.recipients) >= IN_A_ROW


class Track:
    """The history of one server, in memory.

    A refusal counts as the recipient's only if the server took another recipient's mail between two
    such refusals. Likewise a fault that looks like the server's then counts as this mail's. Mails
    to the sender's own domain prove nothing for other domains: a server that relays no mail takes
    those.
    """

    def __init__(self, home: str) -> None:
        self._home = home.lower()
        self._taken = _Taken()
        self._first_trouble: OrderedDict[str, _Taken] = OrderedDict()
        self._unclear, self._slow, self._put_off = _InTrouble(), _InTrouble(), _InTrouble()
        self._outage = OutageLog(log)

    def took(self, recipient: str) -> None:
        at_home = self._is_at_home(recipient)
        self._taken = _Taken(self._taken.at_home + at_home, self._taken.abroad + (not at_home))
        self._first_trouble.pop(recipient, None)
        for trouble in (self._unclear, self._slow, self._put_off):
            trouble.recipients.clear()
        self._outage.end("the mail server takes mails again")

    def refused(self, recipient: str, verdict: Verdict, reason: str) -> Verdict:
        """The verdict after a look at other mails: RECIPIENT, LATER or SERVER.

        `reason` is for the log.
        """
        others_taken = self._others_taken_since_first_trouble(recipient)
        if verdict is not Verdict.SERVER:
            self._slow.recipients.clear()
        match verdict:
            case Verdict.SERVER:
                return Verdict.LATER if others_taken else Verdict.SERVER
            case Verdict.LATER:
                self._log_put_off(recipient, reason)
            case Verdict.UNCLEAR if others_taken:
                verdict = Verdict.RECIPIENT
            case Verdict.UNCLEAR:
                the_servers = self._unclear.is_the_servers(recipient)
                return Verdict.SERVER if the_servers else Verdict.LATER
        return verdict

    def timed_out(self, recipient: str) -> Verdict:
        """LATER or SERVER, if the server greeted us but did not answer for this mail."""
        self._others_taken_since_first_trouble(recipient)
        return Verdict.SERVER if self._slow.is_the_servers(recipient) else Verdict.LATER

    def _others_taken_since_first_trouble(self, recipient: str) -> bool:
        then = self._first_trouble.setdefault(recipient, self._taken)
        self._first_trouble.move_to_end(recipient)
        if len(self._first_trouble) > _REMEMBERED:
            self._first_trouble.popitem(last=False)
        at_home = self._is_at_home(recipient) and self._taken.at_home > then.at_home
        return at_home or self._taken.abroad > then.abroad

    def _log_put_off(self, recipient: str, reason: str) -> None:
        if self._put_off.is_the_servers(recipient):
            trouble = f"the mail server puts off every mail ({reason}): they are tried again"
            self._outage.begin(trouble, waits=False)

    def _is_at_home(self, recipient: str) -> bool:
        return recipient.rpartition("@")[2].lower() == self._home
