"""The listener's notices, and its queue while the gateway is away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from cinema.expiry_notice import EVERYTHING, ExpiryNotice
from listener.gateway_client import PostResult
from listener.gateway_notifier import ATTEMPTS, QUEUE_LENGTH, GatewayNotifier
from tests.support.waiting import eventually

F07 = ExpiryNotice(sessao="S001", assento="F07", motivo="timeout")


class FakeGateway:
    """Answers each notice with `answer`, once `open` is set."""

    def __init__(
        self, answer: Callable[[ExpiryNotice], PostResult] = lambda _: PostResult.TAKEN
    ) -> None:
        self.answer = answer
        self.open = asyncio.Event()
        self.open.set()
        self.seen: list[ExpiryNotice] = []

    async def post(self, notice: ExpiryNotice) -> PostResult:
        self.seen.append(notice)
        await self.open.wait()
        return self.answer(notice)


@asynccontextmanager
async def running(gateway: FakeGateway) -> AsyncIterator[GatewayNotifier]:
    notifier = GatewayNotifier(gateway.post)
    task = asyncio.create_task(notifier.run())
    try:
        yield notifier
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_an_expired_seat_is_posted_once() -> None:
    gateway = FakeGateway()
    async with running(gateway) as notifier:
        notifier.expired("S001", "F07")
        await eventually(lambda: gateway.seen == [F07])


async def test_a_notice_that_keeps_failing_becomes_one_sweep_of_everything() -> None:
    gateway = FakeGateway(
        lambda notice: PostResult.TAKEN if notice == EVERYTHING else PostResult.FAILED
    )
    async with running(gateway) as notifier:
        notifier.expired("S001", "F07")
        await eventually(lambda: gateway.seen == [F07] * ATTEMPTS + [EVERYTHING], timeout=10)


async def test_a_refused_notice_is_not_posted_again() -> None:
    gateway = FakeGateway(lambda _: PostResult.REFUSED)
    async with running(gateway) as notifier:
        notifier.expired("S001", "F07")
        notifier.expired("S001", "F08")
        await eventually(lambda: len(gateway.seen) == 2)
        notifier.sweep_everything()
        await eventually(lambda: gateway.seen[2:] == [EVERYTHING])


async def test_a_sweep_is_posted_until_the_gateway_takes_it() -> None:
    outcomes = iter([PostResult.FAILED, PostResult.FAILED, PostResult.TAKEN])
    gateway = FakeGateway(lambda _: next(outcomes))
    async with running(gateway) as notifier:
        notifier.sweep_everything()
        await eventually(lambda: gateway.seen == [EVERYTHING] * 3)


async def test_notices_beyond_the_queues_length_become_one_sweep() -> None:
    gateway = FakeGateway()
    gateway.open.clear()
    async with running(gateway) as notifier:
        for number in range(2 * QUEUE_LENGTH):
            notifier.expired("S001", f"A{number}")
        await eventually(lambda: EVERYTHING in gateway.seen)
        gateway.open.set()
        notifier.expired("S001", "F07")
        await eventually(lambda: F07 in gateway.seen)
        assert gateway.seen.count(EVERYTHING) == 1
        assert len(gateway.seen) < 20, "those that waited were covered by the sweep"


async def test_a_seat_that_expires_during_a_sweep_is_posted_after_it() -> None:
    gateway = FakeGateway()
    gateway.open.clear()
    async with running(gateway) as notifier:
        notifier.sweep_everything()
        await eventually(lambda: gateway.seen == [EVERYTHING])
        notifier.expired("S001", "F07")
        gateway.open.set()
        await eventually(lambda: gateway.seen == [EVERYTHING, F07])
