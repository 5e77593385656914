"""What an audit finds: faults, and how much it has looked at."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum

_SENTENCES_A_CHECK = 50


class Check(StrEnum):
    """Each is a line of the summary."""

    SALES = "sold seats, each of one order that lists it"
    HOLDS = "held seats, each with its lock and its deadline"
    ACCOUNTS = "buyers, whose accounts count the seats that they have"
    HALF_PRICE = "sessions, whose half-price tickets are counted right"
    ORDERS = "orders, each with its seats and its key"
    VERSIONS = "events, whose versions ascend without a gap"
    MESSAGES = "messages in the outbox, each of an order"
    ANNOUNCED = "orders in the ledger, or on the way there, and their mails"
    LEDGER = "records in the ledger, one of each order"
    MAILS = "mails that are due or have failed, each of an order"
    KEYS = "keys, each in its partition"


@dataclass(frozen=True)
class Fault:
    """`unit` is what is read again; `about` tells its faults apart."""

    check: Check
    unit: str
    about: str = ""
    sentence: str = field(default="", compare=False)


@dataclass
class Look:
    """What one reading of some units has shown. `unchecked` has sentences, as in Findings."""

    faults: set[Fault] = field(default_factory=set)
    checked: Counter[Check] = field(default_factory=Counter)
    unchecked: list[str] = field(default_factory=list)


@dataclass
class Findings:
    """`unchecked` has a sentence for each thing that could not be looked at."""

    checked: Counter[Check] = field(default_factory=Counter)
    faults: dict[Check, list[str]] = field(default_factory=lambda: defaultdict(list))
    unchecked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, faults: set[Fault]) -> None:
        for fault in sorted(faults, key=lambda one: (one.unit, one.about)):
            self.faults[fault.check].append(fault.sentence)

    @property
    def status(self) -> int:
        """The exit status: a fault counts for more than what could not be checked."""
        return 1 if any(self.faults.values()) else 2 if self.unchecked else 0

    def lines(self) -> list[str]:
        """Each fault in a sentence, the summary, and what it comes to."""
        lines = []
        for check, sentences in self.faults.items():
            lines += [f"FAULT  {sentence}" for sentence in sentences[:_SENTENCES_A_CHECK]]
            if len(sentences) > _SENTENCES_A_CHECK:
                more = len(sentences) - _SENTENCES_A_CHECK
                lines.append(f"FAULT  and {more:,} more: {check}")
        lines += [f"NOT CHECKED  {sentence}" for sentence in self.unchecked]
        lines += [f"{'checked':>10} {'faults':>8}"]
        for check in Check:
            lines.append(f"{self.checked[check]:>10,} {len(self.faults[check]):>8,}  {check}")
        return [*lines, *self.notes, self._verdict()]

    def _verdict(self) -> str:
        if number := sum(map(len, self.faults.values())):
            return f'{number:,} faults: see docs/operations.md, "Verify"'
        return "no fault, but not everything was checked" if self.unchecked else "all is right"
