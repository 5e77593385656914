"""A ceiling and a cool-down that nobody gets around, and a session that sells nothing once it is
closed."""

import asyncio

import pytest

from booking.hold_rules import Network
from booking.sweeper import Sweeper
from cinema.refusals import Refusal
from tests.support.hall import Buyer, Hall
from tests.support.waiting import eventually

NETWORK = Network("a" * 32, most_held=100)
FOREVER = 10_000_000


@pytest.fixture
def strict(hall: Hall) -> Hall:
    """A hold is as long as its ceiling, and a released seat is remembered for as long as the
    test lasts."""
    return hall.with_rules(hold_ms=300_000, ceiling_ms=300_000, cooldown_ms=FOREVER)


async def deadline(hall: Hall, seat: str) -> int:
    return int(await hall.redis.zscore(hall.keys.partition.due, f"{hall.session}:{seat}"))


@pytest.mark.parametrize(
    "who", ["the same buyer", "another cookie at the same address", "the same cookie elsewhere"]
)
@pytest.mark.parametrize("how", ["released", "bought and cancelled"])
async def test_a_seat_that_is_given_back_and_taken_again_keeps_its_ceiling(
    strict: Hall, who: str, how: str
) -> None:
    ana = strict.buyer("ana", NETWORK)
    again = {
        "the same buyer": ana,
        "another cookie at the same address": strict.buyer(network=NETWORK),
        "the same cookie elsewhere": strict.buyer("ana", Network("b" * 32)),
    }[who]
    await ana.hold("A01")
    ends = await deadline(strict, "A01")
    for _ in range(3):
        await strict.wait_a_moment()
        if how == "released":
            await ana.release("A01")
        else:
            order = (await ana.confirm("A01")).order_id
            await ana.cancel(order, "A01")
        answer = await again.hold("A01")
        assert answer.refusal is None
        assert await deadline(strict, "A01") == ends
        assert (await again.extend("A01")).refusal is Refusal.TIME_CEILING
        await again.release("A01")
        await ana.hold("A01")


async def test_somebody_else_has_a_released_seat_at_once_and_for_a_whole_hold(strict: Hall) -> None:
    ana = strict.buyer("ana", NETWORK)
    await ana.hold("A01")
    ends = await deadline(strict, "A01")
    await strict.wait_a_moment()
    await ana.release("A01")
    assert (await strict.buyer().hold("A01")).refusal is None
    assert await deadline(strict, "A01") > ends


async def test_a_seat_whose_ceiling_is_used_up_cools_down_where_it_is_released_in_time(
    hall: Hall,
) -> None:
    ana = hall.with_rules(ceiling_ms=50, cooldown_ms=FOREVER).buyer("ana", NETWORK)
    await ana.hold("A01")
    await ana.release("A01")

    async def is_cooling_down() -> bool:
        answer = await ana.hold("A01")
        await ana.release("A01")
        return answer.refusal is Refusal.COOLING_DOWN

    await eventually(is_cooling_down)
    assert (await hall.buyer().hold("A01")).refusal is None


async def test_a_release_after_an_expiry_does_not_shorten_the_cool_down(hall: Hall) -> None:
    """After an expiry an earlier release no longer counts."""
    short = hall.with_rules(hold_ms=50, ceiling_ms=100_000, cooldown_ms=FOREVER)
    ana = short.buyer("ana", NETWORK)
    await ana.hold("A01")
    await ana.release("A01")
    await ana.hold("A01")
    await short.wait_until_swept("A01")
    assert (await ana.hold("A01")).refusal is Refusal.COOLING_DOWN


async def test_a_new_cookie_at_the_same_address_waits_for_a_seat_that_ended_by_time(
    hall: Hall,
) -> None:
    short = hall.with_rules(hold_ms=50, cooldown_ms=FOREVER)
    await short.buyer("ana", NETWORK).hold("A01")
    await short.wait_until_swept("A01")
    async with hall.unchanged():
        answer = await short.buyer(network=NETWORK).hold("A01", "B01")
    assert (answer.refusal, answer.failed) == (Refusal.COOLING_DOWN, ("A01",))
    assert (await short.buyer(network=Network("b" * 32)).hold("A01")).refusal is None


async def test_a_new_cookie_that_asks_before_the_sweep_waits_as_well(hall: Hall) -> None:
    short = hall.with_rules(hold_ms=50, cooldown_ms=FOREVER)
    await short.buyer("ana", NETWORK).hold("A01")
    await hall.wait_until_gone("A01")
    assert (await short.buyer(network=NETWORK).hold("A01")).refusal is Refusal.COOLING_DOWN


async def test_a_second_cookie_does_not_extend_what_the_first_one_holds(strict: Hall) -> None:
    await strict.buyer("ana", NETWORK).hold("A01")
    second = strict.buyer(network=NETWORK)
    async with strict.unchanged():
        assert (await second.hold("A01")).refusal is Refusal.SEAT_TAKEN
        assert (await second.extend("A01")).refusal is Refusal.NOT_YOURS


async def test_a_rival_gets_a_seat_from_somebody_who_releases_and_takes_it_again_without_end(
    hall: Hall,
) -> None:
    """The attacker is always at once where the seat is free, and comes with new cookies."""
    rules = hall.with_rules(hold_ms=100, ceiling_ms=200, cooldown_ms=150)
    begin = await hall.clock()

    async def attack() -> None:
        while True:
            buyer: Buyer = rules.buyer(network=NETWORK)
            await buyer.hold("A01")
            await buyer.extend("A01")
            await buyer.release("A01")
            await buyer.hold("A01")
            await asyncio.sleep(0.01)

    async def sweep() -> None:
        while True:
            await rules.seats.expire(hall.session, ["A01"])
            await asyncio.sleep(0.01)

    rival = hall.buyer()

    async def rival_has_it() -> bool:
        return (await rival.hold("A01")).refusal is None

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(attack()), group.create_task(sweep())]
        await eventually(rival_has_it)
        for task in tasks:
            task.cancel()
    # The ceiling and the sweep's turn; many times that for a machine that has other things to do.
    assert await hall.clock() - begin < 2_000


async def test_what_is_remembered_of_released_seats_is_forgotten_after_the_cool_down(
    hall: Hall,
) -> None:
    brief = hall.with_rules(cooldown_ms=20)
    ana = brief.buyer("ana", NETWORK)

    async def only_the_last_release_is_left() -> bool:
        await ana.hold("A02")
        await ana.release("A02")
        left = {member.split(":")[1] for member in (await hall.dump())["released"]}
        return left == {"A02"}

    await ana.hold("A01")
    await ana.release("A01")
    await eventually(only_the_last_release_is_left)


# ------------------------------------------------------------------------- Redis' clock, set back


async def test_holds_of_a_clock_that_was_an_hour_ahead_end_like_any_other(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    hour = hall.with_rules(hold_ms=3_600_000, ceiling_ms=3_600_000)
    await hour.buyer("ana").hold("A01", "A02")
    await hall.buyer("bia").hold("B01")
    ends = await deadline(hall, "B01")
    await Sweeper(hall.redis, hall.seats).sweep(hall.session)
    for seat in ("A01", "A02"):
        assert await deadline(hall, seat) - await hall.clock() <= 300_000
        assert abs(await hall.lock_ends_at(seat) - await deadline(hall, seat)) <= 5
    assert await deadline(hall, "B01") == ends
    assert "2 holds would have lasted too long" in caplog.text
    assert (await hall.buyer("ana").confirm("A01", "A02")).refusal is None


async def test_the_sweep_leaves_a_hold_alone_that_lasts_as_long_as_any_may(strict: Hall) -> None:
    await strict.buyer().hold("A01")
    async with strict.unchanged():
        await Sweeper(strict.redis, strict.seats).sweep(strict.session)


async def test_a_cool_down_of_a_clock_that_was_an_hour_ahead_keeps_nobody_waiting(
    hall: Hall,
) -> None:
    short = hall.with_rules(hold_ms=50, cooldown_ms=3_600_000)
    await short.buyer("ana").hold("A01")
    await short.wait_until_swept("A01")
    assert (await hall.buyer("ana").hold("A01")).refusal is None


# --------------------------------------------------------------------------------- a closed session


async def test_nothing_is_sold_nor_extended_once_the_session_is_closed(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    closed = await hall.clock()
    async with hall.unchanged():
        assert (await ana.confirm("A01", closes_at=closed)).refusal is Refusal.SESSION_CLOSED
        assert (await ana.extend("A01", closes_at=closed)).refusal is Refusal.SESSION_CLOSED
    assert (await ana.release("A01")).refusal is None


async def test_a_payment_of_before_is_still_known_once_the_session_is_closed(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01", "A02")
    keyed = (await ana.confirm("A01", key="k")).order_id
    keyless = (await ana.confirm("A02")).order_id
    closed = await hall.clock()
    assert (await ana.confirm("A01", key="k", closes_at=closed)).order_id == keyed
    assert (await ana.confirm("A02", closes_at=closed)).order_id == keyless


async def test_no_hold_lasts_beyond_the_closing_of_its_session(hall: Hall) -> None:
    closes_at = await hall.clock() + 60_000
    ana = hall.buyer()
    assert (await ana.hold("A01", closes_at=closes_at)).remaining_ms <= 60_000
    assert await deadline(hall, "A01") == closes_at
    await hall.with_rules(hold_ms=20_000).buyer("bia").hold("A02", closes_at=closes_at)
    assert (await hall.buyer("bia").extend("A02", closes_at=closes_at)).remaining_ms <= 60_000
    assert await deadline(hall, "A02") == closes_at
