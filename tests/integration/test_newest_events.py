"""What booking writes counts as seen at once, so that its loss is noticed, whether somebody
watches or not."""

from booking.newest_events import NewestEvents
from seat_state_service import SeatStateService
from tests.support.hall import Hall


async def test_every_transition_notes_the_event_that_it_appended(hall: Hall) -> None:
    newest = NewestEvents()
    hall.seats = SeatStateService(hall.redis, hall.rules, newest=newest)
    stream, ana = hall.keys.partition.events, hall.buyer()

    async def is_noted() -> bool:
        ((last, fields),) = await hall.redis.xrevrange(stream, count=1)
        return bool(fields["session"] == hall.session and newest[stream] == last)

    await ana.hold("A01", "A02")
    assert await is_noted()
    await ana.extend("A01")
    assert await is_noted()
    await ana.release("A02")
    assert await is_noted()
    order = (await ana.confirm("A01")).order_id
    assert await is_noted()
    await ana.cancel(order, "A01")
    assert await is_noted()


async def test_what_changes_nothing_notes_nothing_and_names_no_seats(hall: Hall) -> None:
    newest = NewestEvents()
    hall.seats = SeatStateService(hall.redis, hall.rules, newest=newest)
    ana = hall.buyer()
    first = await ana.hold("A01")
    before = dict(newest)
    assert first.failed == (await ana.hold("A01")).failed == ()
    assert (await hall.buyer().hold("A01")).failed == ("A01",)
    assert newest == before


def test_an_older_event_does_not_take_the_place_of_a_younger_one() -> None:
    newest = NewestEvents()
    for event in ("9-2", "10-1", "10-0", "9-9"):
        newest.note("events", event)
    assert newest == {"events": "10-1"}
