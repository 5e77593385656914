"""Doing what only one process may do at a time."""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from cinema.lua_scripts import script_text
from cinema.redis_connection import REDIS_ERRORS, RedisClient

log = logging.getLogger(__name__)

LEASE_SECONDS = 3.0
_PARTS = 5  # how often a lease is prolonged before it would end, and how soon a waiting process looks again


class Lease:
    """One key in Redis, held by one process at a time. If its holder dies it is free after `seconds` at most.

    It keeps two processes from doing the same work, not from ever overlapping: a holder whose machine stood still does
    not know yet that it lost the lease. What it guards must be harmless when it is done twice.
    """

    def __init__(self, redis: RedisClient, key: str, seconds: float = LEASE_SECONDS) -> None:
        self._script = redis.register_script(script_text("lease"))
        self._key = key
        self._seconds = seconds
        self._me = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._held_until = (
            0.0  # by our clock, counted from before we asked: never later than Redis' deadline
        )

    async def while_held(self, work: Callable[[], Awaitable[None]]) -> None:
        """Waits for the lease, then runs `work`; cancels it and returns as soon as the lease is lost.

        Raises what `work` raises, and what redis-py raises while the lease is waited for.
        """
        while True:
            if await self._hold():
                break
            await asyncio.sleep(self._seconds / _PARTS)
        log.info("holding the lease %s", self._key)
        working = asyncio.ensure_future(work())
        try:
            await self._prolong(working)
        finally:
            working.cancel()
            await self._prolong(working)  # it may have something to bring to its end
            await asyncio.wait([working])
            await self._give_up()
        if not working.cancelled():
            working.result()

    async def _prolong(self, working: asyncio.Future[None]) -> None:
        """Returns when the work has ended or the lease is lost."""
        while not working.done():
            await asyncio.wait([working], timeout=self._seconds / _PARTS)
            try:
                async with asyncio.timeout(self._held_until - time.monotonic()):
                    held = await self._hold()
            except REDIS_ERRORS:
                held = time.monotonic() < self._held_until
            if not held:
                log.warning("lost the lease %s", self._key)
                return

    async def _hold(self) -> bool:
        asked = time.monotonic()
        held = await self._script(keys=[self._key], args=[self._me, int(self._seconds * 1000)])
        if held:
            self._held_until = asked + self._seconds
        return bool(held)

    async def _give_up(self) -> None:
        with suppress(*REDIS_ERRORS):  # it ends by itself
            await self._script(keys=[self._key], args=[self._me, 0])
