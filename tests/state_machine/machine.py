"""Random sequences of all transitions, in a real Redis and in the model, compared after each."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from booking.answer import Answer
from booking.hold_rules import Network
from cinema.refusals import Refusal
from cinema.tickets import Category
from tests.histories.redis_state import RedisState, read_state
from tests.state_machine.clocked_redis import ClockedRedis
from tests.state_machine.model import Expected, Guest, SeatModel, tickets_of
from tests.support.hall import RULES, Hall, patient_client
from tests.support.storm import Recorder

SEATS = ("A01", "A02", "A03", "A04", "A05")
QUOTA = 2
MACHINE_RULES = replace(RULES, hold_ms=60_000, ceiling_ms=100_000, cooldown_ms=10_000, most_seats=3)
HOME, WORK = Network("a" * 32, most_held=3), Network("b" * 32, most_held=3)
GUESTS = (
    Guest("ana", HOME, "1" * 32),
    Guest("bia", HOME, "1" * 32),
    Guest("caio", WORK, "2" * 32),
)
# Just before, at and after a cool-down, a hold's end and its ceiling.
CLOSES_IN_MS = (*[None] * 6, 0, 30_000)  # None: never
WAITS_MS = (1, 9_999, 10_000, 30_000, 59_999, 60_000, 60_001, 100_000)

guests = some.sampled_from(GUESTS)
seats = some.lists(some.sampled_from(SEATS), min_size=1, max_size=3, unique=True)
tokens = some.sampled_from(("", "", "own", "wrong"))
keys = some.sampled_from(("", "key-1", "key-2"))
categories = some.sampled_from((Category.FULL, Category.STUDENT))


class SeatMachine(RuleBasedStateMachine):
    """`redis` is shared by all sequences, and empty at the beginning of each."""

    redis: ClockedRedis
    runner: asyncio.Runner
    history: Path  # of the last sequence: of a failure, the shrunk one
    reached: ClassVar[Counter[str]] = Counter()  # answers, by action and refusal

    def __init__(self) -> None:
        super().__init__()
        self._again: Callable[[], None] | None = None

    @initialize()
    def begin(self) -> None:
        self._client = patient_client(self.redis.url)
        self._run(self._client.flushall())
        self._hall = Hall(self._client, MACHINE_RULES, "T1")
        self._recorder = Recorder(self._hall, "state machine", (HOME, WORK))
        self._model = SeatModel(MACHINE_RULES, QUOTA, self.redis.now)

    def teardown(self) -> None:
        """The checker of histories finds no fault in what was recorded."""
        if hasattr(self, "_client"):
            try:
                violations = self._run(self._recorder.violations())
                self._write_history()
                assert violations == []
            finally:
                self._run(self._client.aclose())

    def _write_history(self) -> None:
        self._recorder.recording.end()
        lines = [line.to_json() for line in self._recorder.lines]
        self.history.write_text("\n".join([*lines, ""]), encoding="utf-8")

    def _run(self, work: Any) -> Any:
        return self.runner.run(_completed(work))

    # ------------------------------------------------------------------------------------ requests

    @rule(guest=guests, wish=seats, old=some.just([]) | seats, token=tokens)
    def hold(self, guest: Guest, wish: list[str], old: list[str], token: str) -> None:
        self._now(partial(self._hold, guest, wish, [s for s in old if s not in wish], token))

    @precondition(lambda self: len(self._model.free(SEATS)) > 0)
    @rule(data=some.data(), guest=guests, token=tokens)
    def hold_what_is_free(self, data: Any, guest: Guest, token: str) -> None:
        free = some.sampled_from(self._model.free(SEATS))
        wish = data.draw(some.lists(free, min_size=1, max_size=2, unique=True))
        self._now(partial(self._hold, guest, wish, [], token))

    def _hold(self, guest: Guest, wish: list[str], old: list[str], token: str) -> None:
        sent = self._token(guest, token)
        expected = self._model.hold(guest, wish, sent, old)
        more: dict[str, Any] = {"instead_of": old} if old else {}
        closes_at = self._model.closes_at
        answer = self._ask("hold", guest, wish, token=sent, closes_at=closes_at, **more)
        _agree(answer, expected)
        if expected.refusal is None:
            known = self._model.tokens.setdefault(guest.name, answer.token)
            assert answer.token == known

    @rule(guest=guests, some_seats=seats, token=tokens)
    def release(self, guest: Guest, some_seats: list[str], token: str) -> None:
        self._now(partial(self._simple, "release", guest, some_seats, token))

    @rule(guest=guests, some_seats=seats, token=tokens)
    def extend(self, guest: Guest, some_seats: list[str], token: str) -> None:
        self._now(partial(self._simple, "extend", guest, some_seats, token))

    @precondition(lambda self: bool(self._model.holds))
    @rule(data=some.data(), action=some.sampled_from(("extend", "extend", "release")))
    def use_what_is_held(self, data: Any, action: str) -> None:
        guest, held = self._somebody_with_holds(data)
        self._now(partial(self._simple, action, guest, held, ""))

    def _simple(self, action: str, guest: Guest, some_seats: list[str], token: str) -> None:
        sent = self._token(guest, token)
        expected = getattr(self._model, action)(guest, some_seats, sent)
        more = {} if action == "release" else {"closes_at": self._model.closes_at}
        _agree(self._ask(action, guest, some_seats, token=sent, **more), expected)

    @rule(guest=guests, some_seats=seats, category=categories, key=keys, token=tokens)
    def confirm(
        self, guest: Guest, some_seats: list[str], category: Category, key: str, token: str
    ) -> None:
        self._now(partial(self._confirm, guest, some_seats, category, key, token))

    @precondition(lambda self: bool(self._model.holds))
    @rule(data=some.data(), category=categories, key=keys)
    def confirm_what_is_held(self, data: Any, category: Category, key: str) -> None:
        """Else few sequences would sell anything."""
        guest, held = self._somebody_with_holds(data)
        self._now(partial(self._confirm, guest, held, category, key, ""))

    def _confirm(
        self, guest: Guest, some_seats: list[str], category: Category, key: str, token: str
    ) -> None:
        sent = self._token(guest, token)
        tickets = tickets_of(some_seats, category)
        expected = self._model.confirm(guest, tickets, key, sent)
        pays = {"key": key, "category": category, "person": guest.person, "quota": QUOTA}
        closes_at = self._model.closes_at
        answer = self._ask("confirm", guest, some_seats, token=sent, closes_at=closes_at, **pays)
        if expected.makes_order:
            assert answer.order_id not in self._model.orders
            self._model.sell(guest, tickets, key, answer.order_id)
            expected = Expected(order=answer.order_id)
        _agree(answer, expected)

    @precondition(lambda self: bool(self._model.orders))
    @rule(data=some.data())
    def cancel(self, data: Any) -> None:
        order = data.draw(some.sampled_from(list(self._model.orders)))
        self._now(partial(self._cancel, order, self._model.orders[order].left))

    @precondition(lambda self: bool(self._model.orders))
    @rule(data=some.data())
    def give_back(self, data: Any) -> None:
        order = data.draw(some.sampled_from(list(self._model.orders)))
        seat = data.draw(some.sampled_from(self._model.orders[order].left))
        self._now(partial(self._cancel, order, [seat]))

    def _cancel(self, order_id: str, leaving: Sequence[str]) -> None:
        order = self._model.orders[order_id]
        if not set(leaving) <= set(order.left):
            return  # repeated, after it was done: booking reads the order first, and asks no script
        buyer = self._hall.buyer(order.buyer)
        whole = set(leaving) == set(order.left)
        expected = self._model.cancel(order_id, leaving)
        done = self._recorder.cancel if whole else self._recorder.give_back
        named = (order_id,) if whole else (order_id, leaving[0])
        all_seats = [ticket.seat for ticket in order.tickets]
        work = done(buyer, *named, *all_seats, category=Category(order.tickets[0].category))
        assert self._run(work) == expected

    # ----------------------------------------------------------------------- what happens meanwhile

    @rule(milliseconds=some.sampled_from(WAITS_MS))
    def time_passes(self, milliseconds: int) -> None:
        self.redis.now += milliseconds
        self._model.now = self.redis.now

    @rule(milliseconds=some.sampled_from(CLOSES_IN_MS))
    def closing_is_moved(self, milliseconds: int | None) -> None:
        """With 0 the next request comes at the very moment of closing."""
        self._model.closes_at = 0 if milliseconds is None else self.redis.now + milliseconds

    @rule()
    def sweep(self) -> None:
        freed = self._run(self._hall.seats.expire(self._hall.session, SEATS))
        assert freed == self._model.expire(SEATS)

    @rule()
    def ask_again(self) -> None:
        """As after an answer that was lost."""
        if self._again:
            self._again()

    @rule()
    def scripts_are_forgotten(self) -> None:
        self._run(self._client.script_flush())

    # -------------------------------------------------------------------------------------- checks

    @invariant()
    def redis_has_what_the_model_has(self) -> None:
        if hasattr(self, "_client"):
            state = self._run(read_state(self._client, self._hall.session, SEATS))
            assert _of_redis(state) == _of_model(self._model)

    def _now(self, request: Callable[[], None]) -> None:
        self._again = request
        request()

    def _somebody_with_holds(self, data: Any) -> tuple[Guest, list[str]]:
        holds = self._model.holds
        buyer = holds[data.draw(some.sampled_from(sorted(holds)))].buyer
        guest = next(guest for guest in GUESTS if guest.name == buyer)
        return guest, sorted(seat for seat, hold in holds.items() if hold.buyer == buyer)

    def _token(self, guest: Guest, kind: str) -> str:
        return {"": "", "own": self._model.tokens.get(guest.name, ""), "wrong": "w" * 22}[kind]

    def _ask(self, action: str, guest: Guest, some_seats: Sequence[str], **more: Any) -> Answer:
        buyer = self._hall.buyer(guest.name, guest.network)
        answer: Answer = self._run(self._recorder.ask(action, buyer, tuple(some_seats), **more))
        self.reached[f"{action} {answer.refusal or 'ok'}"] += 1
        return answer


async def _completed(work: Any) -> Any:
    return await work


def _agree(answer: Answer, expected: Expected) -> None:
    assert (answer.refusal, sorted(answer.failed)) == (expected.refusal, sorted(expected.failed))
    assert answer.order_id == expected.order
    assert answer.half_price_left == expected.half_price_left
    if expected.refusal in (None, Refusal.TIME_CEILING) and not expected.order:
        assert answer.remaining_ms == expected.remaining_ms


def _of_redis(state: RedisState) -> dict[str, Any]:
    keys = state.keys
    return {
        "version": state.version,
        "half_price_sold": keys["half_price_sold"],
        "holds": {
            seat: (hold["buyer"], hold["network"], hold["since"], hold["deadline"])
            for seat, hold in keys["holds"].items()
        },
        "locks": {seat: ends for seat, (_, ends) in keys["locks"].items()},
        "due": keys["due"],
        "buyers": {name: (one["held"], one["sold"]) for name, one in keys["buyers"].items()},
        "sold": sorted(state.seat_map["sold"]),
        "orders": {
            order["order"]: (order["buyer"], order["cancelled"], _left(order))
            for order in state.orders
        },
        "messages": len(state.outbox),
    }


def _left(order: dict[str, Any]) -> list[str]:
    return sorted(seat for seat in order["seats"] if seat not in order["given_back"])


def _of_model(model: SeatModel) -> dict[str, Any]:
    return {
        "version": model.version,
        "half_price_sold": model.half_price_sold,
        "holds": {
            seat: (hold.buyer, hold.network, hold.since, hold.deadline)
            for seat, hold in model.holds.items()
        },
        "locks": {s: hold.deadline for s, hold in model.holds.items() if model.is_live(s)},
        "due": {seat: hold.deadline for seat, hold in model.holds.items()},
        "buyers": {
            guest.name: counts
            for guest in GUESTS
            if any(counts := (model.held_by(guest.name), model.sold_to(guest.name)))
        },
        "sold": sorted(model.sold),
        "orders": {
            name: (order.buyer, order.cancelled, sorted(order.left))
            for name, order in model.orders.items()
        },
        "messages": model.messages,
    }
