"""Adoption: an operator decides that booking sells from the data that Redis has now."""

import logging

from booking.dataset import (
    ADOPT,
    ADOPTING,
    Found,
    find_dataset,
    loss,
    new_identity,
    write_identity,
)
from booking.dataset_files import DatasetFileFault, DatasetFiles
from booking.redis_health import explain
from booking.settings import BookingSettings
from cinema.dataset_schema import later_schema, schema_of
from cinema.keys import ANY_ORDER, ANY_SESSION
from cinema.redis_connection import REDIS_ERRORS, RedisClient, connect
from cinema.service import CannotStart

log = logging.getLogger(__name__)

_OF_BOOKING = f"REDIS_URL and SECRETS_DIR must be those of the booking server: {ADOPTING}"


async def adopt(named: str, settings: BookingSettings) -> None:
    """Idempotent, also while booking servers run: they sell again within seconds.

    `named` is the Redis that the operator means, as `host:port/database`; empty: one that a file
    beside the secrets knows. Raises CannotStart, and changes nothing, if the settings lead to
    another Redis.
    """
    files = DatasetFiles(settings.secrets_dir, settings.redis_url)
    redis = connect(settings)
    try:
        await refuse_later_schema(redis)
        await refuse_stranger(redis, files, named)
        identity = await adopt_dataset(redis, files)
        sessions, orders = await count(redis, ANY_SESSION), await count(redis, ANY_ORDER)
    except REDIS_ERRORS as error:
        raise CannotStart(f"{explain(error)}. It was {files.redis}: {_OF_BOOKING}") from None
    except DatasetFileFault as error:
        raise CannotStart(str(error)) from None
    finally:
        await redis.aclose()
    log.info(
        "sales go on from dataset %s in Redis %s: %d orders, %d sessions with sales or holds",
        identity,
        files.redis,
        orders,
        sessions,
    )


async def refuse_later_schema(redis: RedisClient) -> None:
    """Even for a Redis that was named: this version could not read it. Raises CannotStart."""
    found = await find_dataset(redis)
    if problem := later_schema(found.identity):
        raise CannotStart(problem)


async def refuse_stranger(redis: RedisClient, files: DatasetFiles, named: str) -> None:
    """A wrong REDIS_URL must not adopt somebody else's Redis. Raises CannotStart."""
    if named and named != files.redis:
        raise CannotStart(
            f"{named} is to be adopted, but the settings name Redis {files.redis}: {_OF_BOOKING}"
        )
    if named or files.know_redis:
        return
    known = ", ".join(files.all_known()) or "none"
    raise CannotStart(
        f"Redis {files.redis} is not adopted: no file in {files.folder.absolute()} knows it "
        f"(known: {known}). "
        f"It has {await _contents(redis)}; nothing was changed. {_OF_BOOKING}. "
        f"If this is the right Redis all the same, name it: {ADOPT} {files.redis}"
    )


async def _contents(redis: RedisClient) -> str:
    found = await find_dataset(redis)
    part = "no dataset" if found.is_new else "a part of a dataset"
    dataset = f"dataset {found.identity}" if found.identity else part
    return f"{dataset}, {await count(redis, ANY_ORDER)} orders, {await redis.dbsize()} keys in all"


async def adopt_dataset(redis: RedisClient, files: DatasetFiles) -> str:
    """A complete dataset that is unknown here keeps its identity; one with losses gets a new one.

    So no other server that knows the old identity takes the new data for it.
    """
    found = await find_dataset(redis)
    identity = found.identity if _is_whole(files, found) else new_identity()
    if identity != found.identity:
        await write_identity(redis, identity, only_missing=False)
    files.keep_identity(identity)
    files.keep_marks(identity, found.marks)
    return identity


def _is_whole(files: DatasetFiles, found: Found) -> bool:
    try:
        kept = files.identity()
    except DatasetFileFault:  # an empty file, which is written again
        kept = ""
    if found.identity != kept:
        return schema_of(found.identity) > 0
    return not loss(kept, files.marks(kept), found)


async def count(redis: RedisClient, pattern: str) -> int:
    number = 0
    async for _ in redis.scan_iter(pattern, count=1_000):
        number += 1
    return number
