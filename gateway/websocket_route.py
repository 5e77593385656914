"""The WebSocket route: admits a socket, and connects it to its session's hub."""

from starlette.responses import PlainTextResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from cinema.identity import owner_tag
from gateway.actions import Actions
from gateway.asgi_line import AsgiLine
from gateway.buyer_cookie import Visitor
from gateway.connection import Allowance, Connection
from gateway.context import Gateway, host_of
from gateway.endings import FOREIGN_COOKIE, TOO_MANY_SOCKETS, UNKNOWN_SESSION, Ending
from gateway.limits import TokenBucket
from gateway.line import LINE, NOBODY, Line, Receiver
from gateway.messages import LONGEST_ID
from gateway.seat_requests import Buyer
from gateway.send_queue import SendQueue


async def reservations(socket: WebSocket) -> None:
    """Refuses foreign origins, and everybody during a stop, before the handshake.

    A page of ours that is refused for another reason reads it in a last frame.
    """
    gateway: Gateway = socket.app.state.gateway
    if gateway.draining:
        await socket.send_denial_response(PlainTextResponse("reiniciando", 503))
    elif not gateway.origins.admits(socket):
        await socket.send_denial_response(PlainTextResponse("origem recusada", 403))
    else:
        await _accept(socket, gateway)


# Starlette's own: FastAPI's would keep a stack of contexts, and cost five times as much CPU a
# handshake.
route = WebSocketRoute("/ws/reserva", reservations)


async def _accept(socket: WebSocket, gateway: Gateway) -> None:
    visitor = gateway.cookies.of(socket)
    headers = gateway.cookies.handshake_headers(visitor) if visitor else []
    await socket.accept(headers=headers)
    line = _line_of(socket)
    receiver = NOBODY
    ending = _refusal(socket, gateway, visitor)
    if ending is not None:
        line.close(ending)
    elif visitor is not None:
        receiver = _connect(line, socket, gateway, visitor.buyer)
    await line.serve(receiver)


def _line_of(socket: WebSocket) -> Line | AsgiLine:
    hand_over = socket.scope["extensions"].get(LINE)
    line: Line | AsgiLine = AsgiLine(socket) if hand_over is None else hand_over()
    return line


def _refusal(socket: WebSocket, gateway: Gateway, visitor: Visitor | None) -> Ending | None:
    """Why the socket is refused; None: it is admitted."""
    host = host_of(socket)
    if not gateway.addresses.has_room(host) or not gateway.addresses.of(host).requests.take():
        return TOO_MANY_SOCKETS
    if visitor is None:
        return FOREIGN_COOKIE
    if not 0 < len(_session_id(socket)) <= LONGEST_ID:
        return UNKNOWN_SESSION
    return None


def _connect(line: Line | AsgiLine, socket: WebSocket, gateway: Gateway, buyer: str) -> Receiver:
    session_id, host = _session_id(socket), host_of(socket)
    address = gateway.addresses.enter(host)
    hub = gateway.hubs.of(session_id)
    queue = SendQueue(hub, owner_tag(session_id, buyer), line)

    def leave(connection: Connection) -> None:
        gateway.hubs.leave(hub, queue)
        gateway.connections.discard(connection)
        gateway.addresses.leave(address)

    connection = Connection(
        queue,
        Actions(
            gateway.booking, Buyer(session_id, buyer, gateway.network_of(socket), from_browser=True)
        ),
        Allowance(TokenBucket(gateway.settings.max_messages_per_second), address),
        gateway.group,
        leave,
    )
    gateway.connections.add(connection)
    hub.add(queue)
    return connection


def _session_id(socket: WebSocket) -> str:
    return socket.query_params.get("sessao", "")
