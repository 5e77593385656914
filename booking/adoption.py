"""An operator's word that what Redis has now is what is to be sold from."""

import logging

from booking.dataset import (
    SCHEMA,
    Found,
    look,
    loss,
    new_identity,
    schema_of,
    schema_problem,
    write_identity,
)
from booking.dataset_files import DatasetFileFault, DatasetFiles
from booking.redis_health import fault
from cinema.keys import ANY_ORDER, ANY_SESSION
from cinema.redis_connection import REDIS_ERRORS, RedisClient, connect
from cinema.service import CannotStart
from cinema.settings import BookingSettings

log = logging.getLogger(__name__)


async def adopt(settings: BookingSettings) -> None:
    """Idempotent, also while booking servers run: they sell again within seconds. Raises CannotStart."""
    files = DatasetFiles(settings.secrets_dir, settings.redis_url)
    redis = connect(settings)
    try:
        identity = await adopt_dataset(redis, files)
        sessions, orders = await count(redis, ANY_SESSION), await count(redis, ANY_ORDER)
    except REDIS_ERRORS as error:
        raise CannotStart(fault(error)) from None
    except DatasetFileFault as error:
        raise CannotStart(str(error)) from None
    finally:
        await redis.aclose()
    log.info(
        "dataset %s is sold from: it has %d orders, and %d sessions that were sold from",
        identity,
        orders,
        sessions,
    )


async def adopt_dataset(redis: RedisClient, files: DatasetFiles) -> str:
    """What is complete and not known here keeps its identity; what has lost something gets a new one.

    So nobody else who knows the old one takes the new data for it.
    """
    found = await look(redis)
    if schema_of(found.identity) > SCHEMA:
        raise CannotStart(schema_problem(found.identity))
    identity = found.identity if _is_whole(files, found) else new_identity()
    if identity != found.identity:
        await write_identity(redis, identity, only_missing=False)
    files.keep_identity(identity)
    files.keep_marks(identity, found.marks)
    return identity


def _is_whole(files: DatasetFiles, found: Found) -> bool:
    try:
        kept = files.identity()
    except DatasetFileFault:  # an empty file: it is written again
        kept = ""
    if found.identity != kept:
        return schema_of(found.identity) > 0
    return not loss(kept, files.marks(kept), found)


async def count(redis: RedisClient, pattern: str) -> int:
    number = 0
    async for _ in redis.scan_iter(pattern, count=1_000):
        number += 1
    return number
