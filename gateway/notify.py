"""POST /notify_liberacao: the listener says that a hold may have ended; booking is asked to look."""

import time
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cinema.notify_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify
from cinema_pb2 import VarreduraRequest
from gateway.context import GatewayPart
from gateway.problems import Problem, Refused

LONGEST_BODY = 1_024  # bytes
EVERY_SESSION = "*"

_TOO_LONG = Problem(413, "corpo_grande_demais", f"O corpo passa de {LONGEST_BODY} bytes.")
_UNSIGNED = Problem(401, "assinatura_invalida", "A assinatura falta, está errada ou venceu.")
_MALFORMED = Problem(400, "dados_invalidos", "O corpo deve ser {sessao, assento, motivo} em JSON.")

router = APIRouter()


class Notice(BaseModel):
    model_config = ConfigDict(strict=True)

    sessao: Annotated[str, Field(min_length=1, max_length=64)]
    assento: Annotated[str, Field(max_length=64)]
    motivo: Annotated[str, Field(max_length=64)]


@router.post("/notify_liberacao")
async def notify(request: Request, gateway: GatewayPart) -> dict[str, str | int]:
    """Sweeps the session's due holds, whatever the notice claims; what is freed is broadcast as ever.

    503 where booking is away, so that the listener tries again; repeating it does no harm.
    """
    body = await _read(request)
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not verify(gateway.notify_secret, timestamp, signature, body, time.time()):
        raise Refused(_UNSIGNED)
    session = _parse(body).sessao
    sweep = VarreduraRequest(sessao_id="" if session == EVERY_SESSION else session)
    answer = await gateway.booking.call(gateway.booking.stub.VarrerSessao, sweep)
    return {"status": "ok", "liberados": answer.liberados}


async def _read(request: Request) -> bytes:
    """The raw body, which the signature is over; never more of it in memory than it may have."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise Refused(_TOO_LONG)
    return body


def _parse(body: bytes) -> Notice:
    try:
        return Notice.model_validate_json(body)
    except ValidationError:
        raise Refused(_MALFORMED) from None
