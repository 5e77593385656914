"""Free <-> held: the transitions of a hold."""

import secrets
from collections.abc import Sequence
from typing import Any

from booking.answer import Answer
from booking.hold_rules import ANYWHERE, Network
from booking.transitions import Transitions, must_be_ours
from cinema.identity import owner_tag
from cinema.keys import EVENTS_KEPT, order_id_in, session_keys
from cinema.refusals import Refusal

_SWEEP_TRIES = 3
# The scripts' codes other than success.
_SWEEP_FIRST = 6
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


class HoldTransitions(Transitions):
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
        """Free -> held, all or none; a repeated request has the same answer.

        `closes_at` is when the session's sales and holds end, in ms; 0: never. The buyer's holds
        among `instead_of`, which has none of `seats`, are given back in the same step.
        """
        for _ in range(_SWEEP_TRIES):
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
        code, held_token, remaining, *more = await self._run(
            "hold",
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
                *(rules.most_seats, network.most_held, closes_at, token, len(seats), EVENTS_KEPT),
                *(*seats, *instead_of, self._expected_dataset()),
            ],
        )
        must_be_ours(code)
        if code == 0:
            self._note_event(keys, more)
            return code, Answer(token=held_token, remaining_ms=remaining)
        return code, _refused(
            session_id, _HOLD_REFUSALS[code], more, token=held_token, remaining_ms=remaining
        )

    async def release(
        self, session_id: str, buyer: str, seats: Sequence[str], token: str = ""
    ) -> Answer:
        """Held -> free, own holds only, all or none. A seat that is free already is no fault."""
        self._expected_dataset()
        keys = session_keys(session_id)
        code, *more = await self._run(
            "release",
            keys=[
                *(keys.version, keys.holds, keys.sold, keys.buyers),
                *(keys.partition.due, keys.partition.events),
                *(keys.partition.cooldowns, keys.partition.released),
                *keys.locks(seats),
            ],
            args=[
                *(session_id, buyer, token, self.rules.cooldown_ms),
                *(owner_tag(session_id, buyer), EVENTS_KEPT),
                *seats,
            ],
        )
        if code == 0:
            self._note_event(keys, more)
            return Answer()
        return _refused(session_id, _RELEASE_REFUSALS[code], more)

    async def extend(
        self, session_id: str, buyer: str, seats: Sequence[str], token: str = "", closes_at: int = 0
    ) -> Answer:
        """Held -> held for a whole hold time from now, up to each seat's ceiling and
        `closes_at`."""
        self._expected_dataset()
        keys, rules = session_keys(session_id), self.rules
        code, remaining, *more = await self._run(
            "extend",
            keys=[
                *(keys.version, keys.holds, keys.sold, keys.partition.due, keys.partition.events),
                *keys.locks(seats),
            ],
            args=[
                *(session_id, buyer, token, rules.hold_ms, rules.ceiling_ms, closes_at),
                *(owner_tag(session_id, buyer), EVENTS_KEPT),
                *seats,
            ],
        )
        if code == 0:
            self._note_event(keys, more)
            return Answer(remaining_ms=remaining)
        return _refused(session_id, _EXTEND_REFUSALS[code], more, remaining_ms=remaining)

    async def expire(self, session_id: str, seats: Sequence[str]) -> int:
        """Held -> free for seats whose hold is due and whose lock is gone. Returns how many."""
        self._expected_dataset()
        keys = session_keys(session_id)
        freed, *event = await self._run(
            "expire",
            keys=[
                *(keys.version, keys.holds, keys.buyers),
                *(keys.partition.due, keys.partition.events),
                *(keys.partition.cooldowns, keys.partition.released),
                *keys.locks(seats),
            ],
            args=[session_id, self.rules.cooldown_ms, EVENTS_KEPT, *seats],
        )
        self._note_event(keys, event)
        return int(freed)

    async def shorten(self, session_id: str, seats: Sequence[str]) -> int:
        """Held -> held for a hold time, where a hold would last longer than any may. Returns how
        many."""
        keys, rules = session_keys(session_id), self.rules
        shortened, *event = await self._run(
            "shorten",
            keys=[
                *(keys.version, keys.holds, keys.partition.due, keys.partition.events),
                *keys.locks(seats),
            ],
            args=[session_id, rules.hold_ms, rules.ceiling_ms, EVENTS_KEPT, *seats],
        )
        self._note_event(keys, event)
        return int(shortened)


def _refused(session_id: str, refusal: Refusal, failed: Sequence[str], **more: Any) -> Answer:
    """With ALREADY_BOUGHT the order's id comes before the seats."""
    if refusal is Refusal.ALREADY_BOUGHT:
        sold_to, *failed = failed
        return Answer(refusal, tuple(failed), order_id=order_id_in(session_id, sold_to))
    return Answer(refusal, tuple(failed), **more)
