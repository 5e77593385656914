"""The limit of an open map: uvicorn with a WebSocket that is accepted and then waits for its
browser, on uvloop.

`python -m tests.bench.bare_websocket PORT` serves it until it is killed.
"""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from deploy.ports import LOOPBACK
from gateway import open_files


async def wait(socket: WebSocket) -> None:
    await socket.accept()
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


if __name__ == "__main__":
    open_files.raise_limit()
    uvicorn.run(
        Starlette(routes=[WebSocketRoute("/ws/reserva", wait)]),
        host=LOOPBACK,
        port=int(sys.argv[1]),
        loop="uvloop",
        log_level="warning",
        ws_per_message_deflate=False,
    )
