"""The faults of a call to booking, as three exceptions."""

import logging

import grpc

from cinema.call_faults import CallFault, call_fault
from cinema.retry import brief

log = logging.getLogger(__name__)


class BookingDown(Exception):
    """No answer in time, or a part that booking needs is away: the outcome is unknown."""


class Malformed(Exception):
    """The request itself is wrong: an unknown session or seat, for example."""


class NotFound(Exception):
    """There is no such order."""


def fault_of(status: grpc.StatusCode, details: str | None) -> BookingDown | Malformed | NotFound:
    fault = call_fault(status)
    if fault is CallFault.MALFORMED:
        return Malformed(details)
    if fault is CallFault.NOT_FOUND:
        return NotFound(details)
    if fault is not CallFault.DOWN:
        log.warning("booking answered %s: %s", status.name, brief(Exception(details)))
    return BookingDown(f"{status.name}: {details}")
