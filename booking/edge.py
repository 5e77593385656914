"""The edge of the server: each kind of fault becomes one status, and no call waits for ever."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.message import DecodeError

from booking.feed import FeedLost
from booking.orders import MalformedCursor
from booking.requests import InvalidRequest
from booking.watch_limit import TooManyWatchers
from cinema.keys import MalformedOrderId
from cinema.programme_file import ProgrammeNotCheckedError
from cinema.redis_connection import REDIS_ERRORS
from cinema.retry import WAITS, News, brief
from seat_state_service import SalesPaused

log = logging.getLogger(__name__)
_refusals = News()

Context = grpc.aio.ServicerContext[Any, Any]
if TYPE_CHECKING:  # a generic for checkers only
    Handler = grpc.RpcMethodHandler[Any, Any]


class UnknownOrder(Exception):
    """There is no order with this id."""


_UNAVAILABLE = "A central de reservas está sem resposta agora. Tente de novo em instantes."
_PAUSED = "As vendas estão pausadas. Voltam assim que o problema for resolvido."
_FAULTS: tuple[tuple[tuple[type[Exception], ...], grpc.StatusCode, str], ...] = (
    ((InvalidRequest,), grpc.StatusCode.INVALID_ARGUMENT, ""),
    ((MalformedCursor,), grpc.StatusCode.INVALID_ARGUMENT, "cursor: use o da página anterior."),
    ((UnknownOrder, MalformedOrderId), grpc.StatusCode.NOT_FOUND, "Pedido não encontrado."),
    ((TooManyWatchers,), grpc.StatusCode.RESOURCE_EXHAUSTED, "Acompanhamentos demais."),
    ((SalesPaused,), grpc.StatusCode.UNAVAILABLE, _PAUSED),
    (
        (FeedLost, ProgrammeNotCheckedError, *REDIS_ERRORS),
        grpc.StatusCode.UNAVAILABLE,
        _UNAVAILABLE,
    ),
)


class FaultInterceptor(grpc.aio.ServerInterceptor):
    """Maps faults to statuses. Anything unforeseen is logged here and INTERNAL, without its text, outside."""

    def __init__(self, deadline_seconds: float) -> None:
        self._deadline = deadline_seconds

    async def intercept_service(
        self,
        continuation: "Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]",
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler | None":
        handler = await continuation(handler_call_details)
        # The health service speaks for itself.
        if handler is None or not handler_call_details.method.startswith("/cinema."):
            return handler
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._stream(handler.unary_stream),
                _readable(handler.request_deserializer),
                handler.response_serializer,
            )
        return grpc.unary_unary_rpc_method_handler(
            self._unary(handler.unary_unary),
            _readable(handler.request_deserializer),
            handler.response_serializer,
        )

    def _unary(self, method: Any) -> Callable[[Any, Context], Awaitable[Any]]:
        async def call(request: Any, context: Context) -> Any:
            try:
                async with asyncio.timeout(self._patience(context)):
                    return await method(_read(request), context)
            except Exception as fault:  # noqa: BLE001 - the boundary of a call: mapped, logged, raised
                await _abort(context, fault)

        return call

    def _stream(self, method: Any) -> Callable[[Any, Context], AsyncIterator[Any]]:
        async def call(request: Any, context: Context) -> AsyncIterator[Any]:
            try:
                # Closed by name: an abandoned watch must not wait for the garbage collector.
                async with aclosing(method(_read(request), context)) as messages:
                    async for message in messages:
                        yield message
            except Exception as fault:  # noqa: BLE001 - the boundary of a call: mapped, logged, raised
                await _abort(context, fault)

        return call

    def _patience(self, context: Context) -> float:
        """Seconds that a call may take: a caller in a hurry still hears why it was refused."""
        left = context.time_remaining()
        return self._deadline if left is None else min(self._deadline, left * 0.9)


def _readable(deserialise: Any) -> Callable[[bytes], Any]:
    """Bytes that are no such message become None: gRPC itself would answer with the parser's own words."""

    def read(data: bytes) -> Any:
        try:
            return deserialise(data)
        except DecodeError:
            return None

    return read


def _read(request: Any) -> Any:
    if request is None:
        raise InvalidRequest("A mensagem não pôde ser lida: cinema.proto descreve o que vale.")
    return request


def _say_refused(reason: str) -> None:
    """Once for all calls that are refused for the same reason: while Redis is away that is many a second."""
    if _refusals.is_new(reason):
        log.warning("refused for now: %s", reason, extra=WAITS)


async def _abort(context: Context, fault: Exception) -> None:
    for kinds, status, text in _FAULTS:
        if isinstance(fault, kinds):
            if status is grpc.StatusCode.UNAVAILABLE:
                _say_refused(brief(fault))
            await context.abort(status, text or str(fault))
    log.error("a call failed", exc_info=fault)
    await context.abort(grpc.StatusCode.INTERNAL, "Erro interno.")
