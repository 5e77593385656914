"""What the server did with other mails tells what its answer to this one means."""

import logging
from collections import OrderedDict
from dataclasses import dataclass, field

from cinema.logs import OutageLog
from notifications.smtp_verdicts import Verdict

log = logging.getLogger(__name__)

IN_A_ROW = (
    3  # recipients that met the same trouble, with no mail taken in between: it is everybody's
)
_REMEMBERED = 10_000  # recipients


@dataclass(frozen=True)
class _Taken:
    """How many mails the server has taken: to the sender's own domain, and to others."""

    at_home: int = 0
    abroad: int = 0


@dataclass
class _InTrouble:
    """Recipients that met one kind of trouble since the server last did better."""

    recipients: set[str] = field(default_factory=set)

    def is_everybodys(self, recipient: str) -> bool:
        if len(self.recipients) < IN_A_ROW:
            self.recipients.add(recipient)
        return len(self.recipients) >= IN_A_ROW


class Track:
    """Of one server, as long as the process lives.

    A refusal is held against the recipient only if the server took somebody else's mail between two such refusals; a
    fault that looks like the server's is this one mail's trouble under the same condition. Mails to the sender's own
    domain do not count for others: a server that relays for nobody takes those.
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
        """The verdict in the light of what others met: RECIPIENT, LATER or SERVER. `reason` is for the log."""
        others_taken = self._others_taken_since_first_trouble(recipient)
        if verdict is not Verdict.SERVER:
            self._slow.recipients.clear()
        match verdict:
            case Verdict.SERVER:
                return Verdict.LATER if others_taken else Verdict.SERVER
            case Verdict.LATER:
                self._note_put_off(recipient, reason)
            case Verdict.UNCLEAR if others_taken:
                verdict = Verdict.RECIPIENT
            case Verdict.UNCLEAR:
                everybodys = self._unclear.is_everybodys(recipient)
                return Verdict.SERVER if everybodys else Verdict.LATER
        return verdict

    def timed_out(self, recipient: str) -> Verdict:
        """LATER or SERVER, for a server that had greeted but then gave no answer on this mail."""
        self._others_taken_since_first_trouble(recipient)
        return Verdict.SERVER if self._slow.is_everybodys(recipient) else Verdict.LATER

    def _others_taken_since_first_trouble(self, recipient: str) -> bool:
        then = self._first_trouble.setdefault(recipient, self._taken)
        self._first_trouble.move_to_end(recipient)
        if len(self._first_trouble) > _REMEMBERED:
            self._first_trouble.popitem(last=False)
        at_home = self._is_at_home(recipient) and self._taken.at_home > then.at_home
        return at_home or self._taken.abroad > then.abroad

    def _note_put_off(self, recipient: str, reason: str) -> None:
        if self._put_off.is_everybodys(recipient):
            trouble = f"the mail server puts off every mail ({reason}): they are tried again"
            self._outage.begin(trouble, waits=False)

    def _is_at_home(self, recipient: str) -> bool:
        return recipient.rpartition("@")[2].lower() == self._home
