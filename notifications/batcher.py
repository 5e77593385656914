"""Many callers, few calls: what is asked for while a call is under way goes into the next one, together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

MOST_WAITING = 10_000  # questions that no call has taken yet


@dataclass(frozen=True)
class _Waiting(Generic[Q, A]):
    question: Q
    answer: asyncio.Future[A]


class Batcher(Generic[Q, A]):
    """Calls `call` with up to `most` questions at a time, one call after the other, as long as there are some.

    It answers each of them, in their order. A failure among `for_all` is that of every caller who waits; of any other
    one is not known whose it is, so each half of the questions is asked again: they must be safe to repeat. A caller
    that gives up is left out of the next call.
    """

    def __init__(
        self,
        call: Callable[[Sequence[Q]], Awaitable[Sequence[A]]],
        most: int,
        for_all: type[Exception],
    ) -> None:
        self._call = call
        self._most = most
        self._for_all = for_all
        self._waiting: deque[_Waiting[Q, A]] = deque()
        self._calling: asyncio.Task[None] | None = None  # ends when nobody waits

    async def ask(self, question: Q) -> A:
        """Raises what the call raises, and a `for_all` at once where MOST_WAITING questions wait already."""
        if len(self._waiting) >= MOST_WAITING:
            raise self._for_all(f"{MOST_WAITING} requests wait already")
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(question, answer))
        if self._calling is None:
            self._calling = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        try:
            await asyncio.sleep(0)  # whoever asks in the same moment comes along
            while batch := self._next():
                await self._answer(batch)
        finally:
            self._calling = None
            self._give_up()

    def _next(self) -> list[_Waiting[Q, A]]:
        batch: list[_Waiting[Q, A]] = []
        while self._waiting and len(batch) < self._most:
            waiting = self._waiting.popleft()
            if not waiting.answer.done():
                batch.append(waiting)
        return batch

    async def _answer(self, batch: Sequence[_Waiting[Q, A]]) -> None:
        try:
            answers = await self._call([waiting.question for waiting in batch])
        except self._for_all as failure:
            self._fail([*batch, *self._waiting], failure)
            self._waiting.clear()
        except Exception as failure:  # noqa: BLE001 - whoever asked raises it
            await self._search(batch, failure)
        except BaseException:
            self._waiting.extend(batch)  # to be given up
            raise
        else:
            for waiting, answer in zip(batch, answers, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)

    async def _search(self, batch: Sequence[_Waiting[Q, A]], failure: Exception) -> None:
        if len(batch) == 1:
            self._fail(batch, failure)
            return
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            if any(not waiting.answer.done() for waiting in half):
                await self._answer(half)

    def _fail(self, batch: Sequence[_Waiting[Q, A]], failure: Exception) -> None:
        for waiting in batch:
            if not waiting.answer.done():
                waiting.answer.set_exception(failure)

    def _give_up(self) -> None:
        """Where the task was cancelled: nobody waits for an answer that does not come."""
        while self._waiting:
            self._waiting.popleft().answer.cancel()
