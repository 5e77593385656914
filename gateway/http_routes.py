"""The HTTP API that pages read, and health.

Hot routes answer with bytes from memory: their type in `responses` is for /openapi.json alone.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from cinema.invitation import FILE_NAME, invitation
from cinema.mail_address import LONGEST
from cinema.refusals import Refusal
from cinema.ticket_pdf import FILE_NAME as PDF_NAME
from cinema.ticket_pdf import tickets_pdf
from cinema.tickets import DEAREST_BASKET, MOST_SEATS_A_BUYER
from cinema_pb2 import Pedido, ReservaResponse
from gateway import api_types
from gateway.bodies import body_in_docs, parsed, read_body
from gateway.context import GatewayPart
from gateway.http_json import encoded_response, json_response, pix_json
from gateway.problems import (
    FOREIGN_ORIGIN,
    IN_DOCS,
    NOTHING_TO_ATTEND,
    TOO_MANY_REQUESTS,
    Problem,
    Refused,
)


async def within_rate(request: Request, gateway: GatewayPart) -> None:
    if not gateway.within_rate(request):
        raise Refused(TOO_MANY_REQUESTS)


api = APIRouter(prefix="/api", dependencies=[Depends(within_rate)], responses=IN_DOCS)
health = APIRouter(prefix="/health")


def _file_in_docs(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {}}}}


@api.get("/sessoes", responses={200: {"model": api_types.SessionList}})
async def sessions(gateway: GatewayPart) -> Response:
    return encoded_response((await gateway.answers.sessions()).json)


@api.get("/sessoes/{session_id}", responses={200: {"model": api_types.SessionMap}})
async def session_map(session_id: str, gateway: GatewayPart) -> Response:
    """Room, prices and limits. The state of each seat comes over the WebSocket."""
    return encoded_response((await gateway.answers.session_map(session_id)).json)


class NewAddress(BaseModel):
    model_config = ConfigDict(strict=True)

    email: Annotated[str, Field(max_length=LONGEST)]


class SomeSeats(BaseModel):
    model_config = ConfigDict(strict=True)

    assentos: Annotated[
        list[Annotated[str, Field(max_length=16)]],
        Field(min_length=1, max_length=MOST_SEATS_A_BUYER),
    ]


async def managed_order(reference: str, request: Request, gateway: GatewayPart) -> Pedido:
    """Raises Refused where this request may not change the order."""
    if not gateway.origins.admits(request):
        raise Refused(FOREIGN_ORIGIN)
    return await gateway.orders.managed(reference, gateway.buyer_of(request))


ManagedOrder = Annotated[Pedido, Depends(managed_order)]


@api.get("/pedidos", responses={200: {"model": api_types.OwnOrders}})
async def own_orders(request: Request, gateway: GatewayPart) -> Response:
    """The orders of the cookie's buyer; none without a cookie."""
    visitor = gateway.cookies.of(request)
    if visitor is None or visitor.is_new:
        return json_response({"pedidos": []})
    return json_response(await gateway.orders.own_json(visitor.buyer))


@api.get("/pedidos/{reference}", responses={200: {"model": api_types.Order}})
async def order(reference: str, request: Request, gateway: GatewayPart) -> Response:
    return json_response(await gateway.orders.json(reference, gateway.buyer_of(request)))


@api.get(
    "/pedidos/{reference}/agenda.ics",
    response_class=Response,
    responses=_file_in_docs("text/calendar"),
)
async def calendar_entry(reference: str, request: Request, gateway: GatewayPart) -> Response:
    """The same file as in the mail."""
    order = await gateway.orders.visible(reference, gateway.buyer_of(request))
    if order.cancelado or order.sessao_atual.cancelada or not order.sessao.filme.titulo:
        raise Refused(NOTHING_TO_ATTEND)
    if order.alteracao and order.sessao_atual.sessao_id:
        order.sessao.CopyFrom(order.sessao_atual)  # when and where it takes place now
    # In a thread: time zones and recurrences take some ten milliseconds.
    settings = gateway.settings
    entry = await asyncio.to_thread(invitation, order, settings.public_url, settings.smtp_from)
    return Response(
        entry,
        media_type="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


@api.get(
    "/pedidos/{reference}/ingressos.pdf",
    response_class=Response,
    responses=_file_in_docs("application/pdf"),
)
async def tickets_as_pdf(reference: str, request: Request, gateway: GatewayPart) -> Response:
    """The same file as in the mail."""
    order = await gateway.orders.visible(reference, gateway.buyer_of(request))
    if order.cancelado:
        raise Refused(NOTHING_TO_ATTEND)
    # In a thread: the first PDF imports its library, a title in another script makes a font; each
    # takes some 0.3 s.
    return Response(
        await asyncio.to_thread(tickets_pdf, order),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{PDF_NAME}"'},
    )


@api.post("/pedidos/{reference}/reenviar")
async def mail_again(order: ManagedOrder, asked: Request, gateway: GatewayPart) -> api_types.Done:
    """Sends the order's mail again."""
    return _done(await gateway.booking.mail_again(order.pedido_id, gateway.network_of(asked)))


@api.post("/pedidos/{reference}/email", openapi_extra=body_in_docs(NewAddress))
async def correct_address(
    order: ManagedOrder, asked: Request, gateway: GatewayPart
) -> api_types.Done:
    """Sends the mail to the new address. Safe to repeat."""
    email, network = parsed(NewAddress, await read_body(asked)).email, gateway.network_of(asked)
    return _done(await gateway.booking.correct_address(order.pedido_id, email, network))


@api.post("/pedidos/{reference}/cancelar")
async def cancel(order: ManagedOrder, asked: Request, gateway: GatewayPart) -> api_types.Done:
    """Frees the order's seats at once. Safe to repeat."""
    return _done(await gateway.booking.cancel(order.pedido_id, gateway.network_of(asked)))


@api.post("/pedidos/{reference}/assentos/cancelar", openapi_extra=body_in_docs(SomeSeats))
async def cancel_seats(order: ManagedOrder, asked: Request, gateway: GatewayPart) -> api_types.Done:
    """Frees some of its seats; the order keeps the others. Safe to repeat."""
    seats, network = parsed(SomeSeats, await read_body(asked)).assentos, gateway.network_of(asked)
    return _done(await gateway.booking.cancel_seats(order.pedido_id, seats, network))


@api.get("/pix", responses={200: {"model": api_types.PixCode}})
async def pix(total: Annotated[int, Query(ge=1, le=DEAREST_BASKET)]) -> Response:
    """A simulated Pix code for `total` centavos."""
    return json_response(pix_json(total))


def _done(answer: ReservaResponse) -> api_types.Done:
    if not answer.sucesso:
        status = 429 if answer.motivo == Refusal.TOO_MANY_MAILS else 409
        raise Refused(Problem(status, answer.motivo, answer.mensagem))
    return {"status": "ok"}


@health.get("/live")
async def live() -> api_types.Alive:
    """The process runs; nothing else is checked."""
    return {"status": "vivo"}


@health.get(
    "/ready", responses={200: {"model": api_types.Ready}, 503: {"model": api_types.NotReady}}
)
async def ready(gateway: GatewayPart) -> JSONResponse:
    """200: buyers may be sent here, perhaps with a warning. 503: not now, and why."""
    state = await gateway.state()
    if state.problem:
        return JSONResponse({"status": "indisponivel", "mensagem": state.problem}, 503)
    return JSONResponse({"status": "pronto"} | ({"aviso": state.warning} if state.warning else {}))
