"""Where a browser's socket comes in: who may have one, and what it is connected to."""

from fastapi import APIRouter, WebSocket
from starlette.responses import PlainTextResponse

from cinema.identity import owner_tag
from gateway.actions import Actions
from gateway.connection import Allowance, Connection, close
from gateway.context import Gateway, GatewayPart, host_of
from gateway.endings import INVALID_IDENTITY, TOO_MANY_SOCKETS, UNKNOWN_SESSION
from gateway.limits import TokenBucket
from gateway.outbox import Outbox

LONGEST_SESSION_ID = 64

router = APIRouter()


@router.websocket("/ws/reserva")
async def reservations(socket: WebSocket, gateway: GatewayPart) -> None:
    """Refuses before the handshake what is no page of ours; tells a page of ours why, and closes."""
    if gateway.draining:
        await socket.send_denial_response(PlainTextResponse("reiniciando", 503))
    elif not gateway.origins.admits(socket):
        await socket.send_denial_response(PlainTextResponse("origem recusada", 403))
    else:
        with gateway.addresses.socket(host_of(socket)) as within_limit:
            await _welcome(socket, gateway, within_limit)


async def _welcome(socket: WebSocket, gateway: Gateway, within_limit: bool) -> None:
    identity = gateway.identities.of(socket)
    headers = gateway.identities.handshake_headers(identity) if identity else []
    await socket.accept(headers=headers)
    session_id = socket.query_params.get("sessao", "")
    if not within_limit or not gateway.address_of(socket).requests.take():
        await close(socket, TOO_MANY_SOCKETS)
    elif identity is None:
        await close(socket, INVALID_IDENTITY)
    elif not 0 < len(session_id) <= LONGEST_SESSION_ID:
        await close(socket, UNKNOWN_SESSION)
    else:
        await _serve(socket, gateway, session_id, identity.buyer)


async def _serve(socket: WebSocket, gateway: Gateway, session_id: str, buyer: str) -> None:
    hub = gateway.hubs.of(session_id)
    outbox = Outbox(hub, owner_tag(session_id, buyer))
    connection = Connection(
        socket,
        outbox,
        Actions(gateway.booking, session_id, buyer, gateway.network_of(socket)),
        Allowance(
            TokenBucket(gateway.settings.max_messages_per_second), gateway.address_of(socket)
        ),
    )
    gateway.connections.add(connection)
    hub.add(outbox)
    try:
        await connection.run()
    finally:
        gateway.hubs.leave(hub, outbox)
        gateway.connections.discard(connection)
