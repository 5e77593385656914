"""POST /notify_liberacao: the listener's notice that a hold may have ended.

Booking checks it by a sweep.
"""

import time

from fastapi import APIRouter, Request

from cinema.expiry_notice import (
    EVERY_SESSION,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    ExpiryNotice,
    verify,
)
from gateway import api_types
from gateway.bodies import body_in_docs, parsed, read_body
from gateway.context import GatewayPart
from gateway.problems import IN_DOCS, Problem, Refused
from gateway.reasons import Reason

_UNSIGNED = Problem(401, Reason.UNSIGNED, "A assinatura falta, está errada ou venceu.")

router = APIRouter(responses=IN_DOCS)


@router.post("/notify_liberacao", openapi_extra=body_in_docs(ExpiryNotice))
async def notify(request: Request, gateway: GatewayPart) -> api_types.Swept:
    """Sweeps the session's due holds, whatever the notice claims. Freed seats reach the pages by
    booking's stream.

    Answers 503 while booking is away, so that the listener tries again. Safe to repeat.
    """
    body = await read_body(request)
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not verify(gateway.notify_secret, timestamp, signature, body, time.time()):
        raise Refused(_UNSIGNED)
    session = parsed(ExpiryNotice, body).sessao
    freed = await gateway.booking.sweep("" if session == EVERY_SESSION else session)
    return {"status": "ok", "liberados": freed}
