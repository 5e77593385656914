"""The HTTP side for browsers: pages, the API that they read, and health."""

import time
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import FileResponse, JSONResponse, Response

from cinema.invitation import FILE_NAME, invitation
from cinema.pix import LARGEST_AMOUNT
from cinema_pb2 import Pedido, PedidoRequest, ReservaResponse, SessaoRequest, Vazio
from gateway.booking import Malformed
from gateway.context import Gateway, GatewayPart
from gateway.http_json import Json, map_json, order_json, pix_json, session_json
from gateway.identity import COOKIE
from gateway.problems import (
    FOREIGN_ORIGIN,
    NOTHING_TO_ATTEND,
    TOO_MANY_REQUESTS,
    UNKNOWN_ORDER,
    UNKNOWN_SESSION,
    Problem,
    Refused,
)

STATIC = Path(__file__).parent.parent / "static"
LONGEST_ID = 64


async def within_rate(request: Request, gateway: GatewayPart) -> None:
    if not gateway.address_of(request).requests.take():
        raise Refused(TOO_MANY_REQUESTS)


async def from_own_page(request: Request, gateway: GatewayPart) -> None:
    if not gateway.origins.admits(request):
        raise Refused(FOREIGN_ORIGIN)


pages = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", dependencies=[Depends(within_rate)])
health = APIRouter(prefix="/health")


@pages.api_route("/", methods=["GET", "HEAD"])
@pages.api_route("/sessao/{_session_id}", methods=["GET", "HEAD"])
async def session_page(request: Request, gateway: GatewayPart) -> Response:
    """One page for the list and for the map: it reads its own address."""
    return _page(request, gateway, "index.html")


@pages.api_route("/pedido/{_order_id}", methods=["GET", "HEAD"])
async def order_page(request: Request, gateway: GatewayPart) -> Response:
    """Whoever has the link sees the order: nobody else is to learn the link."""
    response = _page(request, gateway, "pedido.html")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(request: Request, gateway: Gateway, name: str) -> FileResponse:
    """An HTML file, and with it the buyer's cookie: issued, renewed, or replaced if it was tampered with."""
    response = FileResponse(STATIC / name, headers={"Cache-Control": "private, no-cache"})
    identity = gateway.identities.read_or_replace(request.cookies.get(COOKIE))
    gateway.identities.write(response, identity)
    return response


@api.get("/sessoes")
async def sessions(gateway: GatewayPart) -> Json:
    answer = await gateway.booking.call(gateway.booking.stub.ListarSessoes, Vazio())
    return {"sessoes": [session_json(session) for session in answer.sessoes]}


@api.get("/sessoes/{session_id}")
async def session_map(session_id: str, gateway: GatewayPart) -> Json:
    """The room and its prices; who holds what comes over the WebSocket."""
    if len(session_id) > LONGEST_ID:
        raise Refused(UNKNOWN_SESSION)
    try:
        answer = await gateway.booking.call(
            gateway.booking.stub.ObterMapa, SessaoRequest(sessao_id=session_id)
        )
    except Malformed:
        raise Refused(UNKNOWN_SESSION) from None
    return map_json(answer)


@api.get("/pedidos/{order_id}")
async def order(order_id: str, gateway: GatewayPart) -> Json:
    return order_json(await _order(order_id, gateway), time.time())


@api.get("/pedidos/{order_id}/agenda.ics")
async def calendar_entry(order_id: str, gateway: GatewayPart) -> Response:
    """The same file that the mail brings."""
    order = await _order(order_id, gateway)
    if order.cancelado or not order.HasField("sessao"):
        raise Refused(NOTHING_TO_ATTEND)
    return Response(
        invitation(order, gateway.settings.public_url),
        media_type="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


@api.post("/pedidos/{order_id}/reenviar", dependencies=[Depends(from_own_page)])
async def mail_again(order_id: str, gateway: GatewayPart) -> Json:
    request = _order_request(order_id)
    return _done(await gateway.booking.call(gateway.booking.stub.ReenviarEmail, request))


@api.post("/pedidos/{order_id}/cancelar", dependencies=[Depends(from_own_page)])
async def cancel(order_id: str, gateway: GatewayPart) -> Json:
    """The seats are free for everybody at once; repeating it does no harm."""
    request = _order_request(order_id)
    return _done(await gateway.booking.call(gateway.booking.stub.CancelarPedido, request))


@api.get("/pix")
async def pix(total: Annotated[int, Query(ge=1, le=LARGEST_AMOUNT)]) -> Json:
    """What the buyer pays with a banking app, were this not a simulation; `total` in centavos."""
    return pix_json(total)


def _done(answer: ReservaResponse) -> Json:
    if not answer.sucesso:
        raise Refused(Problem(409, answer.motivo, answer.mensagem))
    return {"status": "ok"}


async def _order(order_id: str, gateway: Gateway) -> Pedido:
    return await gateway.booking.call(gateway.booking.stub.ObterPedido, _order_request(order_id))


def _order_request(order_id: str) -> PedidoRequest:
    if len(order_id) > LONGEST_ID:
        raise Refused(UNKNOWN_ORDER)
    return PedidoRequest(pedido_id=order_id)


@health.get("/live")
async def live() -> Json:
    """The process runs; nothing else is asked."""
    return {"status": "vivo"}


@health.get("/ready")
async def ready(gateway: GatewayPart) -> JSONResponse:
    """Whether to send buyers here: 200, or 503 with the reason."""
    problem = "O gateway está parando." if gateway.draining else await gateway.health.problem()
    if problem is None:
        return JSONResponse({"status": "pronto"})
    return JSONResponse({"status": "indisponivel", "mensagem": problem}, 503)
