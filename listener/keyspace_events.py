"""The server's `notify-keyspace-events`: without E and x in it, Redis tells of no expired key."""

import logging

from redis.asyncio import Redis
from redis.exceptions import ResponseError

log = logging.getLogger(__name__)

_SETTING = "notify-keyspace-events"


async def ensure_expired_events(redis: Redis) -> str:
    """Adds to the server's flags what is missing, and leaves those that others set.

    Returns why it could not, in a sentence that says what to do, or else an empty text. Redis
    has no way to add a flag but to read them all and write them all: what somebody else adds
    between the two is lost.
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
    """What `expired` events need on top; `A` stands for all classes of events, `x` included."""
    return ("" if "E" in flags else "E") + ("" if "x" in flags or "A" in flags else "x")


def _advice(found: str) -> str:
    return (
        f"{_SETTING} {found}: see to it that the server's own configuration has E and x in it. "
        "Until then booking's sweeper alone frees expired holds, up to a second late."
    )
