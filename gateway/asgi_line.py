"""A line over plain ASGI, for servers other than ours, such as `uvicorn websocket_server:app`.

Our own server hands its transport over instead (gateway.line), which costs a fraction of the CPU.
"""

import asyncio
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from gateway import line
from gateway.endings import TOO_SLOW, Ending
from gateway.line import Receiver
from gateway.rfc6455 import payload_of

LAST_FRAME_SECONDS = 1.0


class AsgiLine:
    """Sends one frame at a time, and is not writable meanwhile."""

    def __init__(self, socket: WebSocket) -> None:
        self.is_writable = True
        self._is_closed = False
        self._socket = socket
        # A frame, or what ends the line: an Ending, or None if the browser has gone.
        self._outgoing: asyncio.Queue[bytes | Ending | None] = asyncio.Queue()

    async def serve(self, receiver: Receiver) -> None:
        """Returns when either side has closed the socket."""
        ending: Ending | None = None
        try:
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(self._read(receiver))
                ending = await self._write(receiver)
                reading.cancel()
        finally:
            self.is_writable = False
            receiver.closed()
        if ending is not None:
            await self._send_last_frame_and_close(ending)

    def write(self, frame: bytes) -> None:
        self.is_writable = False
        self._outgoing.put_nowait(frame)

    def close(self, ending: Ending) -> None:
        """After the frame that is being sent. Only the first call counts."""
        if not self._is_closed:
            self._is_closed = True
            self.is_writable = False
            self._outgoing.put_nowait(ending)

    async def _read(self, receiver: Receiver) -> None:
        while (message := await self._socket.receive())["type"] == "websocket.receive":
            text: str | None = message.get("text")
            if not self._is_closed:
                receiver.receive(message["bytes"] if text is None else text)
        self._outgoing.put_nowait(None)

    async def _write(self, receiver: Receiver) -> Ending | None:
        while isinstance(frame := await self._outgoing.get(), bytes):
            try:
                async with asyncio.timeout(line.STALL_SECONDS):
                    await self._socket.send_text(payload_of(frame).decode())
            except TimeoutError:
                return TOO_SLOW
            except WebSocketDisconnect:
                return None
            if self._outgoing.empty():
                self.is_writable = True
                receiver.writable()
        return frame

    async def _send_last_frame_and_close(self, ending: Ending) -> None:
        with suppress(WebSocketDisconnect, WebSocketDisconnected):
            if ending.last_frame is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LAST_FRAME_SECONDS):
                        await self._socket.send_text(payload_of(ending.last_frame).decode())
            await self._socket.close(ending.code, ending.reason)
