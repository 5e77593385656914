"""Rewrites an earlier version's order in today's form before it is changed. Reading needs no
upgrade."""

import json

from booking.order_record import fields_of
from cinema.keys import order_key
from cinema.lua_scripts import script_text
from cinema.redis_connection import RedisClient


class OrderUpgrade:
    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._repack = redis.register_script(script_text("repack_order"))

    async def run(self, order_id: str) -> None:
        """Changes nothing if the order has today's form. Raises what redis-py raises."""
        key = order_key(order_id)
        while record := await self._redis.hget(key, "data"):
            fields = fields_of(json.loads(record))
            await self._repack(keys=[key], args=[record, flat(fields)])


def flat(fields: dict[str, str]) -> str:
    """Scripts take a JSON array of each name and its value."""
    return json.dumps([part for pair in fields.items() for part in pair], ensure_ascii=False)
