"""Batches requests: those that arrive while a call is under way share the next call."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

MOST_WAITING = 10_000  # questions that are in no call yet


@dataclass(frozen=True)
class _Waiting(Generic[Q, A]):
    question: Q
    answer: asyncio.Future[A]


class Batcher(Generic[Q, A]):
    """Calls `call` with up to `most` questions at a time, one call after another.

    `call` returns an answer for each question, in order. A `for_all` is raised at every waiting
    caller. After any other exception each half of the questions is asked again, to find the one
    that fails: questions must be safe to repeat. The next call leaves out callers that were
    cancelled.
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
        self._calling: asyncio.Task[None] | None = None  # ends when no question waits

    async def ask(self, question: Q) -> A:
        """Raises what `call` raises, and a `for_all` at once while MOST_WAITING questions wait."""
        if len(self._waiting) >= MOST_WAITING:
            raise self._for_all(f"{MOST_WAITING} requests wait already")
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(question, answer))
        if self._calling is None:
            self._calling = asyncio.create_task(self._call_until_empty())
        return await answer

    async def _call_until_empty(self) -> None:
        try:
            await asyncio.sleep(0)  # questions of the same turn of the loop share the call
            while batch := self._next_batch():
                await self._answer(batch)
        finally:
            self._calling = None
            self._cancel_waiting()

    def _next_batch(self) -> list[_Waiting[Q, A]]:
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
        except Exception as failure:  # noqa: BLE001 - its caller raises it
            await self._ask_in_halves(batch, failure)
        except BaseException:
            self._waiting.extend(batch)  # to be cancelled
            raise
        else:
            for waiting, answer in zip(batch, answers, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)

    async def _ask_in_halves(self, batch: Sequence[_Waiting[Q, A]], failure: Exception) -> None:
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

    def _cancel_waiting(self) -> None:
        """If the task was cancelled, no answer will come."""
        while self._waiting:
            self._waiting.popleft().answer.cancel()
