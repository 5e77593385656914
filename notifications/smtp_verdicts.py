"""Whom an SMTP refusal concerns, by the stage of the conversation, the code and the enhanced code.

RFC 5321 section 4.2 has the codes, RFC 3463 and IANA's registry the enhanced ones. Many servers,
Postfix by default, refuse at RCPT what is wrong with client, HELO or sender: only the enhanced code
differs from that of a wrong address.
"""

import re
from dataclasses import dataclass
from enum import Enum, IntEnum, auto


class Stage(IntEnum):
    """In the order of a conversation. A refusal before SENDER concerns no mail in particular."""

    CONNECT = auto()
    HELLO = auto()
    TLS = auto()
    LOGIN = auto()
    SENDER = auto()
    RECIPIENT = auto()
    DATA = auto()
    END = auto()  # the whole mail was sent, up to the final dot


class Verdict(Enum):
    RECIPIENT = "this recipient gets no mail, now or later"
    LATER = "the server may take this mail later"
    SERVER = "the server refuses every mail, until an operator of either side mends the cause"
    UNCLEAR = "either RECIPIENT or SERVER: other mails decide"


@dataclass(frozen=True)
class Reply:
    code: int
    text: str

    @property
    def enhanced(self) -> tuple[int, int, int] | None:
        """At the text's beginning (RFC 2034), or behind a `#`, as qmail and IronPort write it."""
        found = _ENHANCED.match(self.text) or _HASHED.search(self.text)
        if found is None:
            return None
        status, subject, detail = (int(number) for number in found.groups())
        return status, subject, detail


_DIGITS = r"([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)"  # no part of an IPv4 address
_ENHANCED = re.compile(rf"\s*{_DIGITS}")
_HASHED = re.compile(rf"#{_DIGITS}")

_CLOSING = 421  # RFC 5321: the server closes the connection, after any command
_TOO_MANY_CONNECTIONS = 432  # as Exchange answers
_NO_ENCRYPTION_OR_LOGIN = 454
_REFUSALS = range(400, 600)
_PERMANENT = 500

# Of a refusal without an enhanced code; any other is UNCLEAR.
_PLAIN = {
    **dict.fromkeys((500, 502, 503, 504, 521, 555), Verdict.SERVER),  # HELO, commands, parameters
    **dict.fromkeys((523, 524, 525, 530, 534, 535, 538, 571), Verdict.SERVER),  # login, encryption
    556: Verdict.RECIPIENT,  # RFC 7504: the recipient's domain takes no mail
}

# By subject, and by subject and detail where one differs from its subject. Any other is UNCLEAR.
_SUBJECTS = {
    1: Verdict.RECIPIENT,  # address
    3: Verdict.SERVER,  # mail system
    4: Verdict.SERVER,  # network, routing, sending limits
    5: Verdict.SERVER,  # protocol
    6: Verdict.SERVER,  # content
    7: Verdict.SERVER,  # security, policy
}
_DETAILS = {
    (1, 7): Verdict.SERVER,  # the sender's address
    (1, 8): Verdict.SERVER,
    (2, 1): Verdict.RECIPIENT,  # disabled
    (2, 2): Verdict.RECIPIENT,  # full
    (2, 3): Verdict.RECIPIENT,  # takes no mail of this length
}

# Texts of servers without enhanced codes that refuse the client, not the recipient.
_ABOUT_US = re.compile(
    r"relay|rcpthosts|authenti|\b(?:helo|ehlo)\b|sender|\bspf\b|dkim|dmarc"
    r"|blocked|block ?list|black ?list|spamhaus|policy|starttls|encrypt",
    re.I,
)


def judge(stage: Stage, reply: Reply) -> Verdict:
    """Total: every reply has a verdict, valid or not."""
    if stage < Stage.SENDER or reply.code not in _REFUSALS or reply.code == _CLOSING:
        return Verdict.SERVER
    if reply.code == _TOO_MANY_CONNECTIONS:
        return Verdict.LATER
    if stage is Stage.SENDER:
        return Verdict.SERVER
    if _is_temporary(reply):
        return Verdict.SERVER if reply.code == _NO_ENCRYPTION_OR_LOGIN else Verdict.LATER
    return _permanent(reply)


def _is_temporary(reply: Reply) -> bool:
    """If code and enhanced code contradict each other, the temporary one counts."""
    return reply.code < _PERMANENT or (reply.enhanced or (5,))[0] == 4


def _permanent(reply: Reply) -> Verdict:
    by_code = _PLAIN.get(reply.code, Verdict.UNCLEAR)
    if by_code is Verdict.SERVER:
        return by_code
    match reply.enhanced:
        case (5, 1 | 2 | 3 | 4 | 5 | 6 | 7 as subject, detail):
            of_subject = _SUBJECTS.get(subject, Verdict.UNCLEAR)
            return _DETAILS.get((subject, detail), of_subject)
    if by_code is Verdict.UNCLEAR and _ABOUT_US.search(reply.text):
        return Verdict.SERVER
    return by_code
