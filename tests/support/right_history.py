"""A small history that is right, and others that differ from it."""

from typing import Any

from cinema.identity import owner_tag
from tests.histories.check import Verdict, check
from tests.histories.lines import ANY_LINE

SESSION = "S001"
Fields = dict[str, Any]
Lines = dict[str, Fields]
RULES = {"most_seats": 6, "ceiling_ms": 900, "cooldown_ms": 100, "networks": {"net": 2}}


def call(number: int, action: str, buyer: str, seats: str, **more: object) -> Fields:
    names = {"session": SESSION, "buyer": buyer, "seats": seats.split()}
    return {"type": "call", "id": number, "action": action, **names, **more}


def answer(number: int, outcome: str = "ok", **more: object) -> Fields:
    return {"type": "answer", "id": number, "outcome": outcome, **more}


def event(version: int, clock: int, *changes: str, **more: object) -> Fields:
    """A change is "A01 held ana", "A01 sold ana" or "A01 free ana timeout"."""
    return {
        "type": "event",
        "session": SESSION,
        "version": version,
        "clock": clock,
        "changes": [_change(clock, *change.split()) for change in changes],
        **more,
    }


def _change(clock: int, seat: str, state: str, buyer: str, reason: str = "") -> Fields:
    deadline = {"deadline": clock + 300} if state == "held" else {}
    tag = owner_tag(SESSION, buyer)
    return {"seat": seat, "state": state, "tag": tag, "reason": reason, **deadline}


def state(source: str, **fields: object) -> Fields:
    return {"type": "state", "source": source, **fields}


def of_order(source: str, order: str = "o1", **fields: object) -> Fields:
    seats = {} if source == "mailbox" else {"session": SESSION, "seats": ["A01", "A02"]}
    return state(source, order=order, **(seats | fields))


def order(name: str = "o1", **fields: object) -> Fields:
    return of_order("orders", name, **{"buyer": "ana", "mail": "sent", "half_price": 0, **fields})


def read(source: str, entries: int) -> Fields:
    return {"type": "read", "source": source, "entries": entries}


TAGS = {name: owner_tag(SESSION, name) for name in ("ana", "bia")}
HOLD_OF_BIA = {"buyer": "bia", "token": "t", "tag": TAGS["bia"], "network": "net", "deadline": 500}
RIGHT: Lines = {
    "header": {
        "type": "header",
        "format": 1,
        "program": "a test",
        "started": "2026-11-26T23:00:00Z",
        "sessions": [SESSION],
        "alone": True,
        "rules": RULES,
    },
    "hold": call(1, "hold", "ana", "A01 A02"),
    "held": event(1, 100, "A01 held ana", "A02 held ana"),
    "granted": answer(1),
    "hold of bia": call(2, "hold", "bia", "A02"),
    "refused": answer(2, "refused", reason="assento_indisponivel", failed=["A02"]),
    "pay": call(3, "confirm", "ana", "A01 A02", key="k"),
    "sold": event(2, 150, "A01 sold ana", "A02 sold ana"),
    "paid": answer(3, order="o1"),
    "other hold of bia": call(4, "hold", "bia", "B01"),
    "held by bia": event(3, 200, "B01 held bia"),
    "granted to bia": answer(4),
    "map": state(
        "map",
        session=SESSION,
        version=3,
        sold={"A01": TAGS["ana"], "A02": TAGS["ana"]},
        held={"B01": TAGS["bia"]},
    ),
    "keys": state(
        "redis",
        session=SESSION,
        version=3,
        clock=210,
        holds={"B01": HOLD_OF_BIA},
        locks={"B01": ["t", 500]},
        due={"B01": 500},
        buyers={"ana": {"held": 0, "sold": 2}, "bia": {"held": 1, "sold": 0}},
        persons={"A01": "p", "A02": "p"},
    ),
    "order": order(),
    "all orders": read("orders", 1),
    "all of the outbox": read("outbox", 0),
    "message": of_order("kafka", status="CONFIRMADO"),
    "all of kafka": read("kafka", 1),
    "record": of_order("ledger"),
    "all of the ledger": read("ledger", 1),
    "mail": of_order("mailbox"),
    "all mails": read("mailbox", 1),
}


def checked(lines: Lines) -> Verdict:
    return check(
        ANY_LINE.validate_python({"at": 10 * number, **fields}).numbered(number)
        for number, fields in enumerate(lines.values(), start=1)
    )


def but(**changes: Fields) -> Lines:
    """The right history with other values in some lines; `_` in a name is a space."""
    named = {name.replace("_", " "): fields for name, fields in changes.items()}
    assert named.keys() <= RIGHT.keys()
    return {name: {**fields, **named.get(name, {})} for name, fields in RIGHT.items()}


def without(*names: str) -> Lines:
    return {name: fields for name, fields in RIGHT.items() if name not in names}


def with_more(after: str, **more: Fields) -> Lines:
    """The right history with further lines after this one."""
    lines: Lines = {}
    for name, fields in RIGHT.items():
        lines[name] = fields
        if name == after:
            lines |= {new.replace("_", " "): line for new, line in more.items()}
    return lines


def in_this_order(names: str) -> Lines:
    """These lines of the right history, and a second hold of bia."""
    lines = RIGHT | {"then held by bia": event(2, 200, "B01 held bia")}
    return {name: lines[name] for name in names.split(", ")}
