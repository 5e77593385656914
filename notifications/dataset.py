"""The producer leaves the data of a later version alone."""

from cinema.dataset_schema import later_schema
from cinema.keys import partition_keys
from cinema.redis_connection import RedisClient


class LaterSchema(Exception):
    """A later version wrote the data in Redis; the text says what to do."""


async def refuse_later_schema(redis: RedisClient) -> None:
    """Raises LaterSchema, and what redis-py raises. Redis without data is for any version."""
    if problem := later_schema(str(await redis.get(partition_keys(0).dataset) or "")):
        raise LaterSchema(problem)
