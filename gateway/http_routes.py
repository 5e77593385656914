"""The HTTP API that pages read, and health."""

import asyncio
from typing import Annotated

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
from gateway.bodies import parsed, read_body
from gateway.context import GatewayPart
from gateway.http_json import Json, encoded_response, json_response, pix_json
from gateway.problems import FOREIGN_ORIGIN, NOTHING_TO_ATTEND, TOO_MANY_REQUESTS, Problem, Refused


async def within_rate(request: Request, gateway: GatewayPart) -> None:
    if not gateway.within_rate(request):
        raise Refused(TOO_MANY_REQUESTS)


api = APIRouter(prefix="/api", dependencies=[Depends(within_rate)])
health = APIRouter(prefix="/health")


@api.get("/sessoes")
async def sessions(gateway: GatewayPart) -> Response:
    return encoded_response((await gateway.answers.sessions()).json)


@api.get("/sessoes/{session_id}")
async def session_map(session_id: str, gateway: GatewayPart) -> Response:
    return encoded_response((await gateway.answers.session_map(session_id)).json)


class Address(BaseModel):
    model_config = ConfigDict(strict=True)

    email: Annotated[str, Field(max_length=LONGEST)]


class Seats(BaseModel):
    model_config = ConfigDict(strict=True)

    assentos: Annotated[
        list[Annotated[str, Field(max_length=16)]],
        Field(min_length=1, max_length=MOST_SEATS_A_BUYER),
    ]


async def managed_order(reference: str, request: Request, gateway: GatewayPart) -> Pedido:
    """Raises Refused where the order may not be changed from here."""
    if not gateway.origins.admits(request):
        raise Refused(FOREIGN_ORIGIN)
    buyer = gateway.buyer_of(request)
    return await gateway.orders.managed(reference, buyer)


ManagedOrder = Annotated[Pedido, Depends(managed_order)]


@api.get("/pedidos")
async def own_orders(request: Request, gateway: GatewayPart) -> Response:
    """What the buyer of the cookie has bought; who brings no cookie has bought nothing."""
    visitor = gateway.cookies.of(request)
    if visitor is None or visitor.is_new:
        return json_response({"pedidos": []})
    return json_response(await gateway.orders.own_json(visitor.buyer))


@api.get("/pedidos/{reference}")
async def order(reference: str, request: Request, gateway: GatewayPart) -> Response:
    buyer = gateway.buyer_of(request)
    return json_response(await gateway.orders.json(reference, buyer))


@api.get("/pedidos/{reference}/agenda.ics")
async def calendar_entry(reference: str, request: Request, gateway: GatewayPart) -> Response:
    """The same file that the mail brings."""
    buyer = gateway.buyer_of(request)
    order = await gateway.orders.visible(reference, buyer)
    if order.cancelado or order.sessao_atual.cancelada or not order.sessao.filme.titulo:
        raise Refused(NOTHING_TO_ATTEND)
    if order.alteracao and order.sessao_atual.sessao_id:
        order.sessao.CopyFrom(order.sessao_atual)  # when and where it takes place now
    # Written in a thread: time zones and recurrences cost some ten milliseconds.
    settings = gateway.settings
    entry = await asyncio.to_thread(invitation, order, settings.public_url, settings.smtp_from)
    return Response(
        entry,
        media_type="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


@api.get("/pedidos/{reference}/ingressos.pdf")
async def tickets_as_pdf(reference: str, request: Request, gateway: GatewayPart) -> Response:
    """The same file that the mail brings."""
    buyer = gateway.buyer_of(request)
    order = await gateway.orders.visible(reference, buyer)
    if order.cancelado:
        raise Refused(NOTHING_TO_ATTEND)
    # In a thread: the first code of a length is drawn bit by bit, which takes some hundred milliseconds.
    return Response(
        await asyncio.to_thread(tickets_pdf, order),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{PDF_NAME}"'},
    )


@api.post("/pedidos/{reference}/reenviar")
async def mail_again(order: ManagedOrder, asked: Request, gateway: GatewayPart) -> Json:
    return _done(await gateway.booking.mail_again(order.pedido_id, gateway.network_of(asked)))


@api.post("/pedidos/{reference}/email")
async def correct_address(order: ManagedOrder, asked: Request, gateway: GatewayPart) -> Json:
    """The mail goes to the new address; repeating it does no harm."""
    email, network = parsed(Address, await read_body(asked)).email, gateway.network_of(asked)
    return _done(await gateway.booking.correct_address(order.pedido_id, email, network))


@api.post("/pedidos/{reference}/cancelar")
async def cancel(order: ManagedOrder, asked: Request, gateway: GatewayPart) -> Json:
    """The seats are free for everybody at once; repeating it does no harm."""
    return _done(await gateway.booking.cancel(order.pedido_id, gateway.network_of(asked)))


@api.post("/pedidos/{reference}/assentos/cancelar")
async def cancel_seats(order: ManagedOrder, asked: Request, gateway: GatewayPart) -> Json:
    """Some of its seats; the order keeps the others. Repeating it does no harm."""
    seats, network = parsed(Seats, await read_body(asked)).assentos, gateway.network_of(asked)
    return _done(await gateway.booking.cancel_seats(order.pedido_id, seats, network))


@api.get("/pix")
async def pix(total: Annotated[int, Query(ge=1, le=DEAREST_BASKET)]) -> Response:
    """What the buyer pays with a banking app, were this not a simulation; `total` in centavos."""
    return json_response(pix_json(total))


def _done(answer: ReservaResponse) -> Json:
    if not answer.sucesso:
        status = 429 if answer.motivo == Refusal.TOO_MANY_MAILS else 409
        raise Refused(Problem(status, answer.motivo, answer.mensagem))
    return {"status": "ok"}


@health.get("/live")
async def live() -> Json:
    """The process runs; nothing else is asked."""
    return {"status": "vivo"}


@health.get("/ready")
async def ready(gateway: GatewayPart) -> JSONResponse:
    """Whether to send buyers here: 200, perhaps with a warning, or 503 with the reason."""
    state = await gateway.state()
    if state.problem:
        return JSONResponse({"status": "indisponivel", "mensagem": state.problem}, 503)
    return JSONResponse({"status": "pronto"} | ({"aviso": state.warning} if state.warning else {}))
