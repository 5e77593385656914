"""The state of every seat, in Redis: each transition is one Lua script under lua/.

A script checks everything and then writes everything: the seats, the session's version, the public
event and, for a sale, the outbox. So either all of a transition happened or none of it, and each one is
safe to repeat.

Callers pass known sessions, canonical seats and valid buyers. Every method raises what redis-py raises
(`cinema.redis_connection.REDIS_ERRORS`) when Redis is away: the outcome is then unknown.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError

from booking.answer import Answer, Claim
from booking.hold_rules import HoldRules, Network
from booking.newest_events import NewestEvents
from booking.order import Order, OrderTokens, Purchase
from booking.order_record import given_back_field, to_fields
from booking.order_upgrade import flat
from booking.sale_record import parse_sale
from booking.seat_snapshot import SeatCount, SeatSnapshot
from booking.snapshot_reader import SnapshotReader
from cinema.identity import owner_tag
from cinema.keys import (
    SessionKeys,
    new_order_id,
    new_order_token,
    order_id_in,
    order_key,
    partition_keys,
    session_keys,
)
from cinema.notification import Status, outbox_message
from cinema.redis_connection import RedisClient, nodes_of, script_at
from cinema.redis_scripts import Script, packed
from cinema.refusals import Refusal
from cinema.tickets import quota_needed

_LUA = Path(__file__).parent / "lua"
# A wait asks the replicas at once how far they are, which is before they have synced what has just reached them; after
# that they speak once a second. So it is asked again, and a sale waits for 90 ms instead of a second (measured).
_REPLICA_WAITS_MS = (10, 50, 250, 1_000)
ANYWHERE = Network()
# Replies of the scripts, other than success, mapped once. 5 of confirm is a success of before.
_SWEEP_FIRST = 6
_OTHER_DATASET = -1
_HOLD_REFUSALS = {
    1: Refusal.SEAT_TAKEN,
    2: Refusal.OVER_LIMIT,
    3: Refusal.WRONG_TOKEN,
    4: Refusal.COOLING_DOWN,
    5: Refusal.SESSION_CLOSED,
    _SWEEP_FIRST: Refusal.SEAT_TAKEN,
    7: Refusal.NETWORK_LIMIT,
    8: Refusal.ALREADY_BOUGHT,
}
_RELEASE_REFUSALS = {1: Refusal.NOT_YOURS, 3: Refusal.WRONG_TOKEN, 4: Refusal.ALREADY_BOUGHT}
_EXTEND_REFUSALS = {
    1: Refusal.NOT_YOURS,
    2: Refusal.HOLD_ENDED,
    3: Refusal.WRONG_TOKEN,
    4: Refusal.TIME_CEILING,
    5: Refusal.SESSION_CLOSED,
    6: Refusal.ALREADY_BOUGHT,
}
_CONFIRM_REFUSALS = {
    1: Refusal.SEAT_TAKEN,
    2: Refusal.HOLD_ENDED,
    3: Refusal.WRONG_TOKEN,
    4: Refusal.KEY_CONFLICT,
    6: Refusal.HALF_PRICE_GONE,
    7: Refusal.PRICE_CHANGED,
    8: Refusal.PAYMENT_DECLINED,
    9: Refusal.SESSION_CLOSED,
    10: Refusal.OVER_LIMIT,
    11: Refusal.ORDER_CANCELLED,
    12: Refusal.SESSION_CANCELLED,
    13: Refusal.SESSION_CHANGED,
    14: Refusal.HALF_A_SOFA,
    15: Refusal.COMPANION_ALONE,
    16: Refusal.LONELY_SEAT,
    17: Refusal.ALREADY_BOUGHT,
}
_VETOES = {
    refusal: code for code, refusal in _CONFIRM_REFUSALS.items() if code in (7, 8, *range(12, 17))
}


class NotDurable(RedisError):
    """Redis took the sale, but no replica has it on disk in time: unknown, ask again with the same key."""


class SalesPaused(RedisError):
    """Redis has not the dataset that is sold from, or not all of it. Nothing was written."""


class SeatStateService:
    """The transitions. One for a process; several processes at once are normal.

    `dataset` is the identity of the only dataset that seats are held and sold in; empty: of any. Where it is None
    there is none, and every transition raises SalesPaused. `newest` learns of every event that a transition appends.
    """

    def __init__(
        self,
        redis: RedisClient,
        rules: HoldRules,
        dataset: str | None = "",
        newest: NewestEvents | None = None,
    ) -> None:
        self.rules = rules
        self._newest = NewestEvents() if newest is None else newest
        self.dataset = dataset
        self._redis = redis
        self._hold = self._script("hold")
        self._release = self._script("release")
        self._extend = self._script("extend")
        self._confirm = self._script("confirm")
        self._expire = self._script("expire")
        self._shorten = self._script("shorten")
        self._cancel = self._script("cancel")
        self._cancel_seats = self._script("cancel_seats")
        self._maps = SnapshotReader(redis)
        # How many replicas must have a sale on disk before it is acknowledged: cinema's Redis health sets it.
        self.replicas_to_wait_for = 0

    def _script(self, name: str) -> Script:
        return script_at(self._redis, (_LUA / f"{name}.lua").read_text())

    def _expected(self) -> str:
        """The dataset that a script must find. Raises SalesPaused."""
        if self.dataset is None:
            raise SalesPaused("the dataset is lost, or not looked at yet")
        return self.dataset

    async def hold(
        self,
        session_id: str,
        buyer: str,
        seats: Sequence[str],
        token: str = "",
        closes_at: int = 0,
        network: Network = ANYWHERE,
        instead_of: Sequence[str] = (),
    ) -> Answer:
        """Free -> held, all or none; a repeated request is answered alike.

        `closes_at` is the time in ms at which the session's sales and holds end, 0 for never. The buyer's holds among
        `instead_of`, which has none of `seats`, are given back in the same step.
        """
        for _ in range(3):
            code, answer = await self._try_hold(
                session_id, buyer, seats, token, closes_at, network, instead_of
            )
            if code != _SWEEP_FIRST:
                break
            await self.expire(session_id, answer.failed)
        return answer

    async def _try_hold(
        self,
        session_id: str,
        buyer: str,
        seats: Sequence[str],
        token: str,
        closes_at: int,
        network: Network,
        instead_of: Sequence[str],
    ) -> tuple[int, Answer]:
        keys, rules = session_keys(session_id), self.rules
        code, held_token, remaining, *failed = await self._hold(
            keys=[
                *(keys.version, keys.holds, keys.sold, keys.buyers),
                *(keys.partition.due, keys.partition.events),
                *(keys.partition.cooldowns, keys.partition.released),
                *keys.locks((*seats, *instead_of)),
                keys.partition.dataset,
            ],
            args=[
                *(session_id, buyer, owner_tag(session_id, buyer), network.tag),
                *(secrets.token_urlsafe(16), rules.hold_ms, rules.ceiling_ms, rules.cooldown_ms),
                *(rules.most_seats, network.most_held, closes_at, token, len(seats)),
                *(*seats, *instead_of, self._expected()),
            ],
        )
        _must_be_ours(code)
        if code == 0:
            failed = self._note_event(keys, failed)
        refusal = _HOLD_REFUSALS.get(code)
        return code, _answer(session_id, refusal, failed, token=held_token, remaining_ms=remaining)

    async def release(
        self, session_id: str, buyer: str, seats: Sequence[str], token: str = ""
    ) -> Answer:
        """Held -> free, own holds only, all or none. A seat that is free already is no fault."""
        self._expected()
        keys = session_keys(session_id)
        code, *failed = await self._release(
            keys=[
                *(keys.version, keys.holds, keys.sold, keys.buyers),
                *(keys.partition.due, keys.partition.events),
                *(keys.partition.cooldowns, keys.partition.released),
                *keys.locks(seats),
            ],
            args=[
                *(session_id, buyer, token, self.rules.cooldown_ms),
                *(owner_tag(session_id, buyer), *seats),
            ],
        )
        if code == 0:
            failed = self._note_event(keys, failed)
        return _answer(session_id, _RELEASE_REFUSALS.get(code), failed)

    async def extend(
        self, session_id: str, buyer: str, seats: Sequence[str], token: str = "", closes_at: int = 0
    ) -> Answer:
        """Held -> held for a whole hold time from now, as far as each seat's ceiling and `closes_at` let it."""
        self._expected()
        keys, rules = session_keys(session_id), self.rules
        code, remaining, *failed = await self._extend(
            keys=[
                *(keys.version, keys.holds, keys.sold, keys.partition.due, keys.partition.events),
                *keys.locks(seats),
            ],
            args=[
                *(session_id, buyer, token, rules.hold_ms, rules.ceiling_ms, closes_at),
                *(owner_tag(session_id, buyer), *seats),
            ],
        )
        if code == 0:
            failed = self._note_event(keys, failed)
        return _answer(session_id, _EXTEND_REFUSALS.get(code), failed, remaining_ms=remaining)

    async def confirm(self, session_id: str, buyer: str, purchase: Purchase) -> Answer:
        """Held -> sold, once per order key. Raises NotDurable where replicas were to have it and have not."""
        order_id, tokens = (
            new_order_id(session_id),
            OrderTokens(new_order_token(), new_order_token()),
        )
        most = self.rules.most_seats
        keys, arguments = _confirmation(session_id, buyer, purchase, order_id, tokens, most)
        keys.append(session_keys(session_id).partition.dataset)
        arguments.append(self._expected())
        if self.replicas_to_wait_for:
            reply = await self._confirm_on_replicas(keys, arguments)
        else:
            reply = await self._confirm(keys=keys, args=arguments)
        code, known_order, *failed = reply
        _must_be_ours(code)
        if code == 0:
            failed = self._note_event(session_keys(session_id), failed)
        refusal = _CONFIRM_REFUSALS.get(code)
        if refusal is Refusal.HALF_PRICE_GONE:
            return Answer(refusal, half_price_left=max(0, int(failed[0])))
        made = tokens if known_order == order_id else None
        lost = purchase.vetoed if refusal and refusal is purchase.veto else tuple(failed)
        return Answer(refusal, lost, order_id=known_order, tokens=made)

    async def _confirm_on_replicas(self, keys: list[str], arguments: list[str | int]) -> Any:
        """WAITAOF speaks of the writes of its own connection only, so script and wait travel together:
        a connection that broke between them would have nothing to wait for."""
        replicas = self.replicas_to_wait_for
        waits = [("WAITAOF", 1, replicas, patience) for patience in _REPLICA_WAITS_MS]
        reply, *_, (local, synced) = await self._confirm.followed_by(waits, keys, arguments)
        if local < 1 or synced < replicas:
            raise NotDurable(f"the sale is on disk at {local} server and {synced} replicas only")
        return reply

    async def cancel(self, order: Order) -> bool:
        """Sold -> free, once, for all that an order still has. False where it is another one by now, or gone."""
        self._expected()
        keys = session_keys(order.session_id)
        message = outbox_message(
            order.id, order.session_id, order.seats, order.buyer, Status.CANCELLED
        )
        code, *event = await self._cancel(
            keys=[
                *(keys.version, keys.sold, keys.buyers),
                *(keys.partition.events, keys.partition.outbox, keys.half_price),
                *(order_key(order.id), keys.partition.cooldowns, keys.partition.released),
            ],
            args=[
                *(order.session_id, order.buyer, message),
                *(quota_needed(order.tickets), self.rules.cooldown_ms),
                *(given_back_field(order), *order.seats),
            ],
        )
        self._note_event(keys, event)
        return bool(code == 0)

    async def cancel_seats(self, order: Order, seats: Sequence[str]) -> bool:
        """Sold -> free, once, for some seats of an order, which keeps others. False as in `cancel`."""
        self._expected()
        keys = session_keys(order.session_id)
        tickets = [ticket for ticket in order.tickets if ticket.seat in seats]
        message = outbox_message(
            order.id, order.session_id, seats, order.buyer, Status.SEATS_CANCELLED
        )
        code, *event = await self._cancel_seats(
            keys=[
                *(keys.version, keys.sold, keys.buyers),
                *(keys.partition.events, keys.partition.outbox, keys.half_price),
                *(order_key(order.id), keys.partition.cooldowns, keys.partition.released),
                *(keys.partition.mails, keys.partition.failed_mails),
            ],
            args=[
                *(order.session_id, order.buyer, message),
                *(quota_needed(tickets), self.rules.cooldown_ms),
                *(given_back_field(order), order.id, *seats),
            ],
        )
        self._note_event(keys, event)
        return bool(code == 0)

    async def expire(self, session_id: str, seats: Sequence[str]) -> int:
        """Held -> free for seats whose hold is due and whose lock is gone. How many that were."""
        self._expected()
        keys = session_keys(session_id)
        freed, *event = await self._expire(
            keys=[
                *(keys.version, keys.holds, keys.buyers),
                *(keys.partition.due, keys.partition.events),
                *(keys.partition.cooldowns, keys.partition.released),
                *keys.locks(seats),
            ],
            args=[session_id, self.rules.cooldown_ms, *seats],
        )
        self._note_event(keys, event)
        return int(freed)

    async def shorten(self, session_id: str, seats: Sequence[str]) -> int:
        """Held -> held for a hold time, where a hold would last longer than any may. How many that were."""
        keys, rules = session_keys(session_id), self.rules
        shortened, *event = await self._shorten(
            keys=[
                *(keys.version, keys.holds, keys.partition.due, keys.partition.events),
                *keys.locks(seats),
            ],
            args=[session_id, rules.hold_ms, rules.ceiling_ms, *seats],
        )
        self._note_event(keys, event)
        return int(shortened)

    def _note_event(self, keys: SessionKeys, event: Sequence[str]) -> list[str]:
        """Noted as soon as it is known, so that its loss is noticed. `event` is empty where nothing changed."""
        for entry_id in event:
            self._newest.note(keys.partition.events, entry_id)
        return []

    async def must_have_dataset(self, partition: int) -> None:
        """Raises SalesPaused where what is not found in this partition may have been lost."""
        expected = self._expected()
        if expected and await self._redis.get(partition_keys(partition).dataset) != expected:
            _must_be_ours(_OTHER_DATASET)

    async def was_on_sale(self, session_id: str) -> bool:
        """Whether a seat of the session was ever held, as far as Redis still knows."""
        return bool(await self._redis.exists(session_keys(session_id).version))

    async def claims(self, session_id: str, seats: Sequence[str]) -> Mapping[str, Claim]:
        """Who has which of these seats. Not of one moment: a seat that changes meanwhile is told as before or after."""
        if not seats:
            return {}
        keys = session_keys(session_id)
        ask = nodes_of(self._redis).send
        # In this order: what is sold in between is seen twice, and not missed.
        holds = await ask(packed("HMGET", keys.holds, *seats), keys.holds)
        sales = await ask(packed("HMGET", keys.sold, *seats), keys.sold)
        held = {seat: _claim_of_hold(text) for seat, text in zip(seats, holds, strict=True) if text}
        sold = {
            seat: _claim_of_sale(session_id, text)
            for seat, text in zip(seats, sales, strict=True)
            if text
        }
        return held | sold

    async def snapshot(self, session_id: str) -> SeatSnapshot:
        """A snapshot of one session, consistent with its version."""
        return await self._maps.of(session_id)

    async def seat_count(self, session_id: str) -> SeatCount:
        """The same without the seats."""
        return await self._maps.count(session_id)


def _answer(session_id: str, refusal: Refusal | None, failed: Sequence[str], **more: Any) -> Answer:
    """Of hold, release and extend: with ALREADY_BOUGHT the order's id comes before the seats."""
    if refusal is Refusal.ALREADY_BOUGHT:
        sold_to, *failed = failed
        return Answer(refusal, tuple(failed), order_id=order_id_in(session_id, sold_to))
    return Answer(refusal, tuple(failed), **more)


def _must_be_ours(code: int) -> None:
    if code == _OTHER_DATASET:
        raise SalesPaused("Redis has another dataset, or none")


def _confirmation(
    session_id: str,
    buyer: str,
    purchase: Purchase,
    order_id: str,
    tokens: OrderTokens,
    most_seats: int,
) -> tuple[list[str], list[str | int]]:
    keys = session_keys(session_id)
    touched = [
        *(keys.version, keys.holds, keys.sold, keys.buyers),
        *(keys.partition.due, keys.partition.events, keys.partition.outbox, keys.order_keys),
        *(keys.half_price, order_key(order_id)),
        *keys.locks(purchase.seats),
    ]
    arguments: list[str | int] = [
        *(session_id, buyer, purchase.token, purchase.key, purchase.fingerprint(), order_id),
        flat(to_fields(session_id, buyer, purchase, tokens)),
        outbox_message(order_id, session_id, purchase.seats, buyer, Status.CONFIRMED),
        purchase.first_mail_state,
        *(quota_needed(purchase.tickets), purchase.quota),
        _VETOES[purchase.veto] if purchase.veto else 0,
        *(purchase.closes_at, purchase.person, most_seats),
        *(owner_tag(session_id, buyer), purchase.key_digest),
        *purchase.seats,
    ]
    return touched, arguments


def _claim_of_hold(text: str) -> Claim:
    hold = json.loads(text)
    return Claim(hold["tag"], False, hold.get("since"), hold.get("at"))


def _claim_of_sale(session_id: str, text: str) -> Claim:
    sale = parse_sale(session_id, text)
    return Claim(sale.tag, True, sale.since, sale.at)
