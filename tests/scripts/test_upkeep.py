"""Scripts that no buyer asks for: a lease, old cool-downs, the beat."""

from cinema.lua_scripts import script_text
from cinema.redis_connection import script_at
from tests.scripts.conftest import COOLDOWN_MS
from tests.state_machine.clocked_redis import ClockedRedis
from tests.support.hall import Hall

LEASE = "{p00}:test-lease"
LEASE_MS = 1_000
CENTURY_MS = 100 * 365 * 86_400_000


async def test_a_lease_has_one_holder_until_its_deadline(hall: Hall, clock: ClockedRedis) -> None:
    script = script_at(hall.redis, script_text("lease"))

    async def asked(who: str, milliseconds: int = LEASE_MS) -> bool:
        return bool(await script(keys=[LEASE], args=[who, milliseconds]))

    assert [await asked("a"), await asked("b"), await asked("a")] == [True, False, True]
    clock.now += LEASE_MS - 1
    assert not await asked("b")
    clock.now += 1
    assert await asked("b")
    clock.now += LEASE_MS
    assert not await asked("a", 0)  # gives up what is no longer its own
    assert await hall.redis.hget(LEASE, "holder") == "b"
    assert not await asked("b", 0)
    assert not await hall.redis.exists(LEASE)
    assert await asked("a")


async def test_cool_downs_that_are_over_are_forgotten(hall: Hall, clock: ClockedRedis) -> None:
    script = script_at(hall.redis, script_text("forget_cooldowns"))
    keys = [hall.keys.partition.cooldowns, hall.keys.partition.released]
    ana = hall.buyer()
    for seat in ("A01", "A02"):
        await ana.hold(seat)
        await ana.release(seat)
        clock.now += 1
    assert await script(keys=keys, args=[]) == 0
    clock.now += COOLDOWN_MS - 2
    assert await script(keys=keys, args=[]) > 0
    left = await hall.dump()
    for known in (dict(left[keys[0]]), left["released"]):
        assert {member.split(":")[1] for member in known} == {"A02"}


async def test_each_beat_is_written_and_later_than_the_one_before(
    hall: Hall, clock: ClockedRedis
) -> None:
    beat, key = script_at(hall.redis, script_text("beat")), hall.keys.partition.beat
    assert [await beat(keys=[key], args=[]) for _ in "12"] == [clock.now, clock.now + 1]
    assert await hall.redis.get(key) == str(clock.now + 1)
    clock.now += 1_000
    assert await beat(keys=[key], args=[]) == clock.now


async def test_a_session_is_removed_once_no_seat_is_taken_and_nobody_asks(hall: Hall) -> None:
    script, keys = script_at(hall.redis, script_text("remove_session")), hall.keys
    names = [keys.version, keys.holds, keys.sold, keys.buyers, keys.half_price, keys.order_keys]

    async def removed(idle_ms: int) -> bool:
        return bool(await script(keys=names, args=[idle_ms]))

    assert not await removed(0)  # there is none yet
    ana = hall.buyer()
    await ana.hold("A01")
    assert not await removed(0)
    order = (await ana.confirm("A01", key="k")).order_id
    assert not await removed(0)
    await ana.cancel(order, "A01")
    assert not await removed(CENTURY_MS)
    assert await hall.redis.exists(*names) == 3  # version, half-price tickets, order keys
    assert await removed(0)
    assert await hall.redis.exists(*names) == 0


async def test_a_record_of_before_is_repacked_only_as_it_was_read(hall: Hall) -> None:
    script, key = script_at(hall.redis, script_text("repack_order")), "{p00}:order:00-before"
    await hall.redis.hset(key, mapping={"data": "changed", "state": "confirmed"})
    assert await script(keys=[key], args=["as read", '["nome", "Ana"]']) == 0
    assert await hall.redis.hgetall(key) == {"data": "changed", "state": "confirmed"}
    assert await script(keys=[key], args=["changed", '["nome", "Ana"]']) == 1
    assert await hall.redis.hgetall(key) == {"nome": "Ana", "state": "confirmed"}
