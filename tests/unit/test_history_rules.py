"""The checker finds each kind of violation in a history that is right but for one change, and its
excerpt has the lines that contradict each other."""

import pytest

from tests.support.markdown import Page
from tests.support.right_history import (
    RIGHT,
    RULES,
    SESSION,
    Lines,
    answer,
    but,
    call,
    checked,
    event,
    in_this_order,
    of_order,
    order,
    state,
    with_more,
    without,
)

SOLD_TWICE = with_more("granted to bia", sold_again=event(4, 250, "A01 sold bia"))
CANCELLED = with_more(
    "paid",
    cancel=call(5, "cancel", "ana", "A01", order="o1"),
    given_back=answer(5),
)
RELEASED = with_more("granted to bia", release=call(5, "release", "bia", "B01"), released=answer(5))
PAID_AGAIN = with_more(
    "paid",
    pay_again=call(5, "confirm", "ana", "A01 A02", key="k"),
    paid_again=answer(5, order="o2"),
)
PAID_TOO = with_more(
    "paid",
    pay_too=call(5, "confirm", "bia", "A01 A02", key="b"),
    paid_too=answer(5, order="o2"),
)
STALE_MAP = state("map", session=SESSION, version=0, asked=45)
BACK_SOON = with_more(
    "granted to bia",
    expired=event(4, 510, "B01 free bia timeout"),
    hold_again=call(5, "hold", "bia", "B01"),
    held_again=event(5, 520, "B01 held bia"),
    granted_again=answer(5),
)
HOLD_OF_ANOTHER = event(1, 100, "A01 held ana", "A02 held ana", "A03 held ana")
Case = tuple[Lines, str, str]
CASES: list[Case] = [
    (
        PAID_TOO,
        "(1) A01 was acknowledged to 2 orders: o1, o2",
        "pay, paid, pay too, paid too",
    ),
    (SOLD_TWICE, "(1) A01 is sold again at version 4", "sold, sold again"),
    (
        but(sold=event(2, 150, "A01 sold ana", "A02 sold bia")),
        "(1) A02 is sold at version 2 to somebody who did not hold it",
        "held, sold",
    ),
    (
        with_more("order", second_order=order("o2")),
        "(1) A01 belongs to 2 orders",
        "order, second order",
    ),
    (without("order"), "(1) sold are ['A01', 'A02'], but ordered []", "map"),
    (
        with_more("granted to bia", held_too=event(4, 250, "A01 held bia")),
        "(2) A01 is held at version 4, but sold",
        "sold, held too",
    ),
    (
        with_more("granted to bia", held_too=event(4, 250, "B01 held ana")),
        "(2) B01 is held by two at version 4",
        "held by bia, held too",
    ),
    (but(keys={"locks": {"A01": ["t", 500]}}), "(2) A01 is locked and sold", "map, keys"),
    (
        but(held_by_bia=event(3, 200, "B02 held bia")),
        "(3) ['B01'] were granted, but never held together",
        "other hold of bia, granted to bia",
    ),
    (
        but(held=event(1, 100, "A01 held ana")),
        "(3) version 1 held ['A01'], part of what was asked for",
        "held",
    ),
    (
        but(sold=event(2, 150, "A01 sold ana")),
        "(3) nobody asked to buy just ['A01'], sold at version 2",
        "sold",
    ),
    (RELEASED, "(3) B01 was released by bia, but stayed held", "release, released"),
    (
        but(held=HOLD_OF_ANOTHER),
        "(3) A03 changed at version 1, but its owner had not asked to hold",
        "held",
    ),
    (
        but(order={"seats": ["A01"]}),
        "(3) order o1 is not of ['A01', 'A02']",
        "pay, paid, order",
    ),
    (
        without("message", "record"),
        "(4) order o1 has 0 messages as CONFIRMADO",
        "order, all of the outbox",
    ),
    (
        with_more(
            "all orders",
            one=of_order("outbox", status="CONFIRMADO"),
            other=of_order("outbox", status="CONFIRMADO"),
        ),
        "(4) order o1 has 2 messages as CONFIRMADO",
        "order, one, other, all of the outbox",
    ),
    (
        but(message={"seats": ["A01"]}),
        "(4) CONFIRMADO of ['A01'] was sent, but the order had ['A01', 'A02']",
        "order, message",
    ),
    (but(held_by_bia={"version": 4}), "(5) version 4 follows 2", "sold, held by bia"),
    (
        but(map={"version": 5}),
        "(5) the session is at version 5, its events at 3",
        "held by bia, map",
    ),
    (
        but(keys={"due": {}}),
        "(6) B01 is locked, but not in the due set and the holds",
        "keys",
    ),
    (
        but(keys={"locks": {"B01": ["other", 500]}}),
        "(6) B01's lock is not that of its hold, or ends at another time than is due",
        "keys",
    ),
    (but(keys={"locks": {}}), "(6) B01 is held without a lock before its time", "keys"),
    (but(keys={"holds": {}}), "(6) B01 is due, but not held", "keys"),
    (but(held={"buyer": "x"}), "(7) version 1 says more than it should: ['buyer']", "held"),
    (but(sold={"note": "for ana"}), "(7) version 2 names ana", "sold"),
    (
        but(header={"rules": RULES | {"networks": {"net": 0}}}),
        "(8) 1 seats are held from net",
        "keys",
    ),
    (
        but(header={"rules": RULES | {"most_seats": 1}}),
        "(8) 2 seats are sold to p",
        "keys",
    ),
    (
        but(header={"rules": RULES | {"ceiling_ms": 200}}),
        "(9) A01 is held until 400, beyond its ceiling",
        "held",
    ),
    (
        with_more("granted to bia", expired=event(4, 450, "B01 free bia timeout")),
        "(9) B01 expired at 450, before 500",
        "held by bia, expired",
    ),
    (
        BACK_SOON,
        "(9) B01 is held again before it has cooled down",
        "expired, held again",
    ),
    (
        in_this_order("header, hold, held, granted, map, other hold of bia, then held by bia")
        | {"map": STALE_MAP},
        "(10) the map shows version 0, but version 1 was known before the map was asked for",
        "held, map",
    ),
    (
        but(refused={"failed": ["B02"]}),
        "(10) B02 was refused to bia as taken, but it was free",
        "hold of bia, refused",
    ),
    (
        in_this_order(
            "header, other hold of bia, granted to bia, hold, granted, held, then held by bia"
        ),
        "(10) version 2 was known before the request for version 1 was sent",
        "granted to bia, hold, held, then held by bia",
    ),
    (
        in_this_order("header, held, hold, granted"),
        "(10) version 1 was known before the request for version 1 was sent",
        "held, hold",
    ),
    (
        without("order"),
        "(11) order o1 was acknowledged, and is lost",
        "pay, paid, all orders",
    ),
    (
        CANCELLED,
        "(11) ['A01'] were given back, but order o1 has them",
        "order, cancel, given back",
    ),
    (PAID_AGAIN, "(12) order key k has two orders", "pay, paid, pay again, paid again"),
    (
        with_more("order", second=order("o2", cancelled=True)),
        "(12) 2 orders of ana have ['A01', 'A02'], which were paid for with 1 order keys",
        "pay, order, second",
    ),
    (
        but(message={"order": "o9"}),
        "(13) Kafka has order o9, booking not",
        "message",
    ),
    (
        but(message={"status": "CANCELADO"}),
        "(13) CANCELADO of order o1 came before its confirmation",
        "message",
    ),
    (without("record"), "(13) order o1 is not in the ledger", "order, all of the ledger"),
    (
        with_more("record", copy=of_order("ledger")),
        "(13) order o1 has 2 records in the ledger",
        "record, copy",
    ),
    (
        but(record={"cancelled": True}),
        "(13) the ledger's record of order o1 differs from the order",
        "order, record",
    ),
    (but(record={"order": "o9"}), "(13) the ledger has order o9, booking not", "record"),
    (without("mail"), "(13) order o1 was not mailed", "order, all mails"),
    (
        but(mail={"order": "o9"}),
        "(13) order o9 was mailed, booking does not have it",
        "mail",
    ),
    (
        but(map={"held": {}}),
        "(+) held by the events: ['B01'], by the map: [], at version 3",
        "held by bia, map",
    ),
    (
        but(keys={"buyers": {"ana": {"held": 0, "sold": 3}}}),
        "(+) ana has 0 held, 2 sold, but counts 0 and 3",
        "map, keys",
    ),
    (
        but(keys={"half_price_sold": 1}),
        "(+) 0 half-price tickets are sold, but 1 counted",
        "keys",
    ),
]


@pytest.mark.parametrize(("lines", "sentence", "excerpt"), CASES, ids=[case[1] for case in CASES])
def test_a_violation_is_found_with_the_lines_that_show_it(
    lines: Lines, sentence: str, excerpt: str
) -> None:
    names = list(lines)
    found = {
        str(violation): {names[line.number - 1] for line in violation.excerpt}
        for violation in checked(lines).violations
    }
    assert sentence in found
    assert found[sentence] == set(excerpt.split(", "))


def test_every_rule_of_the_page_has_a_case() -> None:
    rules = {row["Rule"] for row in Page.of("histories.md").table("Rule", "Holds")}
    assert rules == {sentence.partition(" ")[0] for _, sentence, _ in CASES}


def test_what_is_lost_or_there_twice_is_counted() -> None:
    verdict = checked(PAID_TOO)
    assert (verdict.acknowledged, verdict.lost, verdict.doubled) == (2, 1, 2)
    right = checked(RIGHT)
    assert (right.acknowledged, right.lost, right.doubled) == (1, 0, 0)


def test_a_refusal_that_names_another_request_s_order_is_no_second_order() -> None:
    lines = with_more(
        "paid",
        pay_again=call(5, "confirm", "ana", "A01", key="k"),
        paid_before=answer(5, "refused", reason="ja_comprado", order="o9"),
    )
    assert checked(lines).violations == []
