"""Which notices the gateway gets, and what replaces them while it is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cinema.expiry_notice import EVERYTHING, ExpiryNotice
from cinema.retry import Backoff
from listener.gateway_client import PostResult

log = logging.getLogger(__name__)

WORKERS = 8
QUEUE_LENGTH = 1_000
ATTEMPTS = 4


class GatewayNotifier:
    """Queues notices without waiting, and posts them.

    A notice that does not fit into the queue, or fails ATTEMPTS times, is replaced by one sweep of
    everything, which is repeated until the gateway takes or refuses it. So for each notice the
    gateway gets it, or a sweep that begins after it.
    """

    def __init__(self, post: Callable[[ExpiryNotice], Awaitable[PostResult]]) -> None:
        self._post = post
        self._notices: asyncio.Queue[ExpiryNotice] = asyncio.Queue(QUEUE_LENGTH)
        self._sweep_is_due = asyncio.Event()

    def expired(self, session_id: str, seat: str) -> None:
        if self._sweep_is_due.is_set():
            return  # the sweep has not begun yet, and will find this seat
        try:
            self._notices.put_nowait(
                ExpiryNotice(sessao=session_id, assento=seat, motivo="timeout")
            )
        except asyncio.QueueFull:
            log.warning("more than %d notices wait: one sweep instead", QUEUE_LENGTH)
            self.sweep_everything()

    def sweep_everything(self) -> None:
        self._sweep_is_due.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep_when_due())
            for _ in range(WORKERS):
                group.create_task(self._post_notices())

    async def _post_notices(self) -> None:
        while True:
            notice = await self._notices.get()
            if not await self._delivered(notice):
                log.info("asking for a sweep of everything instead of one notice after another")
                self.sweep_everything()

    async def _delivered(self, notice: ExpiryNotice) -> bool:
        """Whether the gateway took the notice or refused it for good, within a few attempts."""
        backoff = Backoff(first=0.2, maximum=2)
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(backoff.delay())
            if await self._post(notice) is not PostResult.FAILED:
                return True
        return False

    async def _sweep_when_due(self) -> None:
        backoff = Backoff(first=0.2, maximum=5)
        while True:
            await self._sweep_is_due.wait()
            self._drop_notices()
            # Before the attempt: a hold that expires during it may miss this sweep, and gets its
            # own notice.
            self._sweep_is_due.clear()
            if await self._post(EVERYTHING) is PostResult.FAILED:
                self._sweep_is_due.set()
                await asyncio.sleep(backoff.delay())
            else:
                backoff.reset()

    def _drop_notices(self) -> None:
        """The sweep covers them."""
        while not self._notices.empty():
            self._notices.get_nowait()
