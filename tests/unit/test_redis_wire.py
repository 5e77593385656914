"""A wire: what it writes when, and which reply is whose."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from redis.exceptions import ReadOnlyError

from cinema.redis_scripts.wire import Call, Unanswered, Wire


class Transport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.protocol: Any = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def abort(self) -> None:
        self.protocol.connection_lost(None)


class Line:
    """A wire of a test's own, and who was let down by it."""

    def __init__(self) -> None:
        self.transport = Transport()
        self.left: list[Wire] = []
        writer = cast(asyncio.StreamWriter, SimpleNamespace(transport=self.transport))
        self.wire = Wire(writer, self.left.append)

    def call(
        self, *packed: str, seconds: float = 30, unheard: int = 0
    ) -> "list[asyncio.Future[Any]]":
        """All in one write."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        calls = [Call(one.encode(), loop.create_future(), deadline, unheard) for one in packed]
        self.wire.write(calls)
        return [call.reply for call in calls]


async def test_calls_of_one_turn_are_one_write_and_replies_come_in_order() -> None:
    line = Line()
    first, second = line.call("a", "b")
    (third,) = line.call("c")
    assert line.transport.written == [b"ab", b"c"]
    for part in (b":1\r\n$5\r\nol", b"\xc3\xa1!\r\n*2\r\n:3\r\n", b":4\r\n"):
        line.wire.data_received(part)
    assert [await reply for reply in (first, second, third)] == [1, "olá!", [3, 4]]


async def test_a_reply_that_is_not_waited_for_is_dropped() -> None:
    line = Line()
    first, second, third = line.call("a", "b", "c", unheard=1)
    second.cancel()
    line.wire.data_received(b"+OK\r\n:1\r\n+OK\r\n:2\r\n+OK\r\n:3\r\n")
    assert (await first, await third) == (1, 3)


async def test_what_was_given_up_before_it_was_sent_is_not_sent() -> None:
    line, loop = Line(), asyncio.get_running_loop()
    calls = [Call(packed, loop.create_future(), 0) for packed in (b"a", b"b")]
    calls[0].reply.cancel()
    line.wire.write(calls)
    assert line.transport.written == [b"b"]


async def test_a_push_is_nobodys_reply() -> None:
    line = Line()
    (reply,) = line.call("a")
    line.wire.data_received(b">2\r\n+invalidate\r\n_\r\n:1\r\n")
    assert await reply == 1


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400\r\n", b"$1\r\n\xff\r\n", b":1\r\n:2\r\n:3\r\n"])
async def test_an_answer_that_cannot_be_right_ends_the_connection(answer: bytes) -> None:
    line = Line()
    replies = line.call("a", "b")
    line.wire.data_received(answer)
    assert line.left == [line.wire]
    found = await asyncio.gather(*replies, return_exceptions=True)
    assert all(isinstance(one, Unanswered) or one in (1, 2) for one in found)
    assert line.wire.ended.is_set()


async def test_a_missed_deadline_ends_the_connection_with_the_last_of_its_calls() -> None:
    line = Line()
    (late,) = line.call("a", seconds=0.05)
    (patient,) = line.call("b", seconds=0.2)
    with pytest.raises(TimeoutError):
        await late
    assert line.left == [line.wire]
    assert not line.wire.ended.is_set()
    line.wire.data_received(b":1\r\n:2\r\n")
    assert await patient == 2


async def test_a_wire_with_nothing_but_late_calls_ends() -> None:
    line = Line()
    found = await asyncio.gather(*line.call("a", "b", seconds=0.05), return_exceptions=True)
    assert all(isinstance(one, TimeoutError) for one in found)
    assert line.wire.ended.is_set()


async def test_a_replica_is_left_but_what_was_asked_of_it_is_answered() -> None:
    line = Line()
    first, second = line.call("a", "b")
    line.wire.data_received(b"-READONLY You can't write against a read only replica.\r\n")
    assert line.left == [line.wire]
    line.wire.data_received(b":2\r\n")
    assert await second == 2
    with pytest.raises(ReadOnlyError):
        await first
