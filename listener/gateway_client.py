"""The client that posts notices to the gateway."""

import asyncio
import logging
import time
from enum import Enum, auto
from http import HTTPStatus

import httpx2

from cinema.expiry_notice import SIGNATURE_HEADER, TIMESTAMP_HEADER, ExpiryNotice, sign
from cinema.logs import OutageLog
from cinema.retry import brief

log = logging.getLogger(__name__)

# Statuses below 500 after which another attempt may succeed.
_TEMPORARY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class PostResult(Enum):
    TAKEN = auto()
    REFUSED = auto()  # another attempt would be refused, too
    FAILED = auto()  # the gateway was away, too slow or not ready: another attempt may succeed


class GatewayClient:
    """Signed POSTs to one URL. Logs when they begin to fail and when they succeed again."""

    def __init__(self, client: httpx2.AsyncClient, url: str, secret: bytes, timeout: float) -> None:
        self._client = client
        self._url = url
        self._secret = secret
        self._timeout = timeout
        self._outage = OutageLog(log, every_trouble=True)

    async def post(self, notice: ExpiryNotice) -> PostResult:
        """One attempt of at most `timeout` seconds."""
        body = notice.model_dump_json().encode()
        try:
            async with asyncio.timeout(self._timeout):
                headers = self._headers(body)
                answer = await self._client.post(self._url, content=body, headers=headers)
        except (httpx2.HTTPError, TimeoutError) as error:
            self._begin_outage(f"does not answer ({brief(error)}); trying again", waits=True)
            return PostResult.FAILED
        return self._result_of(answer.status_code)

    def _headers(self, body: bytes) -> dict[str, str]:
        now = int(time.time())
        return {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: str(now),
            SIGNATURE_HEADER: sign(self._secret, now, body),
        }

    def _result_of(self, status: int) -> PostResult:
        if 200 <= status < 300:
            self._outage.end(f"the gateway at {self._url} takes notices again")
            return PostResult.TAKEN
        if status >= 500 or status in _TEMPORARY:
            self._begin_outage(f"answers {status}; trying again", waits=True)
            return PostResult.FAILED
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            self._begin_outage(
                f"refuses our signature ({status}): NOTIFY_SECRET or SECRETS_DIR must give "
                "both of us the same secret, and our clocks must agree"
            )
        else:
            self._begin_outage(f"refuses the notice ({status}): is WS_NOTIFY_URL right?")
        return PostResult.REFUSED

    def _begin_outage(self, trouble: str, *, waits: bool = False) -> None:
        self._outage.begin(f"the gateway at {self._url} {trouble}", waits=waits)
