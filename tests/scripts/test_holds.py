"""What happens in the very millisecond in which a hold, a cool-down or a ceiling ends."""

from booking.hold_rules import Network
from cinema.refusals import Refusal
from tests.scripts.conftest import CEILING_MS, COOLDOWN_MS, HOLD_MS
from tests.state_machine.clocked_redis import ClockedRedis
from tests.support.hall import Hall

HOME = Network("a" * 32)


async def begun(hall: Hall, seat: str) -> int:
    """When the seat's hold counts as begun."""
    return int((await hall.dump())[hall.keys.holds][seat]["since"])


async def test_a_cool_down_without_time_left_is_over(hall: Hall, clock: ClockedRedis) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    await ana.release("A01")
    clock.now += COOLDOWN_MS
    await ana.hold("A01")
    assert await begun(hall, "A01") == clock.now


async def test_a_cool_down_from_before_the_clock_was_set_back_counts_no_more(
    hall: Hall, clock: ClockedRedis
) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    clock.now += HOLD_MS + 1
    await hall.seats.expire(hall.session, ["A01"])
    assert (await ana.hold("A01")).refusal is Refusal.COOLING_DOWN
    clock.now -= 1
    assert (await ana.hold("A01")).refusal is None


async def test_a_seat_whose_ceiling_is_now_cools_down(hall: Hall, clock: ClockedRedis) -> None:
    ana = hall.buyer(network=HOME)
    await ana.hold("A01")
    clock.now += HOLD_MS
    await ana.extend("A01")
    clock.now = await begun(hall, "A01") + CEILING_MS - COOLDOWN_MS + 1
    await ana.release("A01")
    clock.now += COOLDOWN_MS - 1
    for buyer in (ana, hall.buyer(network=HOME)):
        assert (await buyer.hold("A01")).refusal is Refusal.COOLING_DOWN


async def test_a_hold_that_would_outlast_its_ceiling_is_shortened(
    hall: Hall, clock: ClockedRedis
) -> None:
    """As after Redis' clock was ahead and was set back."""
    await hall.buyer().hold("A01", "A02")
    await hall.redis.hdel(hall.keys.holds, "A02")
    clock.now -= CEILING_MS - HOLD_MS
    async with hall.unchanged():
        assert await hall.seats.shorten(hall.session, ["A01", "A02", "A03"]) == 0
    clock.now -= 1
    assert await hall.seats.shorten(hall.session, ["A01", "A02", "A03"]) == 1
    deadline, left = clock.now + HOLD_MS, await hall.dump()
    hold = left[hall.keys.holds]["A01"]
    assert (hold["since"], hold["deadline"]) == (clock.now, deadline)
    assert {at for _, at in left[hall.keys.partition.due]} == {deadline}
    for seat in ("A01", "A02"):
        assert await hall.redis.pexpiretime(hall.keys.lock(seat)) == deadline
    last = left["events"][-1]
    assert (last["version"], [change["deadline"] for change in last["changes"]]) == (2, [deadline])


async def test_a_seat_is_freed_after_its_deadline_and_once_its_lock_is_gone(
    hall: Hall, clock: ClockedRedis
) -> None:
    await hall.buyer().hold("A01", "A02")
    await hall.redis.delete(hall.keys.lock("A01"))
    due = {f"{hall.session}:A02": clock.now - 1}  # earlier than its lock ends
    await hall.redis.zadd(hall.keys.partition.due, due)
    clock.now += HOLD_MS
    async with hall.unchanged():
        assert await hall.seats.expire(hall.session, ["A01", "A02", "A03"]) == 0
    clock.now += 1
    assert await hall.seats.expire(hall.session, ["A01", "A02", "A03"]) == 2


async def test_a_hold_that_ended_by_time_cools_down_also_if_it_was_given_back_before(
    hall: Hall, clock: ClockedRedis
) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    await ana.release("A01")
    await ana.hold("A01")
    clock.now += HOLD_MS + 1
    assert await hall.seats.expire(hall.session, ["A01"]) == 1
    assert (await ana.hold("A01")).refusal is Refusal.COOLING_DOWN


async def test_a_hold_that_was_deleted_by_hand_is_no_longer_due_and_no_event(
    hall: Hall, clock: ClockedRedis
) -> None:
    await hall.buyer().hold("A01")
    await hall.redis.delete(hall.keys.holds)
    clock.now += HOLD_MS + 1
    events = await hall.events()
    assert await hall.seats.expire(hall.session, ["A01"]) == 0
    assert await hall.redis.zcard(hall.keys.partition.due) == 0
    assert await hall.events() == events


async def test_somebody_elses_hold_is_not_ones_own_that_ended_even_without_its_lock(
    hall: Hall,
) -> None:
    await hall.buyer().hold("A01")
    await hall.redis.delete(hall.keys.lock("A01"))
    assert (await hall.buyer().extend("A01")).refusal is Refusal.NOT_YOURS
