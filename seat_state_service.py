"""The state of every seat, in Redis: each transition is one Lua script under lua/.

A script checks everything and then writes everything: the seats, the session's version, the public
event and, for a sale, the outbox. So a transition happens whole or not at all, and each one is safe
to repeat.

Callers pass known sessions, canonical seats and valid buyers. Every method raises what redis-py
raises (`cinema.redis_connection.REDIS_ERRORS`) while Redis is away: the outcome is then unknown.
"""

from collections.abc import Callable, Mapping, Sequence

from booking.fitness import Fitness
from booking.hold_rules import HoldRules
from booking.hold_transitions import HoldTransitions
from booking.newest_events import NewestEvents
from booking.sale_transitions import SaleTransitions
from booking.seat_records import Claim, parse_hold, parse_sale
from booking.seat_snapshot import SeatCount, SeatSnapshot
from booking.snapshot_reader import SnapshotReader
from booking.transitions import other_dataset, with_any_dataset
from cinema.keys import partition_keys, session_keys
from cinema.redis_connection import RedisClient, nodes_of
from cinema.redis_scripts import packed


class SeatStateService(HoldTransitions, SaleTransitions):
    """The transitions, and questions about seats. One a process; several processes may run at
    once."""

    def __init__(
        self,
        redis: RedisClient,
        rules: HoldRules,
        fitness: Callable[[], Fitness] = with_any_dataset,
        newest: NewestEvents | None = None,
    ) -> None:
        super().__init__(redis, rules, fitness, newest)
        self._snapshots = SnapshotReader(redis)

    async def snapshot(self, session_id: str) -> SeatSnapshot:
        """The seats of one session that are not free, consistent with its version."""
        return await self._snapshots.of(session_id)

    async def seat_count(self, session_id: str) -> SeatCount:
        """The same without the seats."""
        return await self._snapshots.count(session_id)

    async def claims(self, session_id: str, seats: Sequence[str]) -> Mapping[str, Claim]:
        """Who has which of these seats. Not from one moment: a seat that changes meanwhile has its
        old or its new state."""
        if not seats:
            return {}
        keys = session_keys(session_id)
        ask = nodes_of(self.redis).send
        # Holds first: a seat that is sold in between is seen twice, not missed.
        holds = await ask(packed("HMGET", keys.holds, *seats), keys.holds)
        sales = await ask(packed("HMGET", keys.sold, *seats), keys.sold)
        held = zip(seats, holds, strict=True)
        sold = zip(seats, sales, strict=True)
        return {seat: parse_hold(text).claim for seat, text in held if text} | {
            seat: parse_sale(session_id, text).claim for seat, text in sold if text
        }

    async def was_on_sale(self, session_id: str) -> bool:
        """Whether a seat of the session was ever held, as far as Redis still knows."""
        return bool(await self.redis.exists(session_keys(session_id).version))

    async def must_have_dataset(self, partition: int) -> None:
        """Raises SalesPaused where what is not found in this partition may have been lost."""
        expected = self._expected_dataset()
        if expected and await self.redis.get(partition_keys(partition).dataset) != expected:
            raise other_dataset()
