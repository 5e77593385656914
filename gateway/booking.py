"""Calls to the booking service: each with a deadline, each fault mapped once to one of three exceptions."""

import logging
from collections.abc import AsyncGenerator
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from grpc.aio import AioRpcError, UnaryUnaryMultiCallable

from cinema.retry import brief
from cinema_pb2 import EventoSessao, SessaoRequest
from cinema_pb2_grpc import ReservaStub

log = logging.getLogger(__name__)

Request = TypeVar("Request", bound=Message)
Answer = TypeVar("Answer", bound=Message)


class BookingDown(Exception):
    """No answer in time, or a part that booking needs is away: whether the request was carried out is unknown."""


class Malformed(Exception):
    """Booking says that the request itself is wrong: an unknown session or seat, for example."""


class NotFound(Exception):
    """There is no such order."""


class Booking:
    """The booking service, as the gateway sees it. `deadline` in seconds holds for each single call."""

    def __init__(self, channel: grpc.aio.Channel, deadline: float) -> None:
        self.stub = ReservaStub(channel)
        self._deadline = deadline

    async def call(
        self,
        method: UnaryUnaryMultiCallable[Request, Answer],
        request: Request,
        deadline: float | None = None,
    ) -> Answer:
        """One answer, within the deadline, or a nearer one. Raises BookingDown, Malformed or NotFound.

        A booking service that is just being restarted is waited for, as long as the deadline lets us.
        """
        try:
            return await method(request, timeout=deadline or self._deadline, wait_for_ready=True)
        except AioRpcError as error:
            raise _fault(error) from error

    async def follow(self, session_id: str) -> AsyncGenerator[EventoSessao]:
        """A snapshot, then every change, for ever. Raises BookingDown, also at the stream's end, or Malformed.

        Close it (contextlib.aclosing): an abandoned stream would go on at the server.
        """
        stream = self.stub.AcompanharSessao(
            SessaoRequest(sessao_id=session_id), wait_for_ready=True
        )
        try:
            async for event in stream:
                yield event
        except AioRpcError as error:
            raise _fault(error) from error
        finally:
            stream.cancel()
        raise BookingDown("booking ended the stream")


_EXPECTED = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}


def _fault(error: AioRpcError) -> BookingDown | Malformed | NotFound:
    if error.code() is grpc.StatusCode.INVALID_ARGUMENT:
        return Malformed(error.details())
    if error.code() is grpc.StatusCode.NOT_FOUND:
        return NotFound(error.details())
    if error.code() not in _EXPECTED:
        log.warning("booking answered %s: %s", error.code().name, brief(Exception(error.details())))
    return BookingDown(f"{error.code().name}: {error.details()}")
