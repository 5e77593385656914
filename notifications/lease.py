"""A lease in Redis: one process at a time does the work."""

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
_RENEWALS_PER_LEASE = 5  # also how often a standby tries, in the time that a lease lasts


class Lease:
    """One key in Redis with one owner at a time. It ends `seconds` after its owner died.

    Two owners may overlap: one whose machine was suspended does not know yet that its lease has
    ended. So the work must be safe to repeat.
    """

    def __init__(self, redis: RedisClient, key: str, seconds: float = LEASE_SECONDS) -> None:
        self._script = redis.register_script(script_text("lease"))
        self._key = key
        self._seconds = seconds
        self._me = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        # By our clock, counted from before the request: never later than Redis' deadline.
        self._owned_until = 0.0

    async def while_owned(self, work: Callable[[], Awaitable[None]]) -> None:
        """Waits for the lease, then runs `work`; cancels it and returns once the lease is lost.

        Raises what `work` raises, and what redis-py raises during the wait.
        """
        while True:
            if await self.acquire():
                break
            await asyncio.sleep(self._seconds / _RENEWALS_PER_LEASE)
        log.info("acquired the lease %s", self._key)
        working = asyncio.ensure_future(work())
        try:
            await self._renew_during(working)
        finally:
            working.cancel()
            await self._renew_during(working)  # while the work winds down
            await asyncio.wait([working])
            await self._release()
        if not working.cancelled():
            working.result()

    async def _renew_during(self, working: asyncio.Future[None]) -> None:
        """Returns once the work has ended or the lease is lost."""
        while not working.done():
            left = max(0.0, self._owned_until - time.monotonic())
            pause = min(self._seconds / _RENEWALS_PER_LEASE, left)
            await asyncio.wait([working], timeout=pause)
            try:
                async with asyncio.timeout(self._owned_until - time.monotonic()):
                    owned = await self.acquire()
            except REDIS_ERRORS:
                owned = time.monotonic() < self._owned_until
            if not owned:
                log.warning("lost the lease %s", self._key)
                return

    async def acquire(self) -> bool:
        """Whether we own it now: it may have ended before a slow answer came."""
        asked = time.monotonic()
        owned = await self._script(keys=[self._key], args=[self._me, int(self._seconds * 1000)])
        if owned:
            self._owned_until = asked + self._seconds
        return bool(owned) and time.monotonic() < self._owned_until

    async def _release(self) -> None:
        with suppress(*REDIS_ERRORS):  # then it ends by itself
            await self._script(keys=[self._key], args=[self._me, 0])
