"""A gateway in the test's own event loop, a fake booking behind it, and browsers that speak to
it over real sockets."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest
from pydantic import SecretStr
from starlette.responses import Response
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from cinema.booking_channel import open_channel
from deploy.ports import LOOPBACK
from gateway.acceptor import listen
from gateway.admission import Admission
from gateway.buyer_cookie import Visitor
from gateway.context import Gateway
from gateway.settings import GatewaySettings
from tests.fakes.booking import FakeBooking
from tests.fakes.messages import SESSION
from tests.support.ports import free_port
from websocket_server import Server, create_app, make_server

SECONDS = 5.0  # how long a test waits for anything
SECRET = "a secret that only tests have"

Frame = dict[str, Any]


class Browser:
    """One page's socket. Frames wait until the test asks for them.

    `own`: the buyer's seats, by the frames so far, and how many milliseconds are left of each hold.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.own: dict[str, int] | None = None

    async def frame(self) -> Frame:
        async with asyncio.timeout(SECONDS):
            frame: Frame = json.loads(await self.socket.recv())
        if frame.get("evento") == "meus_assentos":
            self.own = frame["assentos"]
        return frame

    async def event(self, name: str) -> Frame:
        """The next frame of this event; earlier frames are skipped."""
        return await self._first(lambda frame: frame.get("evento") == name)

    async def owns(self, *seats: str) -> None:
        """Waits until the buyer's own seats are these, before or after the reply."""
        while self.own is None or set(self.own) != set(seats):
            await self.frame()

    async def reply(self, request_id: str | None = None) -> Frame:
        return await self._first(lambda frame: "status" in frame and frame.get("id") == request_id)

    async def ask(self, **message: Any) -> Frame:
        """Sends the message with an id of its own and returns the reply to it."""
        request_id = message.setdefault("id", f"ask-{id(message)}")
        await self.socket.send(json.dumps(message))
        return await self.reply(request_id)

    async def closed(self) -> int:
        """The code that the gateway closes the socket with; earlier frames are skipped."""
        try:
            async with asyncio.timeout(SECONDS):
                while True:
                    await self.socket.recv()
        except ConnectionClosed as ending:
            return ending.rcvd.code if ending.rcvd else 1006

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def _first(self, wanted: Callable[[Frame], bool]) -> Frame:
        while not wanted(frame := await self.frame()):
            pass
        return frame


class Bench:
    """A real gateway with real sockets, in the test's own process; booking is a fake that speaks
    real gRPC."""

    def __init__(self, gateway: Gateway, server: Server, port: int, booking: FakeBooking) -> None:
        self.gateway = gateway
        self.server = server
        self.booking = booking
        self.port = port
        self.host = f"{LOOPBACK}:{port}"
        self.url = f"http://{self.host}"

    def cookie(self, buyer: str) -> str:
        """The Cookie header of a browser that is this buyer."""
        response = Response()
        self.gateway.cookies.write(response, Visitor(buyer))
        return response.headers["set-cookie"].partition(";")[0]

    @asynccontextmanager
    async def browser(
        self, buyer: str = "", session: str = SESSION, cookie: str = "", **options: Any
    ) -> AsyncIterator[Browser]:
        """A page; without a buyer it has no cookie."""
        cookie = cookie or (self.cookie(buyer) if buyer else "")
        headers = {"Cookie": cookie} if cookie else {}
        headers |= options.pop("headers", {})
        uri = f"ws://{self.host}/ws/reserva?sessao={session}"
        async with connect(uri, additional_headers=headers, **options) as socket:
            yield Browser(socket)

    def http(self) -> httpx2.AsyncClient:
        # Nothing here is encrypted, and to read the certificates of all authorities takes longer
        # than a test.
        return httpx2.AsyncClient(base_url=self.url, timeout=SECONDS, verify=False)


async def cramped_socket(port: int) -> socket.socket:
    """A connection with a small receive buffer in the kernel."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    peer.setblocking(False)
    await asyncio.get_running_loop().sock_connect(peer, (LOOPBACK, port))
    return peer


@asynccontextmanager
async def open_bench(folder: Path, booking: FakeBooking, **changed: Any) -> AsyncIterator[Bench]:
    """A gateway with these settings changed. It stops at the end."""
    port = free_port()
    defaults: dict[str, Any] = {
        "http_port": port,
        "public_url": f"http://{LOOPBACK}:{port}",
        "booking_address": booking.address,
        "booking_deadline_seconds": 1.0,
        "secrets_dir": folder,
        "notify_secret": SecretStr(SECRET),
        "coalesce_ms": 20,
        "drain_seconds": 2,
    }
    settings = GatewaySettings(**defaults | changed)
    async with open_channel(settings) as channel, asyncio.TaskGroup() as group:
        gateway = Gateway(settings, channel, group)
        asking = group.create_task(gateway.booking.run())
        admission = Admission(settings)
        server = make_server(settings, create_app(gateway), admission)
        serving = group.create_task(server.serve(sockets=[listen(LOOPBACK, port)]))
        try:
            yield Bench(gateway, server, port, booking)
        finally:
            await gateway.drain(1)
            server.should_exit = True
            await serving
            gateway.hubs.close()
            asking.cancel()


@pytest.fixture
async def fake_booking() -> AsyncIterator[FakeBooking]:
    fake = FakeBooking()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def bench(tmp_path: Path, fake_booking: FakeBooking) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path, fake_booking) as bench:
        yield bench
