"""A cached snapshot equals Redis' data, whatever happened since it was read, and costs only the
changes."""

import random
from dataclasses import replace
from typing import Any

import pytest

from booking.seat_snapshot import SeatCount, SeatSnapshot
from booking.snapshot_reader import SnapshotReader
from tests.support.hall import Hall

ALL, CHANGES = 1, 2
MORE_THAN_IS_READ_AS_CHANGES = 210


class Watched(SnapshotReader):
    """Records the kind of each reply."""

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall.redis)
        self._hall = hall
        self.kinds: list[int] = []

    async def _ask(self, session_id: str, event: str, wanted: str = "1") -> Any:
        reply = await super()._ask(session_id, event, wanted)
        self.kinds.append(reply.kind)
        return reply

    async def get(self) -> SeatSnapshot:
        """The snapshot, compared with that of a reader without a cache."""
        kept, fresh = [
            await maps.of(self._hall.session) for maps in (self, SnapshotReader(self._hall.redis))
        ]
        assert replace(kept, at_ms=0) == replace(fresh, at_ms=0)
        counted = SeatCount(fresh.version, len(fresh.taken), fresh.half_price_sold)
        assert await self.count(self._hall.session) == counted
        return kept


async def test_every_kind_of_change_reaches_a_kept_map(hall: Hall) -> None:
    maps, ana = Watched(hall), hall.buyer()
    assert (await maps.get()).taken == set()
    await ana.hold("A01", "A02", "A03")
    assert (await maps.get()).held.keys() == {"A01", "A02", "A03"}
    maps.kinds.clear()
    await ana.extend("A01")
    await maps.get()
    await ana.release("A03")
    assert (await maps.get()).held.keys() == {"A01", "A02"}
    order = (await ana.confirm("A01", "A02")).order_id
    assert (await maps.get()).sold.keys() == {"A01", "A02"}
    await ana.cancel(order, "A01", "A02")
    assert (await maps.get()).taken == set()
    assert set(maps.kinds) <= {CHANGES, 0}


async def test_a_map_that_has_not_changed_is_the_same_object_inside(hall: Hall) -> None:
    maps, ana = Watched(hall), hall.buyer()
    await ana.hold("A01", "A02")
    await ana.confirm("A01")
    first, second = await maps.get(), await maps.get()
    assert first.sold is second.sold
    await ana.release("A02")
    assert (await maps.get()).sold is first.sold
    assert first.held.keys() == {"A02"}  # as it was


async def test_what_another_hand_deletes_or_adds_is_seen(hall: Hall) -> None:
    maps, ana = Watched(hall), hall.buyer()
    await ana.hold("A01", "A02")
    await ana.confirm("A02")
    await maps.get()
    await hall.redis.hdel(hall.keys.holds, "A01")
    assert (await maps.get()).taken == {"A02"}
    await hall.redis.hset(
        hall.keys.sold, "B01", '{"order": "x", "buyer": "\\"tag\\":\\"y", "tag": "t"}'
    )
    assert (await maps.get()).sold["B01"].tag == "t"


@pytest.mark.parametrize("what", ["trimmed", "another dataset"])
async def test_a_stream_without_the_last_known_event_has_the_map_read_whole(
    hall: Hall, what: str
) -> None:
    maps, ana, bia = Watched(hall), hall.buyer(), hall.buyer()
    await ana.hold("A01")
    await maps.get()
    keys = hall.keys
    if what == "trimmed":
        await hall.redis.xtrim(keys.partition.events, maxlen=0, approximate=False)
    else:  # which has got as far as the one before, by another way
        await hall.redis.delete(*[key async for key in hall.redis.scan_iter(f"{keys.prefix}:*")])
        await hall.redis.delete(keys.partition.events)
        await bia.hold("B01")
    maps.kinds.clear()
    seat_map = await maps.get()
    assert seat_map.version == 1
    assert seat_map.held.keys() == ({"A01"} if what == "trimmed" else {"B01"})
    assert maps.kinds[0] == ALL


async def test_of_a_busy_partition_the_map_is_read_whole(hall: Hall) -> None:
    maps, ana = Watched(hall), hall.buyer()
    await ana.hold("A01")
    await maps.get()
    other = {"session": "another", "version": 1, "changes": "[]"}
    for _ in range(MORE_THAN_IS_READ_AS_CHANGES):
        await hall.redis.xadd(hall.keys.partition.events, other)
    maps.kinds.clear()
    await maps.get()
    assert maps.kinds[0] == ALL
    maps.kinds.clear()
    await maps.get()
    assert maps.kinds[0] == CHANGES


async def test_a_kept_map_stays_right_whatever_buyers_do(hall: Hall) -> None:
    maps, dice = Watched(hall), random.Random(11)
    hall = hall.with_rules(cooldown_ms=0)
    buyers = [hall.buyer() for _ in range(4)]
    seats = [f"A{n:02d}" for n in range(1, 13)]
    orders: list[tuple[Any, str, list[str]]] = []
    await buyers[0].hold("A01")
    for _ in range(120):
        buyer, chosen = dice.choice(buyers), dice.sample(seats, dice.randint(1, 3))
        match dice.choice(["hold", "hold", "release", "confirm", "extend", "cancel"]):
            case "confirm":
                answer = await buyer.confirm(*chosen)
                if answer.order_id:
                    orders.append((buyer, answer.order_id, chosen))
            case "cancel":
                if orders:
                    buyer, order, chosen = orders.pop()
                    await buyer.cancel(order, *chosen)
            case action:
                await getattr(buyer, action)(*chosen)
        if dice.random() < 0.4:
            await maps.get()
    await maps.get()
    assert maps.kinds.count(ALL) == 1
