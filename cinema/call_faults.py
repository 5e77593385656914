"""The meaning of a failed call's gRPC status."""

from enum import Enum, auto

import grpc


class CallFault(Enum):
    DOWN = auto()  # no answer, or a part that booking needs is away: the outcome is unknown
    MALFORMED = auto()  # the request is wrong, such as an unknown session or seat
    NOT_FOUND = auto()  # no such order
    OUTDATED = auto()  # the server's version does not have this call
    UNEXPECTED = auto()


_BY_STATUS = {
    grpc.StatusCode.UNAVAILABLE: CallFault.DOWN,
    grpc.StatusCode.DEADLINE_EXCEEDED: CallFault.DOWN,
    grpc.StatusCode.RESOURCE_EXHAUSTED: CallFault.DOWN,
    grpc.StatusCode.CANCELLED: CallFault.DOWN,  # by the server, when it stops or has too many calls
    grpc.StatusCode.INVALID_ARGUMENT: CallFault.MALFORMED,
    grpc.StatusCode.NOT_FOUND: CallFault.NOT_FOUND,
    grpc.StatusCode.UNIMPLEMENTED: CallFault.OUTDATED,
}


def call_fault(status: grpc.StatusCode) -> CallFault:
    return _BY_STATUS.get(status, CallFault.UNEXPECTED)
