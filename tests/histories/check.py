"""Checks a recorded history: the rules of docs/histories.md, each of them once.

The time grows with the number of lines: every check goes through them once, and finds what it needs
of a seat, a buyer or an order by its name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.histories.answers import answers, taken_whole
from tests.histories.deliveries import Deliveries, unknown_mails
from tests.histories.history import History, Session
from tests.histories.lines import Action, Line
from tests.histories.public_events import identities, times
from tests.histories.real_time import RealTime
from tests.histories.redis_keys import half_price_fits, keys_fit
from tests.histories.replay import Replay
from tests.histories.sales import doubled, kept, promised_twice, sold_to_two
from tests.histories.violation import Violation


@dataclass
class Verdict:
    """`acknowledged` and `lost` are orders; None: the orders were not read.

    `doubled` are seats in two acknowledged orders, and orders beyond one for each order key.
    `unchecked` says why some rules were left out.
    """

    lines: int
    calls: int
    events: int
    acknowledged: int
    lost: int | None
    doubled: int
    violations: list[Violation]
    unchecked: list[str]


def check(lines: Iterable[Line]) -> Verdict:
    history = History(lines)
    sessions = history.sessions.values()
    promised = {order: None for session in sessions for order in _acknowledged(session)}
    stored = {order for session in sessions for order in session.orders}
    twice = [found for session in sessions for found in promised_twice(session)]
    others = list(_violations(history))
    return Verdict(
        lines=history.lines,
        calls=sum(len(session.operations) for session in sessions),
        events=sum(len(session.events) for session in sessions),
        acknowledged=len(promised),
        lost=len(promised.keys() - stored) if "orders" in history.read else None,
        doubled=len(twice) + sum(violation.rule == "12" for violation in others),
        violations=[*twice, *others],
        unchecked=list(_unchecked(history)),
    )


def violations(lines: Iterable[Line]) -> list[str]:
    """A sentence for each, beginning with its rule; empty where all is well."""
    return [str(violation) for violation in check(lines).violations]


def _acknowledged(session: Session) -> Iterator[str]:
    for operation in session.operations:
        if operation.succeeded and operation.answer and operation.call.action is Action.CONFIRM:
            yield operation.answer.order


def _violations(history: History) -> Iterator[Violation]:
    for session in history.sessions.values():
        yield from _seats(history, session)
        if whole := history.read.get("orders"):
            yield from sold_to_two(session)
            yield from kept(session, whole)
            yield from doubled(session, alone=history.alone)
            yield from Deliveries(history, session).violations()
    if history.alone and {"orders", "mailbox"} <= history.read.keys():
        yield from unknown_mails(history)


def _seats(history: History, session: Session) -> Iterator[Violation]:
    replay = Replay(session)
    real_time = RealTime(session, replay, alone=history.alone)
    yield from replay.violations
    yield from real_time.violations
    yield from taken_whole(session, replay, alone=history.alone)
    yield from answers(session, replay, real_time)
    yield from identities(session)
    yield from times(session, history.rules)
    if session.keys:
        yield from keys_fit(session, session.keys, history.rules)
        if "orders" in history.read:
            yield from half_price_fits(session, session.keys)


def _unchecked(history: History) -> Iterator[str]:
    for session in history.sessions.values():
        if not session.events:
            yield f"(1) to (3), (5), (7), (9), (10): no events of {session.name}"
        if not session.maps:
            yield f"events against the map: no map of {session.name}"
        if not session.keys:
            yield f"(6), (8): no Redis keys of {session.name}"
    if "orders" not in history.read:
        yield "(1) by the orders, (4), (11), (12), (13): no orders"
    for source in ("outbox", "kafka", "ledger", "mailbox"):
        if source not in history.read:
            yield f"(13): no {source}"
    rules = history.rules
    if rules.ceiling_ms is None or rules.cooldown_ms is None:
        yield "(9): the header has no ceiling_ms and cooldown_ms"
