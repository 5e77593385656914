"""What Redis has once seats were held, sold and given back is what docs/architecture.md says."""

import json
from typing import Any

from booking.hold_rules import Network
from cinema.keys import order_key, partition_of
from tests.support.hall import Hall
from tests.support.markdown import Page, code

PAGE = Page.of("architecture.md").section("Redis data model")
HOLD, SALE, ACCOUNT, CHANGES = PAGE.examples()
TYPES = {"string": "string", "hash": "hash", "sorted set": "zset", "stream": "stream"}


def form(value: Any) -> Any:
    """Names and types, without the values."""
    if isinstance(value, dict):
        return {name: form(one) for name, one in value.items()}
    return [form(one) for one in value] if isinstance(value, list) else type(value)


async def test_holds_sales_accounts_and_events_have_the_form_that_the_page_shows(
    hall: Hall,
) -> None:
    ana = hall.buyer(network=Network("5e884898da28047151d0e56f8dc62927", 24))
    await ana.hold("F07")
    (event,) = await hall.events()
    assert form(event["changes"]) == form(CHANGES)
    await ana.hold("F08")
    assert form(json.loads(await hall.redis.hget(hall.keys.holds, "F07"))) == form(HOLD)
    await ana.confirm("F07", person="60303ae22b9988612b2d4e6f8a0c1e3f")
    assert form(json.loads(await hall.redis.hget(hall.keys.sold, "F07"))) == form(SALE)
    assert form(json.loads(await hall.redis.hget(hall.keys.buyers, ana.name))) == form(ACCOUNT)


async def test_each_key_has_the_type_that_the_page_says(hall: Hall) -> None:
    ana = hall.buyer()
    await ana.hold("F07", "F08", "F09")
    sale = await ana.confirm("F07", key="k")
    await ana.release("F08")
    partition = f"{{p{partition_of(hall.session):02d}}}"
    expected = {
        code(row["Key"])[0]
        .replace("{pNN}", partition)
        .replace("<session>", hall.session)
        .replace("<seat>", "F09")
        .replace("<order>", sale.order_id): TYPES[row["Type"].partition(",")[0]]
        for row in PAGE.table("Key", "Type", "Value", "Written by", "Read by", "Ends")
    }
    found = {name: await hall.redis.type(name) for name in expected}
    there = {name: kind for name, kind in found.items() if kind != "none"}
    assert there == {name: expected[name] for name in there}
    keys, of_all = hall.keys, hall.keys.partition
    assert there.keys() >= {
        *(keys.lock("F09"), keys.holds, keys.sold, keys.buyers, keys.version, keys.half_price),
        *(keys.order_keys, order_key(sale.order_id), of_all.due, of_all.events, of_all.outbox),
        *(of_all.cooldowns, of_all.released),
    }
