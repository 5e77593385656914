"""What is told to the gateway, and what happens while it does not listen."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from http import HTTPStatus

import httpx2

from cinema.expiry_notice import (
    EVERYTHING,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    ExpiryNotice,
    sign,
)
from cinema.logs import WAITS
from cinema.retry import Backoff, brief

log = logging.getLogger(__name__)

WORKERS = 8
QUEUE_LENGTH = 1_000
ATTEMPTS = 4


class Outcome(Enum):
    TAKEN = auto()
    REFUSED = auto()  # for good: the same request would be refused again
    FAILED = auto()  # the gateway was away, too slow or not ready: worth another attempt


# Statuses below 500 that another attempt may change.
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class GatewayClient:
    """Signed POSTs to one URL. Logs when they begin to fail and when they go through again."""

    def __init__(self, client: httpx2.AsyncClient, url: str, secret: bytes, timeout: float) -> None:
        self._client = client
        self._url = url
        self._secret = secret
        self._timeout = timeout
        self._trouble = ""

    async def post(self, notice: ExpiryNotice) -> Outcome:
        """One attempt of at most `timeout` seconds, signed with the present time."""
        body = notice.model_dump_json().encode()
        try:
            async with asyncio.timeout(self._timeout):
                headers = self._headers(body)
                answer = await self._client.post(self._url, content=body, headers=headers)
        except (httpx2.HTTPError, TimeoutError) as error:
            self._note(f"does not answer ({brief(error)}); trying again", waits=True)
            return Outcome.FAILED
        return self._judge(answer.status_code)

    def _headers(self, body: bytes) -> dict[str, str]:
        now = int(time.time())
        return {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: str(now),
            SIGNATURE_HEADER: sign(self._secret, now, body),
        }

    def _judge(self, status: int) -> Outcome:
        if 200 <= status < 300:
            self._note("")
            return Outcome.TAKEN
        if status >= 500 or status in _PASSING:
            self._note(f"answers {status}; trying again", waits=True)
            return Outcome.FAILED
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            self._note(
                f"refuses our signature ({status}): NOTIFY_SECRET or SECRETS_DIR must give "
                "both of us the same secret, and our clocks must agree"
            )
        else:
            self._note(f"refuses the notice ({status}): is WS_NOTIFY_URL right?")
        return Outcome.REFUSED

    def _note(self, trouble: str, *, waits: bool = False) -> None:
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if trouble:
            log.warning("the gateway at %s %s", self._url, trouble, extra=WAITS if waits else None)
        else:
            log.info("the gateway at %s takes notices again", self._url)


class GatewayNotifier:
    """Takes notices without ever waiting, and passes them on.

    What does not fit in the queue, or cannot be told in a few attempts, becomes one sweep of
    everything, which is asked for until the gateway takes or refuses it. So each notice is told,
    or else a sweep that begins after it.
    """

    def __init__(self, post: Callable[[ExpiryNotice], Awaitable[Outcome]]) -> None:
        self._post = post
        self._notices: asyncio.Queue[ExpiryNotice] = asyncio.Queue(QUEUE_LENGTH)
        self._sweep_is_due = asyncio.Event()

    def expired(self, session_id: str, seat: str) -> None:
        if self._sweep_is_due.is_set():
            return  # that sweep is yet to begin, and will find this seat
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
                group.create_task(self._tell_singly())

    async def _tell_singly(self) -> None:
        while True:
            notice = await self._notices.get()
            if not await self._told(notice):
                log.info("asking for a sweep of everything instead of one notice after another")
                self.sweep_everything()

    async def _told(self, notice: ExpiryNotice) -> bool:
        """Whether the gateway took the notice or refused it for good, within a few attempts."""
        backoff = Backoff(first=0.2, maximum=2)
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(backoff.delay())
            if await self._post(notice) is not Outcome.FAILED:
                return True
        return False

    async def _sweep_when_due(self) -> None:
        backoff = Backoff(first=0.2, maximum=5)
        while True:
            await self._sweep_is_due.wait()
            self._drop_what_the_sweep_covers()
            # Before the attempt: what expires during it may miss this sweep, and is told singly.
            self._sweep_is_due.clear()
            if await self._post(EVERYTHING) is Outcome.FAILED:
                self._sweep_is_due.set()
                await asyncio.sleep(backoff.delay())
            else:
                backoff.reset()

    def _drop_what_the_sweep_covers(self) -> None:
        while not self._notices.empty():
            self._notices.get_nowait()
