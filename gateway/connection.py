"""One browser's socket: parses its messages and performs its requests one after another.

It has no task while no request is pending. Frames to the browser go through its send queue; that
queue and the pending requests are bounded.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from gateway.actions import Actions, busy_reply, fault_reply
from gateway.endings import FAULT, FLOOD, RESTART, TOO_SLOW
from gateway.limits import Address, TokenBucket
from gateway.messages import Action, Faulty, Resync, parse
from gateway.send_queue import SendQueue

log = logging.getLogger(__name__)

MOST_WAITING_REQUESTS = 16


@dataclass(frozen=True, slots=True)
class Allowance:
    """The message rate of this socket, and of all sockets of its address together."""

    own: TokenBucket
    address: Address


class Connection:
    """Calls `leave` once its line is closed and every request that had arrived is performed.

    Requests run as tasks of `group`.
    """

    __slots__ = (
        "_actions",
        "_allowance",
        "_ended",
        "_group",
        "_is_closed",
        "_is_finishing",
        "_leave",
        "_queue",
        "_requests",
        "_worker",
    )

    def __init__(
        self,
        queue: SendQueue,
        actions: Actions,
        allowance: Allowance,
        group: asyncio.TaskGroup,
        leave: Callable[["Connection"], None],
    ) -> None:
        self._queue = queue
        self._actions = actions
        self._allowance = allowance
        self._group = group
        self._leave = leave
        self._requests: list[Action] = []
        self._worker: asyncio.Task[None] | None = None
        self._is_closed = False
        self._is_finishing = False
        self._ended: asyncio.Event | None = None  # made by `finish`, which waits for it

    def receive(self, message: str | bytes) -> None:
        if not self._allowance.own.take():
            self._queue.end(FLOOD)
            return
        incoming = parse(message)
        if not self._allowance.address.requests.take():
            self._queue.put_reply(busy_reply(incoming))
        elif isinstance(incoming, Faulty):
            self._queue.put_reply(fault_reply(incoming))
        elif isinstance(incoming, Resync):
            self._queue.resync()
        elif len(self._requests) >= MOST_WAITING_REQUESTS:
            self._queue.put_reply(busy_reply(incoming))
        elif not self._is_finishing:
            self._perform(incoming)

    def writable(self) -> None:
        self._queue.pump()

    def stalled(self) -> None:
        self._queue.end(TOO_SLOW)

    def closed(self) -> None:
        """Requests that have arrived are still performed: a buyer may give a seat back and close
        the tab at once."""
        self._is_closed = True
        self._end_if_idle()

    async def finish(self, seconds: float) -> None:
        """Performs the requests that have arrived, sends their replies, and closes with 1012. Waits
        until then.

        Cancels what takes longer than `seconds`.
        """
        self._is_finishing = True
        self._ended = asyncio.Event()
        self._end_if_idle()
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            if self._worker is not None:
                self._worker.cancel()

    def _perform(self, action: Action) -> None:
        self._requests.append(action)
        if self._worker is None:
            self._worker = self._group.create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._requests:
                self._queue.put_reply(await self._actions.perform(self._requests.pop(0)))
        except (
            Exception
        ):  # the boundary of the task: one request's fault must not end other sockets
            log.exception("a socket's task died")
            self._queue.end(FAULT)
        finally:
            self._worker = None
            self._end_if_idle()

    def _end_if_idle(self) -> None:
        """Leaves, or closes the line, if no request is pending."""
        if self._worker is not None:
            return
        if self._is_closed:
            self._leave(self)
            if self._ended is not None:
                self._ended.set()
        elif self._is_finishing:
            self._queue.end_after_all(RESTART)
