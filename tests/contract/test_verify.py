"""The operator's audit reads a session in the same way on every server."""

from cinema.keys import order_key, partition_of
from tests.support.hall import Hall
from verify.orders import OrderCheck
from verify.reading import key_pages
from verify.seats import SeatCheck
from verify.sessions import SessionCheck
from verify.versions import VersionCheck


async def test_a_sessions_sales_holds_and_versions_are_right_until_one_is_changed(
    hall: Hall,
) -> None:
    ana = hall.buyer("ana")
    await ana.hold("A01", "A02", "B01")
    order = (await ana.confirm("A01", "A02", key="k")).order_id
    looks = [
        await SessionCheck(hall.redis).look([hall.session]),
        await OrderCheck(hall.redis).look([order]),
        await SeatCheck(hall.redis).look([f"{hall.session}:B01"]),
        await VersionCheck(hall.redis).look([str(partition_of(hall.session))]),
    ]
    assert [look.unchecked for look in looks] == [[], [], [], []]
    sentences = [fault.sentence for look in looks for fault in look.faults]
    assert [one for one in sentences if hall.session in one] == []
    keys = {key async for page in key_pages(hall.redis) for key in page}
    assert {order_key(order), hall.keys.version, hall.keys.lock("B01")} <= keys
    await hall.redis.delete(order_key(order))
    lost = await SessionCheck(hall.redis).look([hall.session])
    assert {fault.about.partition(" ")[0] for fault in lost.faults} >= {"A01", "A02"}
