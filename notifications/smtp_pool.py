"""A pool of connections to the mail server, each for several mails."""

import asyncio
from collections import deque
from collections.abc import Callable

from notifications.lanes import Lanes
from notifications.smtp_connection import Broken, Envelope, Refused, SmtpConnection
from notifications.smtp_verdicts import Stage

MAILS_A_CONNECTION = 100  # many servers accept no more
_IDLE_SECONDS = 30.0  # RFC 5321 lets a server close after five minutes; some close earlier


class SmtpPool:
    """Raises Refused and Broken, as SmtpConnection does."""

    def __init__(
        self, new_connection: Callable[[], SmtpConnection], lanes: Lanes, patience: float
    ) -> None:
        self._new_connection = new_connection
        self._lanes = lanes
        self._patience = patience
        self._working = 0  # mails that have a connection or are opening one
        self._idle: dict[SmtpConnection, asyncio.TimerHandle] = {}
        self._waiting: deque[asyncio.Future[SmtpConnection | None]] = deque()
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, envelope: Envelope) -> None:
        """Returns once the server has taken the mail."""
        turn = await self._lanes.enter()
        self._working += 1
        try:
            if not await self._sent_over_a_kept_connection(envelope):
                await self._send_over(await self._opened(), envelope)
        finally:
            self._working -= 1
            self._wake_all_if_none_works()
            turn.end()

    async def close(self) -> None:
        """Call it when nothing is being sent."""
        while self._idle:
            self._close_in_background(self._take_idle())
        await asyncio.gather(*self._closing)

    async def _sent_over_a_kept_connection(self, envelope: Envelope) -> bool:
        """False if there is none, or the server has closed it meanwhile."""
        if not self._idle:
            return False
        try:
            await self._send_over(self._take_idle(), envelope)
        except (Refused, Broken) as failure:
            if not _is_stale(failure):
                raise
            return False
        return True

    async def _send_over(self, connection: SmtpConnection, envelope: Envelope) -> None:
        try:
            await connection.send(envelope)
        finally:
            self._give_back(connection)

    async def _opened(self) -> SmtpConnection:
        """A new connection.

        If the server refuses another one while some work, the next that becomes free.
        """
        connection = self._new_connection()
        try:
            await connection.open()
        except (Refused, Broken):
            free = await self._next_free()
            if free is None:
                raise
            return free
        return connection

    async def _next_free(self) -> SmtpConnection | None:
        """None if no mail has a connection, or none becomes free within `patience` seconds."""
        if self._idle:
            return self._take_idle()
        free: asyncio.Future[SmtpConnection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(free)
        self._working -= 1
        self._wake_all_if_none_works()
        try:
            await asyncio.wait([free], timeout=self._patience)
        finally:
            if not free.done():
                free.cancel()
                self._working += 1
        return None if free.cancelled() else free.result()

    def _wake_all_if_none_works(self) -> None:
        if not self._working:
            while self._hand_over(None):
                pass

    def _hand_over(self, connection: SmtpConnection | None) -> bool:
        """Gives it to the first waiting mail. False if none waits."""
        while self._waiting:
            free = self._waiting.popleft()
            if not free.done():
                self._working += 1
                free.set_result(connection)
                return True
        return False

    def _give_back(self, connection: SmtpConnection) -> None:
        if not connection.is_open:
            return
        if connection.mails >= MAILS_A_CONNECTION:
            self._close_in_background(connection)
        elif not self._hand_over(connection):
            loop = asyncio.get_running_loop()
            self._idle[connection] = loop.call_later(_IDLE_SECONDS, self._end_idleness, connection)

    def _take_idle(self) -> SmtpConnection:
        connection, timer = self._idle.popitem()
        timer.cancel()
        return connection

    def _end_idleness(self, connection: SmtpConnection) -> None:
        del self._idle[connection]
        self._close_in_background(connection)

    def _close_in_background(self, connection: SmtpConnection) -> None:
        task = asyncio.create_task(connection.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _is_stale(failure: Refused | Broken) -> bool:
    """Whether a kept connection was closed, or out of step, before the mail began."""
    if failure.stage is Stage.SENDER:
        return True
    return isinstance(failure, Broken) and failure.stage < Stage.END and not failure.timed_out
