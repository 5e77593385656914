"""The calls of cinema.proto that a yardstick answers."""

from collections.abc import Callable
from typing import Any

import grpc

import cinema_pb2 as pb


def handlers(**methods: Callable[..., Any]) -> grpc.GenericRpcHandler:
    """Each from a ReservaRequest to a ReservaResponse, by its name in the contract."""
    return grpc.method_handlers_generic_handler(
        "cinema.Reserva",
        {
            name: grpc.unary_unary_rpc_method_handler(
                method,
                request_deserializer=pb.ReservaRequest.FromString,
                response_serializer=pb.ReservaResponse.SerializeToString,
            )
            for name, method in methods.items()
        },
    )
