"""The setting `notify-keyspace-events`: without E and x in it Redis sends no `expired` events."""

import logging

from redis.asyncio import Redis
from redis.exceptions import ResponseError

log = logging.getLogger(__name__)

_SETTING = "notify-keyspace-events"


async def ensure_expired_events(redis: Redis) -> str:
    """Adds the missing flags, and keeps those that others have set.

    Returns an empty text, or why it could not and what to do. Redis can only read and write all
    flags together: a flag that another client adds in between is lost.
    """
    try:
        flags = (await redis.config_get(_SETTING)).get(_SETTING) or ""
    except ResponseError as refusal:
        return _advice(f"cannot be read ({refusal})")
    missing = missing_flags(flags)
    if not missing:
        return ""
    try:
        await redis.config_set(_SETTING, flags + missing)
    except ResponseError as refusal:
        return _advice(f'is "{flags}" and may not be changed by us ({refusal})')
    log.info('%s was "%s" and is now "%s"', _SETTING, flags, flags + missing)
    return ""


def missing_flags(flags: str) -> str:
    """What `expired` events need besides; `A` is every class of events, `x` included."""
    return ("" if "E" in flags else "E") + ("" if "x" in flags or "A" in flags else "x")


def _advice(found: str) -> str:
    return (
        f"{_SETTING} {found}: put E and x into it in the server's own configuration. "
        "Until then booking's sweeper alone frees expired holds, up to a second late."
    )
