"""What may go wrong with a question to booking, as three exceptions."""

import logging

import grpc

from cinema.retry import brief

log = logging.getLogger(__name__)


class BookingDown(Exception):
    """No answer in time, or a part that booking needs is away: whether the request was carried out is unknown."""


class Malformed(Exception):
    """Booking says that the request itself is wrong: an unknown session or seat, for example."""


class NotFound(Exception):
    """There is no such order."""


_EXPECTED = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}


def fault_of(status: grpc.StatusCode, details: str | None) -> BookingDown | Malformed | NotFound:
    if status is grpc.StatusCode.INVALID_ARGUMENT:
        return Malformed(details)
    if status is grpc.StatusCode.NOT_FOUND:
        return NotFound(details)
    if status not in _EXPECTED:
        log.warning("booking answered %s: %s", status.name, brief(Exception(details)))
    return BookingDown(f"{status.name}: {details}")
