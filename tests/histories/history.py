"""A recorded history, sorted: each session's requests, events, and state at the end."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from cinema.identity import owner_tag
from tests.histories.lines import (
    Answer,
    Call,
    Event,
    Header,
    LedgerRecord,
    Line,
    Mail,
    Map,
    Message,
    Order,
    Outcome,
    Read,
    RedisKeys,
    Rules,
)


@dataclass
class Operation:
    """A request and its answer. `tag` is the buyer's."""

    call: Call
    tag: str
    answer: Answer | None = None

    @property
    def outcome(self) -> Outcome:
        return self.answer.outcome if self.answer else Outcome.UNKNOWN

    @property
    def may_have_acted(self) -> bool:
        return self.outcome is not Outcome.REFUSED

    @property
    def succeeded(self) -> bool:
        return self.outcome is Outcome.OK

    @property
    def acted_by(self) -> float:
        """Whatever it did was done then; without an answer it may come at any time."""
        return self.answer.at if self.answer and self.succeeded else math.inf

    @property
    def lines(self) -> tuple[Line, ...]:
        return (self.call, self.answer) if self.answer else (self.call,)


@dataclass
class Session:
    """What one session's lines say, each kind in the order of the file.

    `events` has the baselines, too: from there on the history goes on from a map.
    """

    name: str
    operations: list[Operation] = field(default_factory=list)
    events: list[Event | Map] = field(default_factory=list)
    maps: list[Map] = field(default_factory=list)
    keys: RedisKeys | None = None
    orders: dict[str, Order] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    records: list[LedgerRecord] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)  # of every buyer who asked

    @cached_property
    def buyers(self) -> dict[str, str]:
        """By their tags."""
        return {tag: buyer for buyer, tag in self.tags.items()}

    def tag_of(self, buyer: str) -> str:
        if buyer not in self.tags:
            self.tags[buyer] = owner_tag(self.name, buyer)
        return self.tags[buyer]


class History:
    """All sessions of a recording. `read`: the sources that were read to their end."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.rules = Rules()
        self.alone = False
        self.sessions: dict[str, Session] = {}
        self.mails: defaultdict[str, list[Mail]] = defaultdict(list)  # by order
        self.read: dict[str, Read] = {}
        self.lines = 0
        self._open: dict[int, Operation] = {}
        for line in lines:
            self._add(line)
            self.lines += 1

    def _add(self, line: Line) -> None:
        match line:
            case Header():
                self.rules, self.alone = line.rules, line.alone
                self.sessions.update({name: Session(name) for name in line.sessions})
            case Call():
                session = self.sessions[line.session]
                operation = Operation(line, session.tag_of(line.buyer))
                self._open[line.id] = operation
                session.operations.append(operation)
            case Answer():
                self._open.pop(line.id).answer = line
            case Mail():
                self.mails[line.order].append(line)
            case Read():
                self.read[line.source] = line
            case Event() | Map() | RedisKeys() | Order() | Message() | LedgerRecord():
                _put(self.sessions[line.session], line)


def _put(session: Session, line: Event | Map | RedisKeys | Order | Message | LedgerRecord) -> None:
    match line:
        case Event() | Map(baseline=True):
            session.events.append(line)
        case Map():
            session.maps.append(line)
        case RedisKeys():
            session.keys = line
        case Order():
            session.orders[line.order] = line
        case Message():
            session.messages.append(line)
        case LedgerRecord():
            session.records.append(line)
