"""POST /notify_liberacao: the listener says that a hold may have ended; booking is asked to look."""

import time

from fastapi import APIRouter, Request

from cinema.expiry_notice import (
    EVERY_SESSION,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    ExpiryNotice,
    verify,
)
from gateway.bodies import parsed, read_body
from gateway.context import GatewayPart
from gateway.problems import Problem, Refused
from gateway.reasons import Reason

_UNSIGNED = Problem(401, Reason.UNSIGNED, "A assinatura falta, está errada ou venceu.")

router = APIRouter()


@router.post("/notify_liberacao")
async def notify(request: Request, gateway: GatewayPart) -> dict[str, str | int]:
    """Sweeps the session's due holds, whatever the notice claims; what is freed is broadcast as ever.

    503 where booking is away, so that the listener tries again; repeating it does no harm.
    """
    body = await read_body(request)
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not verify(gateway.notify_secret, timestamp, signature, body, time.time()):
        raise Refused(_UNSIGNED)
    session = parsed(ExpiryNotice, body).sessao
    freed = await gateway.booking.sweep("" if session == EVERY_SESSION else session)
    return {"status": "ok", "liberados": freed}
