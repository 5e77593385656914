"""A client as it was written for the first version of cinema.proto, which knows nothing of what
came later.

`original_client.py ADDRESS` reads calls as JSON from stdin, [[rpc, session, seat, user], …], makes
them one after another, and writes what came of each as JSON to stdout. PYTHONPATH is the folder of
that version's stubs.
"""

import json
import sys
from typing import Any

import grpc

import cinema_pb2
import cinema_pb2_grpc

DEADLINE_SECONDS = 5


def call(stub: Any, rpc: str, session: str, seat: str, user: str) -> dict[str, Any]:
    seat_id = cinema_pb2.AssentoID(sessao_id=session, assento_num=seat)
    request = cinema_pb2.ReservaRequest(assento=seat_id, usuario_id=user)
    try:
        answer = getattr(stub, rpc)(request, timeout=DEADLINE_SECONDS)
    except grpc.RpcError as error:
        return {"status": error.code().name, "mensagem": error.details()}
    return {
        "status": "OK",
        "sucesso": answer.sucesso,
        "mensagem": answer.mensagem,
        "reserva_token": answer.reserva_token,
    }


def main() -> None:
    calls = json.load(sys.stdin)
    with grpc.insecure_channel(sys.argv[1]) as channel:
        stub = cinema_pb2_grpc.ReservaStub(channel)
        json.dump([call(stub, *arguments) for arguments in calls], sys.stdout)


if __name__ == "__main__":
    main()
