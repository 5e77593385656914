"""The hubs of all sessions that somebody watches, each with one stream from booking."""

import asyncio

from gateway.booking_client import BookingClient
from gateway.fan_out import FanOut
from gateway.hub import Hub
from gateway.send_queue import SendQueue

LINGER_SECONDS = 10.0  # a reloaded page finds the stream still open


class Hubs:
    """Opens a hub for a session's first page and closes it `linger` seconds after the last page has
    gone.

    The streams run in `group`: an unexpected error in one ends the process, instead of leaving its
    pages without changes. `rest` is the pause between two fan-outs of a session, in seconds.
    """

    def __init__(
        self,
        group: asyncio.TaskGroup,
        booking: BookingClient,
        rest: float,
        linger: float = LINGER_SECONDS,
    ) -> None:
        self._group = group
        self._booking = booking
        self._rest = rest
        self._turns = asyncio.Lock()
        self._linger = linger
        self._open: dict[str, Hub] = {}
        self._tasks: dict[Hub, asyncio.Task[None]] = {}

    def of(self, session_id: str) -> Hub:
        """The session's hub, opened if need be.

        Who adds a queue to it must take it out with `leave`.
        """
        hub = self._open.get(session_id)
        if hub is None:
            fan_out = FanOut(self._turns, self._rest)
            hub = self._open[session_id] = Hub(session_id, self._booking, fan_out)
            self._tasks[hub] = self._group.create_task(self._follow(hub))
        return hub

    def leave(self, hub: Hub, queue: SendQueue) -> None:
        hub.remove(queue)
        if hub.is_empty:
            asyncio.get_running_loop().call_later(self._linger, self._close_if_empty, hub)

    def close(self) -> None:
        """Ends every stream."""
        for task in self._tasks.values():
            task.cancel()

    async def _follow(self, hub: Hub) -> None:
        try:
            await hub.follow()
        finally:
            self._forget(hub)

    def _close_if_empty(self, hub: Hub) -> None:
        if hub.is_empty and hub in self._tasks:
            self._tasks[hub].cancel()
            self._forget(hub)  # at once: no page may join a hub that is closing

    def _forget(self, hub: Hub) -> None:
        if self._tasks.pop(hub, None) is not None:
            del self._open[hub.session_id]
