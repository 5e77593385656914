"""The server's boundary: each kind of fault becomes one gRPC status, and every call has a
deadline."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

import grpc
from google.protobuf.message import DecodeError

from booking.feed import FeedLost
from booking.orders import MalformedCursor
from booking.programme.file import ProgrammeNotCheckedError
from booking.requests import InvalidRequest
from booking.transitions import SalesPaused
from booking.watch_limit import TooManyWatchers
from cinema.deadlines import Deadline, Deadlines
from cinema.keys import MalformedOrderId
from cinema.logs import WAITS, RepeatFilter
from cinema.redis_connection import REDIS_ERRORS
from cinema.retry import brief

log = logging.getLogger(__name__)
_refusals = RepeatFilter()

Context = grpc.aio.ServicerContext[Any, Any]
Parse = Callable[[bytes], Any]
if TYPE_CHECKING:  # a generic for checkers only
    Handler = grpc.RpcMethodHandler[Any, Any]


# Our error arrives before the caller's own deadline.
OF_THE_CALLERS_TIME = 0.9


class UnknownOrder(Exception):
    """There is no order with this id."""


class TooManyStreams(Exception):
    """More streams of batches are open than a server takes."""


_UNAVAILABLE = "A central de reservas está sem resposta agora. Tente de novo em instantes."
_UNREADABLE = "A mensagem não pôde ser lida: cinema.proto descreve o que vale."
_PAUSED = "As vendas estão pausadas. Voltam assim que o problema for resolvido."
_FAULTS: tuple[tuple[tuple[type[Exception], ...], grpc.StatusCode, str], ...] = (
    ((InvalidRequest,), grpc.StatusCode.INVALID_ARGUMENT, ""),
    ((DecodeError,), grpc.StatusCode.INVALID_ARGUMENT, _UNREADABLE),
    ((MalformedCursor,), grpc.StatusCode.INVALID_ARGUMENT, "cursor: use o da página anterior."),
    ((UnknownOrder, MalformedOrderId), grpc.StatusCode.NOT_FOUND, "Pedido não encontrado."),
    ((TooManyWatchers,), grpc.StatusCode.RESOURCE_EXHAUSTED, "Acompanhamentos demais."),
    ((TooManyStreams,), grpc.StatusCode.RESOURCE_EXHAUSTED, "Lotes demais."),
    ((SalesPaused,), grpc.StatusCode.UNAVAILABLE, _PAUSED),
    (
        (FeedLost, ProgrammeNotCheckedError, *REDIS_ERRORS),
        grpc.StatusCode.UNAVAILABLE,
        _UNAVAILABLE,
    ),
)


class GuardedServer:
    """Takes a server's place where a servicer is added, and wraps each method once: faster than an
    interceptor at every call.

    Faults become statuses. An unexpected fault is logged here, and is INTERNAL without its text
    outside.
    """

    def __init__(self, server: grpc.aio.Server, deadline_seconds: float) -> None:
        self._server = server
        self._deadlines = Deadlines(deadline_seconds)

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        """The following call registers the same methods."""

    def add_registered_method_handlers(self, service: str, methods: "dict[str, Handler]") -> None:
        guarded = {name: self._guarded(method) for name, method in methods.items()}
        handler = grpc.method_handlers_generic_handler(service, guarded)
        self._server.add_generic_rpc_handlers((handler,))

    def _guarded(self, method: "Handler") -> "Handler":
        """Parses the request itself: gRPC would answer unreadable bytes with the parser's own
        words."""
        parse = cast(Parse, method.request_deserializer)
        if method.request_streaming:
            both = _guarded_both(method.stream_stream, parse)
            return grpc.stream_stream_rpc_method_handler(both, None, method.response_serializer)
        if method.response_streaming:
            stream = _guarded_stream(method.unary_stream, parse)
            return grpc.unary_stream_rpc_method_handler(stream, None, method.response_serializer)
        call = _guarded_call(method.unary_unary, parse, self._deadlines)
        return grpc.unary_unary_rpc_method_handler(call, None, method.response_serializer)


def _guarded_call(
    method: Any, parse: Parse, deadlines: Deadlines
) -> Callable[[bytes, Context], Awaitable[Any]]:
    async def call(data: bytes, context: Context) -> Any:
        try:
            left = context.time_remaining()
            return await within_deadline(deadlines, left, method, parse(data), context)
        except Exception as fault:  # noqa: BLE001 - the boundary of a call: mapped, logged, raised
            await _abort(context, fault)

    return call


async def within_deadline(
    deadlines: Deadlines, left: float | None, method: Any, request: Any, context: Context
) -> Any:
    """The method's answer. `left`: the caller's remaining seconds, if it has a deadline."""
    if left is None or left * OF_THE_CALLERS_TIME >= deadlines.seconds:
        with Deadline(deadlines):
            return await method(request, context)
    async with asyncio.timeout(left * OF_THE_CALLERS_TIME):
        return await method(request, context)


def _guarded_stream(method: Any, parse: Parse) -> Callable[[bytes, Context], AsyncIterator[Any]]:
    async def call(data: bytes, context: Context) -> AsyncIterator[Any]:
        try:
            # aclosing: an abandoned watch must not wait for the garbage collector.
            async with aclosing(method(parse(data), context)) as messages:
                async for message in messages:
                    yield message
        except Exception as fault:  # noqa: BLE001 - the boundary of a call: mapped, logged, raised
            await _abort(context, fault)

    return call


def _guarded_both(
    method: Any, parse: Parse
) -> Callable[[AsyncIterable[bytes], Context], Awaitable[None]]:
    """Bidirectional streams. The stream has no deadline; each of its requests has one."""

    async def call(_: AsyncIterable[bytes], context: Context) -> None:
        try:
            async with aclosing(_messages(context, parse)) as messages:
                await method(messages, context)
        except Exception as fault:  # noqa: BLE001 - the boundary of a call: mapped, logged, raised
            await _abort(context, fault)

    return call


async def _messages(context: Context, parse: Parse) -> AsyncGenerator[Any]:
    """Ends with the caller's side. gRPC's own iterator complains if it is not read to its end."""
    while (data := await context.read()) is not grpc.aio.EOF:
        yield parse(data)


def _say_refused(reason: str) -> None:
    """Logs a reason once for all calls: while Redis is away many a second fail for it."""
    if _refusals.passes(reason):
        log.warning("refused for now: %s", reason, extra=WAITS)


def status_of(fault: Exception) -> tuple[grpc.StatusCode, str]:
    """The caller's answer. Logs what an operator should know."""
    for kinds, status, text in _FAULTS:
        if isinstance(fault, kinds):
            if status is grpc.StatusCode.UNAVAILABLE:
                _say_refused(brief(fault))
            return status, text or str(fault)
    log.error("a call failed", exc_info=fault)
    return grpc.StatusCode.INTERNAL, "Erro interno."


async def _abort(context: Context, fault: Exception) -> None:
    await context.abort(*status_of(fault))
