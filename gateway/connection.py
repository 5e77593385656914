"""One browser's socket: a reader, a worker that performs one request after the other, and a writer.

They share nothing but the outbox and the queue of requests, both bounded. Every ending
passes through the outbox, and so the writer is the one that ends the connection.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from gateway.actions import Actions, busy_reply, fault_reply
from gateway.endings import FAULT, FLOOD, GONE, RESTART, TOO_SLOW, Ending
from gateway.limits import Address, TokenBucket
from gateway.messages import Action, Faulty, Resync, parse
from gateway.outbox import Outbox

log = logging.getLogger(__name__)

MOST_WAITING_REQUESTS = 16
SEND_SECONDS = 10.0  # how long one frame may wait for its browser
LAST_FRAME_SECONDS = 1.0


@dataclass(frozen=True)
class Allowance:
    """What the socket by itself, and all sockets of its address together, may send."""

    own: TokenBucket
    address: Address


class Connection:
    """Serves one accepted socket until it ends."""

    def __init__(
        self, socket: WebSocket, outbox: Outbox, actions: Actions, allowance: Allowance
    ) -> None:
        self._socket = socket
        self._outbox = outbox
        self._actions = actions
        self._allowance = allowance
        self._requests: asyncio.Queue[Action | None] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Returns when the socket is closed, whoever closed it, and what had arrived on it is performed.

        A bug is logged, and closes it with 1011.
        """
        try:
            await self._serve()
        except Exception:  # the boundary of the task: one broken socket must not end the others
            log.exception("a socket's task died")
            await close(self._socket, FAULT)
        self._ended.set()

    async def finish(self, seconds: float) -> None:
        """Performs the requests that have arrived, sends their replies, and closes with 1012; waits for all that.

        What takes longer than `seconds` is given up.
        """
        self._requests.put_nowait(None)
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            if self._worker is not None:
                self._worker.cancel()

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(self._read())
            self._worker = group.create_task(self._work())
            ending = await self._write()
            reader.cancel()
            await close(self._socket, ending)
            # What has arrived is still performed: who gives a seat back and closes the tab has given it back.
            self._requests.put_nowait(None)

    async def _read(self) -> None:
        while (frame := await _receive(self._socket)) is not None:
            if not self._allowance.own.take():
                self._outbox.end(FLOOD)
                return
            self._take(frame)
        self._outbox.end(GONE)

    def _take(self, frame: str | bytes) -> None:
        message = parse(frame)
        if not self._allowance.address.requests.take():
            self._outbox.put_reply(busy_reply(message))
        elif isinstance(message, Faulty):
            self._outbox.put_reply(fault_reply(message))
        elif isinstance(message, Resync):
            self._outbox.resync()
        elif self._requests.qsize() >= MOST_WAITING_REQUESTS:
            self._outbox.put_reply(busy_reply(message))
        else:
            self._requests.put_nowait(message)

    async def _work(self) -> None:
        while (action := await self._requests.get()) is not None:
            self._outbox.put_reply(await self._actions.perform(action))
        self._outbox.end_after_all(RESTART)

    async def _write(self) -> Ending:
        while not isinstance(frame := await self._outbox.next(), Ending):
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await self._socket.send_text(frame)
            except TimeoutError:
                return TOO_SLOW
            except WebSocketDisconnect:
                return GONE
        return frame


async def close(socket: WebSocket, ending: Ending) -> None:
    """Sends what the ending says and closes, waiting at most a second for the browser; nothing if it has gone."""
    with suppress(WebSocketDisconnect, WebSocketDisconnected):
        if ending.last_frame is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_FRAME_SECONDS):
                    await socket.send_text(ending.last_frame)
        await socket.close(ending.code, ending.reason)


async def _receive(socket: WebSocket) -> str | bytes | None:
    """The next message; None when the socket is closed."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        return None
    text: str | None = message.get("text")
    if text is not None:
        return text
    data: bytes = message["bytes"]
    return data
