"""Booking's requests about seats, each a call of its own; the gateway's builder makes the
messages."""

from typing import Any, TypeVar

import cinema_pb2 as pb
from gateway.seat_requests import METHODS, Kind, SeatRequest, SeatRequests

Answer = TypeVar("Answer", covariant=True)


class SeatCalls(SeatRequests[Answer]):
    """`Answer` is what the stub's methods return: a ReservaResponse, or an awaitable of one.

    `options` are those of each call, such as a timeout. `fields` of the contract are set beside
    what the builder sets: values that no gateway sends.
    """

    def __init__(self, stub: Any, fields: dict[str, Any] | None = None, **options: Any) -> None:
        self._stub = stub
        self._fields = fields or {}
        self._options = options

    def _send(self, kind: Kind, request: SeatRequest) -> Answer:
        if isinstance(request, pb.ReservaRequest):
            request.MergeFrom(pb.ReservaRequest(**self._fields))
        answer: Answer = getattr(self._stub, METHODS[kind])(request, **self._options)
        return answer
