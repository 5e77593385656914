"""Holding seats: all or none, once, up to the limit, and for a while."""

import asyncio

import pytest

from cinema.identity import owner_tag
from cinema.refusals import Refusal
from tests.support.hall import Hall


async def test_a_buyer_holds_free_seats_and_the_map_shows_them_as_held(hall: Hall) -> None:
    answer = await hall.buyer().hold("A01", "A02")
    assert answer.refusal is None
    assert 299_000 < answer.remaining_ms <= 300_000
    assert await hall.states() == {"A01": "held", "A02": "held"}


async def test_a_hold_is_announced_once_with_its_deadline_and_without_the_buyer(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01", "A02")
    (event,) = await hall.events()
    deadline = event["changes"][0]["deadline"]
    tag = owner_tag(hall.session, ana.name)
    assert event == {
        "version": 1,
        "changes": [
            {"seat": seat, "state": "held", "deadline": deadline, "tag": tag}
            for seat in ("A01", "A02")
        ],
    }
    assert ana.name not in str(event)
    assert abs(await hall.lock_ends_at("A01") - deadline) <= 2


async def test_repeating_a_hold_gives_the_same_answer_and_no_more_time(hall: Hall) -> None:
    ana = hall.buyer()
    first = await ana.hold("A01", "A02")
    async with hall.unchanged():
        again = await ana.hold("A01", "A02")
        with_the_token = await ana.hold("A02", "A01", token=first.token)
    assert first.token == again.token == with_the_token.token
    assert 0 < again.remaining_ms <= first.remaining_ms


async def test_a_buyer_adds_a_seat_under_the_same_token(hall: Hall) -> None:
    ana = hall.buyer()
    first = await ana.hold("A01")
    second = await ana.hold("A01", "A02")
    assert second.token == first.token
    assert await hall.states() == {"A01": "held", "A02": "held"}
    assert [change["seat"] for event in await hall.events() for change in event["changes"]] == [
        "A01",
        "A02",
    ]


async def test_one_taken_seat_refuses_the_whole_request_and_is_named(hall: Hall) -> None:
    await hall.buyer().hold("A02")
    async with hall.unchanged():
        answer = await hall.buyer().hold("A01", "A02", "A03")
    assert answer.refusal is Refusal.SEAT_TAKEN
    assert answer.failed == ("A02",)
    assert answer.token == ""


async def test_a_sold_seat_cannot_be_held_not_even_by_its_owner(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    await ana.confirm("A01")
    async with hall.unchanged():
        assert (await ana.hold("A01")).refusal is Refusal.ALREADY_BOUGHT
        assert (await hall.buyer().hold("A01")).refusal is Refusal.SEAT_TAKEN


async def test_tokens_are_unguessable_and_differ_from_buyer_to_buyer(hall: Hall) -> None:
    tokens = {(await hall.buyer().hold(f"A{number:02d}")).token for number in range(1, 21)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {22}  # 128 bits


async def test_a_seat_beyond_the_limit_is_refused_and_nothing_is_taken(hall: Hall) -> None:
    ana = hall.with_rules(most_seats=3).buyer()
    await ana.hold("A01", "A02")
    async with hall.unchanged():
        assert (await ana.hold("A03", "A04")).refusal is Refusal.OVER_LIMIT
    assert (await ana.hold("A03")).refusal is None


async def test_bought_seats_count_towards_the_limit_until_they_are_given_back(hall: Hall) -> None:
    ana = hall.with_rules(most_seats=3).buyer()
    await ana.hold("A01", "A02")
    order = (await ana.confirm("A01", "A02")).order_id
    await ana.hold("A03")
    assert (await ana.hold("A04")).refusal is Refusal.OVER_LIMIT
    await ana.cancel(order, "A01", "A02")
    assert (await ana.hold("A04", "A05")).refusal is None


async def test_a_buyer_at_the_limit_may_repeat_a_hold(hall: Hall) -> None:
    ana = hall.with_rules(most_seats=2).buyer()
    first = await ana.hold("A01", "A02")
    assert (await ana.hold("A01", "A02")).token == first.token
    under_a_lower_limit = hall.with_rules(most_seats=1).buyer(ana.name)
    assert (await under_a_lower_limit.hold("A01", "A02")).token == first.token


async def test_one_session_s_limit_says_nothing_of_another_session(hall: Hall) -> None:
    ana = hall.with_rules(most_seats=1).buyer("ana")
    other = Hall(hall.redis, ana.seats.rules)
    await ana.hold("A01")
    assert (await other.buyer("ana").hold("A01")).refusal is None


async def test_somebody_else_s_token_opens_nothing(hall: Hall) -> None:
    ana, bia = hall.buyer(), hall.buyer()
    stolen = (await ana.hold("A01")).token
    await bia.hold("B01")
    async with hall.unchanged():
        assert (await bia.hold("A01", token=stolen)).refusal is Refusal.SEAT_TAKEN
        assert (await bia.hold("B02", token=stolen)).refusal is Refusal.WRONG_TOKEN
        assert (await bia.confirm("A01", token=stolen)).refusal is Refusal.SEAT_TAKEN
        assert (await bia.confirm("B01", token=stolen)).refusal is Refusal.WRONG_TOKEN
        assert (await bia.extend("A01", token=stolen)).refusal is Refusal.NOT_YOURS
        assert (await bia.extend("B01", token=stolen)).refusal is Refusal.WRONG_TOKEN
        assert (await bia.release("A01", token=stolen)).refusal is Refusal.NOT_YOURS
        assert (await bia.release("B01", token=stolen)).refusal is Refusal.WRONG_TOKEN


@pytest.mark.parametrize("ending", ["released", "sold", "some of both"])
async def test_a_token_ends_with_the_last_of_its_holds(hall: Hall, ending: str) -> None:
    ana = hall.buyer()
    old = (await ana.hold("A01")).token
    if ending == "some of both":
        await ana.hold("B01")
        await ana.confirm("B01")
    await (ana.confirm("A01") if ending == "sold" else ana.release("A01"))
    assert (await ana.hold("A02", token=old)).refusal is Refusal.WRONG_TOKEN
    new = (await ana.hold("A02")).token
    assert new != old


async def test_a_session_that_has_begun_takes_no_more_holds(hall: Hall) -> None:
    now = await hall.clock()
    ana = hall.buyer()
    assert (await ana.hold("A01", closes_at=now + 60_000)).refusal is None
    async with hall.unchanged():
        closed = await ana.hold("A02", closes_at=now)
    assert closed.refusal is Refusal.SESSION_CLOSED
    assert (await ana.confirm("A01")).refusal is None


async def test_of_two_groups_that_share_a_seat_exactly_one_is_granted_whole(hall: Hall) -> None:
    left, right = hall.buyer(), hall.buyer()
    answers = await asyncio.gather(left.hold("A01", "A02"), right.hold("A02", "A03"))
    assert sorted(answer.refusal is None for answer in answers) == [False, True]
    assert len(await hall.states()) == 2


async def test_a_lock_that_redis_lost_early_is_mended_by_repeating_the_hold(hall: Hall) -> None:
    ana = hall.buyer()
    token = (await ana.hold("A01")).token
    await hall.redis.delete(hall.keys.lock("A01"))
    assert (await ana.confirm("A01")).refusal is Refusal.HOLD_ENDED
    assert (await hall.buyer().hold("A01")).refusal is Refusal.SEAT_TAKEN
    assert (await ana.hold("A01")).token == token
    assert (await ana.confirm("A01", token=token)).refusal is None


async def test_a_seat_with_a_lock_is_taken_even_if_its_hold_was_deleted(hall: Hall) -> None:
    await hall.buyer().hold("A01")
    await hall.redis.hdel(hall.keys.holds, "A01")
    assert (await hall.buyer().hold("A01")).refusal is Refusal.SEAT_TAKEN
