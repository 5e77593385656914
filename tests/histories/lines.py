"""The lines of a recorded history, one class each. docs/histories.md shows an example of each.

`at` is in nanoseconds of one monotonic clock: the recorder's, the same in the whole file. `clock`
is Redis' clock, in milliseconds.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, TypeAdapter

Name: TypeAlias = Annotated[str, Field(min_length=1)]
Seats: TypeAlias = Annotated[tuple[Name, ...], Field(min_length=1)]
Tags: TypeAlias = dict[str, str]  # a seat's owner, by owner_tag (cinema/identity.py)


class Action(StrEnum):
    HOLD = "hold"
    EXTEND = "extend"
    RELEASE = "release"
    CONFIRM = "confirm"
    CANCEL = "cancel"


class Outcome(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # no answer, or one that says so: it may have been done all the same


class Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    at: int
    _number: int = PrivateAttr(0)

    @property
    def number(self) -> int:
        """Of the line in its file, from 1; 0 where it comes from no file."""
        return self._number

    def numbered(self, number: int) -> Self:
        self._number = number
        return self

    def to_json(self) -> str:
        return self.model_dump_json(exclude_defaults=True)


class Rules(BaseModel):
    """The limits that the recorded system enforces. A check of a limit that is missing is left out.

    `networks`: how many seats a network may hold, by its tag.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ceiling_ms: int | None = None
    cooldown_ms: int | None = None
    most_seats: int | None = None
    networks: dict[str, int] = {}


class Header(Line):
    """`alone`: the recorder's buyers were the only ones in these sessions."""

    type: Literal["header"]
    format: Literal[1]
    program: Name
    started: datetime
    sessions: Annotated[tuple[Name, ...], Field(min_length=1)]
    alone: bool = False
    rules: Rules = Rules()


class Call(Line):
    """Written just before the request is sent."""

    type: Literal["call"]
    id: int
    action: Action
    session: Name
    buyer: Name
    seats: Seats
    instead_of: tuple[Name, ...] = ()  # of a hold: seats to give back in the same step
    key: str = ""  # of a confirm: the order key
    order: str = ""  # of a cancel
    client: str = ""  # the connection, thread or process that asks; for people only


class Answer(Line):
    """Written just after the reply arrived. A call without one has an unknown outcome."""

    type: Literal["answer"]
    id: int  # the call's
    outcome: Outcome
    reason: str = ""  # of a refusal, as in the contract; of an unknown outcome, for people
    order: str = ""  # of a confirm
    failed: tuple[Name, ...] = ()  # the seats that caused a refusal


class Change(BaseModel):
    """One seat's new state. A field that is none of these is kept, and reported."""

    model_config = ConfigDict(frozen=True, extra="allow")

    seat: str
    state: Literal["held", "sold", "free"]
    tag: str
    reason: str = ""  # why it became free: liberado, timeout, cancelado
    deadline: int | None = None  # of a hold, by Redis' clock; booking's stream has none


class Event(Line):
    """A transition, as everybody may read it; `at` is when the recorder has read it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: Literal["event"]
    session: Name
    version: int
    changes: tuple[Change, ...]
    clock: int | None = None
    half_price_sold: int | None = None


class Fault(Line):
    """What somebody did to the system; for people only."""

    type: Literal["fault"]
    what: Name


class State(Line):
    type: Literal["state"]


class Map(State):
    """A session's seats at one version, all that are not free.

    `baseline`: nothing before this version is known. The first line of a session that was in use,
    or a hole: the recorder has missed the events since the one before.

    `asked`: when the request for it was sent. Without it, (10) does not look at its version.
    """

    source: Literal["map"]
    session: Name
    version: int
    held: Tags = {}
    sold: Tags = {}
    baseline: bool = False
    asked: int | None = None


class Hold(BaseModel):
    """Of a seat, as in Redis. Further fields are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    token: str
    deadline: int
    network: str = ""


class Account(BaseModel):
    """Of a buyer, as in Redis. Further fields are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    held: int = 0
    sold: int = 0


class RedisKeys(State):
    """What only Redis' keys show of a session, at the version of its map."""

    source: Literal["redis"]
    session: Name
    clock: int
    version: int
    holds: dict[str, Hold] = {}  # by seat
    locks: dict[str, tuple[str, int]] = {}  # seat: token, and when it ends by `clock`
    due: dict[str, float] = {}  # seat: deadline
    buyers: dict[str, Account] = {}
    persons: Tags = {}  # of a sold seat: the tag of the person who paid
    half_price_sold: int = 0


class Order(State):
    """`seats`: as they were sold; `given_back`: those that left the order one by one."""

    source: Literal["orders"]
    session: Name
    order: Name
    buyer: Name
    seats: Seats
    given_back: tuple[Name, ...] = ()
    cancelled: bool = False
    half_price: int | None = None  # tickets under the quota that it still has
    mail: str = ""  # the state of its mail (cinema/mail_state.py)

    @property
    def seats_left(self) -> tuple[str, ...]:
        """Those that it has, or had at its cancellation."""
        return tuple(seat for seat in self.seats if seat not in self.given_back)


class Message(State):
    """A notification that waits in the outbox, or is in the topic; in their order."""

    source: Literal["outbox", "kafka"]
    session: Name
    order: Name
    status: Name
    seats: Seats


class LedgerRecord(State):
    source: Literal["ledger"]
    session: Name
    order: Name
    seats: tuple[Name, ...]  # those that the order still has, or had at its cancellation
    cancelled: bool = False


class Mail(State):
    """A mail in a mailbox, by the order in its Message-ID."""

    source: Literal["mailbox"]
    order: Name


Source: TypeAlias = Literal["orders", "outbox", "kafka", "ledger", "mailbox"]


class Read(Line):
    """This source was read to its end: it has the entries above, of these sessions, and no other.

    Read it once everything has arrived there. A source without this line is not checked.
    """

    type: Literal["read"]
    source: Source
    entries: int


class End(Line):
    """The last line. `lines`: how many come before it."""

    type: Literal["end"]
    lines: int


AnyState: TypeAlias = Annotated[
    Map | RedisKeys | Order | Message | LedgerRecord | Mail, Field(discriminator="source")
]
AnyLine: TypeAlias = Annotated[
    Header | Call | Answer | Event | Fault | AnyState | Read | End, Field(discriminator="type")
]
ANY_LINE: TypeAdapter[AnyLine] = TypeAdapter(AnyLine)
