"""How long a hold lasts: extending it up to a ceiling, its expiry, and the cool-down after that."""

import asyncio

import pytest

from booking.sweeper import Sweeper
from cinema.refusals import Refusal
from cinema.retry import Backoff
from tests.support.hall import Hall
from tests.support.waiting import eventually


async def test_an_extension_gives_a_whole_hold_time_from_now(hall: Hall) -> None:
    await hall.with_rules(hold_ms=20_000).buyer("ana").hold("A01", "A02")
    answer = await hall.buyer("ana").extend("A01")
    assert answer.refusal is None
    assert 299_000 < answer.remaining_ms <= 300_000
    assert await hall.lock_ends_at("A01") - await hall.lock_ends_at("A02") > 270_000


async def test_an_extension_is_announced_with_the_new_deadline(hall: Hall) -> None:
    await hall.with_rules(hold_ms=20_000).buyer("ana").hold("A01")
    await hall.buyer("ana").extend("A01")
    held, extended = (event["changes"][0] for event in await hall.events())
    assert extended["state"] == "held"
    assert extended["deadline"] > held["deadline"] + 270_000
    assert await hall.redis.zscore(hall.keys.partition.due, f"{hall.session}:A01") == float(
        extended["deadline"]
    )


async def test_extensions_end_at_a_ceiling_that_is_counted_from_the_first_hold(hall: Hall) -> None:
    await hall.with_rules(hold_ms=20_000).buyer("ana").hold("A01")
    since = await hall.lock_ends_at("A01") - 20_000
    ana = hall.with_rules(hold_ms=60_000, ceiling_ms=50_000).buyer("ana")
    assert (await ana.extend("A01")).remaining_ms <= 50_000
    assert abs(await hall.lock_ends_at("A01") - (since + 50_000)) <= 2
    async with hall.unchanged():
        assert (await ana.extend("A01")).refusal is Refusal.TIME_CEILING


async def test_an_extension_right_after_the_hold_is_not_mistaken_for_the_ceiling(
    hall: Hall,
) -> None:
    """Within the same millisecond there is nothing to gain yet: of twenty, some are as fast."""
    ana = hall.with_rules(most_seats=20).buyer()
    for number in range(1, 21):
        await ana.hold(f"A{number:02d}")
        assert (await ana.extend(f"A{number:02d}")).refusal is None


async def test_what_is_due_before_the_next_sweep_of_all_is_freed_in_time(hall: Hall) -> None:
    sweeper = Sweeper(hall.redis, hall.seats)
    await hall.with_rules(hold_ms=400).buyer("ana").hold("A01")
    await hall.buyer("bia").hold("B01")
    await sweeper.sweep()
    assert (await hall.states()).keys() == {"A01", "B01"}
    await hall.wait_until_gone("A01")
    await sweeper.sweep_soon()
    assert (await hall.states()).keys() == {"B01"}


async def test_a_sweep_that_reached_its_limit_is_followed_by_the_next_at_once(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.sweeper._DUE_A_SWEEP", 2)
    monkeypatch.setattr("booking.sweeper.PERIOD_SECONDS", 60)
    seats = [f"A{number:02d}" for number in range(1, 8)]
    await hall.with_rules(hold_ms=1, most_seats=7).buyer().hold(*seats)
    await hall.wait_until_gone(*seats)
    sweeping = asyncio.create_task(Sweeper(hall.redis, hall.seats).run(Backoff()))

    async def all_but_one_are_free() -> bool:
        return len(await hall.states()) <= 1

    await eventually(all_but_one_are_free)
    sweeping.cancel()


async def test_repeating_a_hold_does_not_move_the_ceiling(hall: Hall) -> None:
    ana = hall.with_rules(hold_ms=20_000, ceiling_ms=20_000).buyer()
    await ana.hold("A01")
    await ana.hold("A01", "A02")
    assert (await ana.extend("A01")).refusal is Refusal.TIME_CEILING


async def test_only_own_live_holds_are_extended_and_all_of_the_named_ones_or_none(
    hall: Hall,
) -> None:
    ana, bia = hall.with_rules(hold_ms=5_000).buyer("ana"), hall.buyer("bia")
    await ana.hold("A01")
    await bia.hold("A02")
    longer = hall.buyer("ana")
    async with hall.unchanged():
        foreign = await longer.extend("A01", "A02")
        never_held = await longer.extend("A01", "A03")
    assert (foreign.refusal, foreign.failed) == (Refusal.NOT_YOURS, ("A02",))
    assert (never_held.refusal, never_held.failed) == (Refusal.HOLD_ENDED, ("A03",))


async def test_a_hold_ends_by_itself_and_its_seat_is_freed_once(hall: Hall) -> None:
    short = hall.with_rules(hold_ms=50)
    await short.buyer().hold("A01", "A02")
    await hall.wait_until_gone("A01", "A02")
    freed = await asyncio.gather(*(short.seats.expire(hall.session, ["A01", "A02"]) for _ in "123"))
    assert sorted(freed) == [0, 0, 2]
    assert await hall.states() == {}
    _, event = await hall.events()
    assert {change["seat"]: change["reason"] for change in event["changes"]} == {
        "A01": "timeout",
        "A02": "timeout",
    }


async def test_sweeping_before_the_deadline_frees_nothing(hall: Hall) -> None:
    await hall.buyer().hold("A01")
    async with hall.unchanged():
        assert await hall.seats.expire(hall.session, ["A01", "B07"]) == 0


async def test_a_lock_that_vanished_before_its_deadline_is_no_reason_to_free_the_seat(
    hall: Hall,
) -> None:
    await hall.buyer().hold("A01")
    await hall.redis.delete(hall.keys.lock("A01"))
    assert await hall.seats.expire(hall.session, ["A01"]) == 0
    assert await hall.states() == {"A01": "held"}


@pytest.mark.parametrize("with_token", [False, True])
async def test_an_expired_hold_can_be_neither_paid_nor_extended_swept_or_not(
    hall: Hall, with_token: bool
) -> None:
    short = hall.with_rules(hold_ms=50)
    ana = short.buyer()
    held = await ana.hold("A01")
    token = held.token if with_token else ""
    await hall.wait_until_gone("A01")
    for swept in (False, True):
        if swept:
            await hall.wait_until_swept("A01")
        async with hall.unchanged():
            assert (await ana.confirm("A01", token=token)).refusal is Refusal.HOLD_ENDED
            assert (await ana.extend("A01", token=token)).refusal is Refusal.HOLD_ENDED


async def test_a_token_from_an_expired_hold_opens_no_new_one(hall: Hall) -> None:
    ana = hall.with_rules(hold_ms=50).buyer()
    token = (await ana.hold("A01")).token
    await hall.wait_until_swept("A01")
    assert (await ana.hold("B01", token=token)).refusal is Refusal.WRONG_TOKEN


async def test_a_buyer_whose_hold_expired_waits_a_moment_before_holding_the_seat_again(
    hall: Hall,
) -> None:
    short = hall.with_rules(hold_ms=50, cooldown_ms=60_000)
    ana = short.buyer()
    await ana.hold("A01", "A02")
    await short.wait_until_swept("A01", "A02")
    async with hall.unchanged():
        answer = await ana.hold("A01", "B01")
    assert (answer.refusal, answer.failed) == (Refusal.COOLING_DOWN, ("A01",))
    assert (await ana.hold("B01")).refusal is None
    assert (await hall.buyer().hold("A01")).refusal is None


async def test_the_cool_down_ends(hall: Hall) -> None:
    short = hall.with_rules(hold_ms=50, cooldown_ms=100)
    ana = short.buyer()
    await ana.hold("A01")
    await short.wait_until_swept("A01")

    async def is_held_again() -> bool:
        return (await ana.hold("A01")).refusal is None

    await eventually(is_held_again)


async def test_a_seat_that_is_due_but_not_swept_yet_goes_to_the_next_buyer(
    hall: Hall,
) -> None:
    await hall.with_rules(hold_ms=50).buyer().hold("A01")
    await hall.wait_until_gone("A01")
    bia = hall.buyer()
    assert (await bia.hold("A01", "A02")).refusal is None
    states = [
        (change["seat"], change["state"])
        for event in await hall.events()
        for change in event["changes"]
    ]
    assert states == [("A01", "held"), ("A01", "free"), ("A01", "held"), ("A02", "held")]


@pytest.mark.parametrize("deleted", [("holds", "buyers"), ("buyers",)])
async def test_keys_that_were_deleted_by_hand_stop_no_sweep(
    hall: Hall, deleted: tuple[str, ...]
) -> None:
    short = hall.with_rules(hold_ms=50)
    await short.buyer().hold("A01")
    await hall.redis.delete(*(getattr(hall.keys, name) for name in deleted))
    await short.buyer().hold("A02")
    await hall.wait_until_gone("A01", "A02")
    await short.seats.expire(hall.session, ["A01", "A02"])
    assert await hall.states() == {}
    for seat in ("A01", "A02"):
        assert await hall.redis.zscore(hall.keys.partition.due, f"{hall.session}:{seat}") is None


@pytest.mark.parametrize("ending", ["released", "expired", "cancelled"])
async def test_cool_downs_that_are_over_are_forgotten_when_the_next_one_begins(
    hall: Hall, ending: str
) -> None:
    ana = hall.with_rules(cooldown_ms=1).buyer("ana")
    await ana.hold("A01")
    await ana.release("A01")
    for _ in range(2):
        await hall.wait_a_moment()
    hall = hall.with_rules(cooldown_ms=600_000, hold_ms=20 if ending == "expired" else 60_000)
    ana = hall.buyer("ana")
    await ana.hold("A02")
    if ending == "released":
        await ana.release("A02")
    elif ending == "expired":
        await hall.wait_until_swept("A02")
    else:
        await ana.cancel((await ana.confirm("A02")).order_id, "A02")
    left = await hall.dump()
    cooling = {member.split(":")[1] for member, _ in left[hall.keys.partition.cooldowns]}
    remembered = {member.split(":")[1] for member in left["released"]}
    assert cooling == {"A02"}
    assert remembered == (set() if ending == "expired" else {"A02"})
