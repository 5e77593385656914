"""A lease by our own clock: it counts from before the request."""

import asyncio
from collections.abc import Callable
from typing import Any

from notifications.lease import Lease


class SlowRedis:
    """Grants every lease, and answers after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def register_script(self, _text: str) -> Callable[..., Any]:
        async def grant(keys: list[str], args: list[Any]) -> int:
            await asyncio.sleep(self._seconds)
            return 1

        return grant


async def test_a_lease_that_has_ended_when_its_answer_comes_is_not_owned() -> None:
    late = Lease(SlowRedis(0.02), "lease", seconds=0.01)  # type: ignore[arg-type]
    in_time = Lease(SlowRedis(0), "lease", seconds=10)  # type: ignore[arg-type]
    assert not await late.acquire()
    assert await in_time.acquire()
