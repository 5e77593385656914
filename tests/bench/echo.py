"""The limit of a call: a bare grpc.aio server that parses a hold and answers it, and does nothing
else.

`python -m tests.bench.echo PORT` serves it on uvloop until it is killed.
"""

import asyncio
import sys
from typing import Any

import grpc
import uvloop

import cinema_pb2 as pb
from deploy.ports import LOOPBACK
from tests.bench.handlers import handlers

_TOKEN = "0123456789abcdef0123456789abcdef"
_HOLD_MS = 300_000


async def hold(
    request: pb.ReservaRequest, context: grpc.aio.ServicerContext[Any, Any]
) -> pb.ReservaResponse:
    """An answer as long as booking's."""
    return pb.ReservaResponse(
        sucesso=True,
        mensagem="Poltrona reservada.",
        reserva_token=_TOKEN,
        assentos=[request.assento.assento_num],
        restante_ms=_HOLD_MS,
    )


async def serve(port: int) -> None:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((handlers(ReservarAssento=hold),))
    server.add_insecure_port(f"{LOOPBACK}:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1])))
