"""Held -> sold -> free: the transitions of a sale."""

from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError

from booking.answer import Answer
from booking.order import Order, OrderTokens, Purchase
from booking.order_record import given_back_field, to_fields
from booking.order_upgrade import flat
from booking.transitions import Transitions, must_be_ours
from cinema.identity import owner_tag
from cinema.keys import EVENTS_KEPT, new_order_id, new_order_token, order_key, session_keys
from cinema.notification import Status, outbox_message
from cinema.refusals import Refusal
from cinema.tickets import quota_needed

# WAITAOF asks the replicas at once, before they have synced a sale; they then report once a second.
# Asking repeatedly cuts a sale's wait from 1 s to 90 ms (measured).
_REPLICA_WAITS_MS = (10, 50, 250, 1_000)
# confirm.lua's codes other than success. 5 is the success of an earlier request.
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
    """Redis took the sale, but no replica has it on disk in time: unknown, ask again with the same
    key."""


class SaleTransitions(Transitions):
    async def confirm(self, session_id: str, buyer: str, purchase: Purchase) -> Answer:
        """Held -> sold, once per order key. Raises NotDurable where too few replicas have the sale
        on disk."""
        keys, order_id = session_keys(session_id), new_order_id(session_id)
        tokens = OrderTokens(new_order_token(), new_order_token())
        code, known_order, *more = await self._run_durably(
            "confirm",
            keys=[
                *(keys.version, keys.holds, keys.sold, keys.buyers),
                *(keys.partition.due, keys.partition.events, keys.partition.outbox),
                *(keys.order_keys, keys.half_price, order_key(order_id)),
                *keys.locks(purchase.seats),
                keys.partition.dataset,
            ],
            args=[
                *(session_id, buyer, purchase.token, purchase.key, purchase.fingerprint()),
                *(order_id, flat(to_fields(session_id, buyer, purchase, tokens))),
                outbox_message(order_id, session_id, purchase.seats, buyer, Status.CONFIRMED),
                *(purchase.first_mail_state, quota_needed(purchase.tickets), purchase.quota),
                _VETOES[purchase.veto] if purchase.veto else 0,
                *(purchase.closes_at, purchase.person, self.rules.most_seats),
                *(owner_tag(session_id, buyer), purchase.key_digest, EVENTS_KEPT),
                *(*purchase.seats, self._expected_dataset()),
            ],
        )
        must_be_ours(code)
        if code == 0:
            self._note_event(keys, more)
            return Answer(order_id=known_order, tokens=tokens)
        return _answer_without_sale(purchase, code, known_order, more)

    async def _run_durably(self, name: str, keys: list[str], args: list[str | int]) -> Any:
        """WAITAOF covers the writes of its own connection only, so script and wait travel together:
        a connection that broke between them would have nothing to wait for."""
        replicas = self.fitness().replicas_to_wait_for
        if not replicas:
            return await self._run(name, keys, args)
        waits = [("WAITAOF", 1, replicas, patience) for patience in _REPLICA_WAITS_MS]
        reply, *_, (local, synced) = await self._scripts[name].followed_by(waits, keys, args)
        if local < 1 or synced < replicas:
            raise NotDurable(f"the sale is on disk at {local} server and {synced} replicas only")
        return reply

    async def cancel(self, order: Order, seats: Sequence[str] | None = None) -> bool:
        """Sold -> free, once, for some seats of an order, or for all that it has, which ends it.

        False where the order has changed since it was read, or is gone.
        """
        self._expected_dataset()
        leaving = [ticket for ticket in order.tickets if seats is None or ticket.seat in seats]
        keeps_seats = len(leaving) < len(order.tickets)
        leaving_seats = [ticket.seat for ticket in leaving]
        message = outbox_message(
            *(order.id, order.session_id, leaving_seats, order.buyer),
            Status.SEATS_CANCELLED if keeps_seats else Status.CANCELLED,
        )
        keys = session_keys(order.session_id)
        code, *event = await self._run(
            "cancel",
            keys=[
                *(keys.version, keys.sold, keys.buyers),
                *(keys.partition.events, keys.partition.outbox, keys.half_price),
                *(order_key(order.id), keys.partition.cooldowns, keys.partition.released),
                *(keys.partition.mails, keys.partition.failed_mails),
            ],
            args=[
                *(order.session_id, order.buyer, message),
                *(quota_needed(leaving), self.rules.cooldown_ms, given_back_field(order)),
                *(order.id, int(keeps_seats), EVENTS_KEPT),
                *leaving_seats,
            ],
        )
        self._note_event(keys, event)
        return bool(code == 0)


def _answer_without_sale(
    purchase: Purchase, code: int, known_order: str, failed: Sequence[str]
) -> Answer:
    """A refusal, or the order of an earlier request."""
    refusal = _CONFIRM_REFUSALS.get(code)
    if refusal is Refusal.HALF_PRICE_GONE:
        return Answer(refusal, half_price_left=int(failed[0]))
    lost = purchase.vetoed if refusal and refusal is purchase.veto else tuple(failed)
    return Answer(refusal, lost, order_id=known_order)
