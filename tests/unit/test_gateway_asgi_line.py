"""A WebSocket under another server than ours: the same frames in the same order, the same
endings."""

import asyncio
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from gateway import line
from gateway.asgi_line import AsgiLine
from gateway.endings import FLOOD, TOO_SLOW
from gateway.rfc6455 import Opcode, frame, payload_of
from tests.support.waiting import eventually


class FakeSocket:
    """A browser that reads frames while `reads` is set."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self.sent: list[str] = []
        self.closed: tuple[int, str] | None = None
        self.has_gone = False

    async def receive(self) -> dict[str, Any]:
        return await self.incoming.get()

    async def send_text(self, text: str) -> None:
        await self.reads.wait()
        if self.has_gone:
            raise WebSocketDisconnect
        self.sent.append(text)

    async def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)


class FakeReceiver:
    def __init__(self) -> None:
        self.received: list[str | bytes] = []
        self.writable_again = 0
        self.endings = 0

    def receive(self, message: str | bytes) -> None:
        self.received.append(message)

    def writable(self) -> None:
        self.writable_again += 1

    def stalled(self) -> None:
        pass

    def closed(self) -> None:
        self.endings += 1


@pytest.fixture
def socket() -> FakeSocket:
    return FakeSocket()


@pytest.fixture
def receiver() -> FakeReceiver:
    return FakeReceiver()


@pytest.fixture
async def asgi_line(socket: FakeSocket) -> AsgiLine:
    return AsgiLine(socket)  # type: ignore[arg-type]


def framed(text: str) -> bytes:
    return frame(Opcode.TEXT, text.encode())


async def test_messages_arrive_and_a_disconnect_ends_the_line(
    asgi_line: AsgiLine, socket: FakeSocket, receiver: FakeReceiver
) -> None:
    socket.incoming.put_nowait({"type": "websocket.receive", "text": "olá"})
    socket.incoming.put_nowait({"type": "websocket.receive", "bytes": b"\0"})
    socket.incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(asgi_line.serve(receiver), 5)
    assert receiver.received == ["olá", b"\0"]
    assert receiver.endings == 1
    assert socket.closed is None
    assert not asgi_line.is_writable


async def test_the_line_sends_one_frame_at_a_time(
    asgi_line: AsgiLine, socket: FakeSocket, receiver: FakeReceiver
) -> None:
    serving = asyncio.create_task(asgi_line.serve(receiver))
    asgi_line.write(framed("one"))
    assert not asgi_line.is_writable
    await eventually(lambda: receiver.writable_again == 1)
    asgi_line.write(framed("two"))
    asgi_line.close(FLOOD)
    await asyncio.wait_for(serving, 5)
    assert FLOOD.last_frame is not None
    assert socket.sent == ["one", "two", payload_of(FLOOD.last_frame).decode()]
    assert socket.closed == (FLOOD.code, FLOOD.reason)
    assert receiver.endings == 1


async def test_frames_after_the_end_are_dropped(
    asgi_line: AsgiLine, socket: FakeSocket, receiver: FakeReceiver
) -> None:
    socket.reads.clear()
    asgi_line.write(framed("under way"))
    asgi_line.close(FLOOD)
    asgi_line.close(TOO_SLOW)
    serving = asyncio.create_task(asgi_line.serve(receiver))
    for _ in range(3):
        socket.incoming.put_nowait({"type": "websocket.receive", "text": "more"})
    await eventually(socket.incoming.empty)
    socket.reads.set()
    await asyncio.wait_for(serving, 5)
    assert receiver.received == []
    assert socket.closed == (FLOOD.code, FLOOD.reason)


async def test_a_browser_that_does_not_read_is_closed_with_1013(
    asgi_line: AsgiLine,
    socket: FakeSocket,
    receiver: FakeReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "STALL_SECONDS", 0.05)
    socket.reads.clear()
    asgi_line.write(framed("one"))
    await asyncio.wait_for(asgi_line.serve(receiver), 5)
    assert socket.closed == (TOO_SLOW.code, TOO_SLOW.reason)
    assert receiver.endings == 1


async def test_a_disconnect_during_a_frame_ends_the_line(
    asgi_line: AsgiLine, socket: FakeSocket, receiver: FakeReceiver
) -> None:
    socket.has_gone = True
    asgi_line.write(framed("one"))
    await asyncio.wait_for(asgi_line.serve(receiver), 5)
    assert socket.closed is None
    assert receiver.endings == 1
