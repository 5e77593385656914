"""The naive gateway, as a yardstick: each change is sent to every socket of its session by `gather`
of `send_text`.

Written by us in the design that this project replaces: booking is called from the socket's own
coroutine, with a stub that blocks the loop. A slow browser keeps everybody waiting, and a late one
knows nothing of what was before.

`python -m tests.bench.baseline_gateway PORT BOOKING_ADDRESS` serves it, as uvicorn does by default,
until it is killed.
"""

import asyncio
import json
import sys
import uuid
from collections import defaultdict

import grpc
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from deploy.ports import LOOPBACK


class NaiveGateway:
    def __init__(self, booking_address: str) -> None:
        self._stub = ReservaStub(grpc.insecure_channel(booking_address))
        self._sockets: defaultdict[str, list[WebSocket]] = defaultdict(list)

    async def serve(self, socket: WebSocket, sessao: str) -> None:
        await socket.accept()
        self._sockets[sessao].append(socket)
        buyer = str(uuid.uuid4())
        try:
            while True:
                message = json.loads(await socket.receive_text())
                await self._hold(socket, sessao, buyer, message["assento"])
        except WebSocketDisconnect:
            self._sockets[sessao].remove(socket)

    async def _hold(self, socket: WebSocket, session: str, buyer: str, seat: str) -> None:
        seat_id = pb.AssentoID(sessao_id=session, assento_num=seat)
        answer = self._stub.ReservarAssento(pb.ReservaRequest(assento=seat_id, usuario_id=buyer))
        status = "ok" if answer.sucesso else "erro"
        reply = {"status": status, "tipo": "bloqueio", "mensagem": answer.mensagem}
        await socket.send_text(json.dumps(reply))
        if answer.sucesso:
            text = json.dumps({"evento": "assento_bloqueado", "assento": seat})
            sockets = self._sockets[session]
            await asyncio.gather(
                *(each.send_text(text) for each in sockets), return_exceptions=True
            )


def create_app(booking_address: str) -> FastAPI:
    app = FastAPI()
    app.websocket("/ws/reserva")(NaiveGateway(booking_address).serve)
    return app


if __name__ == "__main__":
    uvicorn.run(
        create_app(sys.argv[2]),
        host=LOOPBACK,
        port=int(sys.argv[1]),
        loop="asyncio",
        log_level="warning",
    )
