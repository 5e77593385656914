"""The naive booking server, as a yardstick: a pool of threads, and one call of redis-py for a hold.

Written by us in the design that this project replaces, for cinema.proto's two original calls. It
promises little: a sale is two calls to Redis with a gap between them, nobody sees a change, and no
order is kept.

`python -m tests.bench.baseline_booking PORT REDIS_URL` serves it until it is killed.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from redis import Redis

import cinema_pb2 as pb
from deploy.ports import LOOPBACK
from tests.bench.handlers import handlers

THREADS = 10
HOLD_SECONDS = 300
SOLD = "vendido"


class NaiveBooking:
    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    def hold(self, request: pb.ReservaRequest, _: grpc.ServicerContext) -> pb.ReservaResponse:
        if self._redis.set(_key(request), request.usuario_id, nx=True, ex=HOLD_SECONDS):
            return pb.ReservaResponse(sucesso=True, mensagem="Assento bloqueado.")
        return pb.ReservaResponse(mensagem="Assento indisponível.")

    def pay(self, request: pb.ReservaRequest, _: grpc.ServicerContext) -> pb.ReservaResponse:
        if self._redis.get(_key(request)) != request.usuario_id:
            return pb.ReservaResponse(mensagem="A reserva expirou.")
        self._redis.set(_key(request), SOLD)
        return pb.ReservaResponse(sucesso=True, mensagem="Pagamento confirmado.")


def _key(request: pb.ReservaRequest) -> str:
    return f"sessao:{request.assento.sessao_id}:assento:{request.assento.assento_num}"


def main() -> None:
    port, redis_url = sys.argv[1:]
    server = grpc.server(ThreadPoolExecutor(THREADS), options=[("grpc.so_reuseport", 0)])
    booking = NaiveBooking(Redis.from_url(redis_url, decode_responses=True))
    methods = handlers(ReservarAssento=booking.hold, ConfirmarPagamento=booking.pay)
    server.add_generic_rpc_handlers((methods,))
    server.add_insecure_port(f"{LOOPBACK}:{port}")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
