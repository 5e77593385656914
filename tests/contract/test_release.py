"""Giving held seats back."""

from cinema.identity import owner_tag
from cinema.refusals import Refusal
from tests.support.hall import Hall


async def test_a_released_seat_is_free_for_everybody_at_once(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01", "A02")
    assert (await ana.release("A01")).refusal is None
    assert await hall.states() == {"A02": "held"}
    assert (await hall.buyer().hold("A01")).refusal is None


async def test_a_release_is_announced_as_such(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01", "A02")
    await ana.release("A01", "A02")
    tag = owner_tag(hall.session, ana.name)
    assert (await hall.events())[-1] == {
        "version": 2,
        "changes": [
            {"seat": seat, "state": "free", "reason": "liberado", "tag": tag}
            for seat in ("A01", "A02")
        ],
    }


async def test_releasing_everything_leaves_nothing_of_the_buyer(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01", "A02")
    await ana.release("A01", "A02")
    left = await hall.dump()
    assert not any(
        left[name] for name in (hall.keys.holds, hall.keys.buyers, hall.keys.partition.due, "locks")
    )


async def test_repeating_a_release_changes_nothing_and_is_no_fault(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    await ana.release("A01")
    async with hall.unchanged():
        assert (await ana.release("A01")).refusal is None


async def test_a_release_needs_no_cool_down_before_the_next_hold(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    await ana.release("A01")
    assert (await ana.hold("A01")).refusal is None


async def test_somebody_else_s_seat_is_not_released_nor_are_the_own_seats_beside_it(
    hall: Hall,
) -> None:
    ana, bia = hall.buyer(), hall.buyer()
    await ana.hold("A01")
    await bia.hold("A02")
    async with hall.unchanged():
        answer = await bia.release("A01", "A02")
    assert answer.refusal is Refusal.NOT_YOURS
    assert answer.failed == ("A01",)


async def test_a_sold_seat_is_not_released_not_even_by_its_owner(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("A01")
    await ana.confirm("A01")
    async with hall.unchanged():
        assert (await ana.release("A01")).refusal is Refusal.ALREADY_BOUGHT
        assert (await hall.buyer().release("A01")).refusal is Refusal.NOT_YOURS


async def test_a_wrong_token_releases_nothing(hall: Hall) -> None:
    ana = hall.buyer()
    token = (await ana.hold("A01")).token
    async with hall.unchanged():
        assert (await ana.release("A01", token=f"{token}x")).refusal is Refusal.WRONG_TOKEN
    assert (await ana.release("A01", token=token)).refusal is None
