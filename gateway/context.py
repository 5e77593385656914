"""The state of one gateway process, which its routes share."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import grpc
from fastapi import Depends
from starlette.requests import HTTPConnection, Request

from cinema.booking_channel import open_channel
from cinema.expiry_notice import shared_secret
from cinema.identity import network_tag
from cinema.logs import WAITS
from cinema.service import ReadyFile
from gateway.admission import most_sockets
from gateway.assets import Assets
from gateway.booking_client import BookingClient
from gateway.booking_health import CHECK_SECONDS, BookingHealth, Health
from gateway.buyer_cookie import BuyerCookies, cookie_secrets
from gateway.connection import Connection
from gateway.costs import COSTS
from gateway.film_art import Gallery
from gateway.hubs import Hubs
from gateway.limits import Address, Addresses, network
from gateway.order_access import OrderAccess
from gateway.origins import Hosts, Origins
from gateway.public_answers import PublicAnswers
from gateway.settings import GatewaySettings

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent.parent / "static"
BUNDLE = STATIC.parent / "bundle"


class Gateway:
    """Hubs and buyers' requests run in `group`.

    Reads the secrets from disk, so make it before serving anything.
    """

    def __init__(
        self, settings: GatewaySettings, channel: grpc.aio.Channel, group: asyncio.TaskGroup
    ) -> None:
        self.settings = settings
        self.group = group
        self.booking = BookingClient(channel, settings.booking_deadline_seconds)
        self.orders = OrderAccess(self.booking)
        self.answers = PublicAnswers(self.booking, settings.booking_deadline_seconds)
        self.gallery = Gallery(self.booking, self.answers.sessions)
        self.health = BookingHealth(channel, self.booking)
        self.hubs = Hubs(group, self.booking, settings.coalesce_ms / 1_000)
        secrets = cookie_secrets(settings)
        self.cookies = BuyerCookies(secrets, settings.uses_https)
        self._network_secret = secrets[0]
        self.notify_secret = shared_secret(settings)
        self.hosts = Hosts(settings.public_url, settings.allowed_hosts)
        self.origins = Origins(settings.public_url, settings.allowed_origins)
        self.addresses = Addresses(
            settings.max_connections_per_address,
            settings.max_messages_per_second_per_address,
            most_sockets(settings),
        )
        self.connections: set[Connection] = set()
        self.draining = False
        # Last, because it logs: a start that fails logs its reason and nothing else.
        self.assets = Assets(STATIC, BUNDLE)

    async def drain(self, seconds: float) -> None:
        """Withdraws readiness, refuses new sockets, and lets every socket finish its requests
        within `seconds`."""
        self.draining = True
        await asyncio.gather(*(one.finish(seconds) for one in self.connections))

    def within_rate(self, request: Request) -> bool:
        """Whether its address has enough budget left for this route's cost."""
        return self.address_of(request).requests.take(COSTS[request.scope["route"].path])

    async def state(self) -> Health:
        """Whether buyers should be sent here now."""
        return Health("The gateway is stopping") if self.draining else await self.health.state()

    async def keep_ready(self, ready: ReadyFile) -> None:
        """Updates the ready file every second, and logs when an outage begins and when it ends."""
        is_ready: bool | None = None
        while True:
            problem = (await self.state()).problem
            if problem and is_ready is not False:
                log.warning("not ready: %s", problem, extra=WAITS)
            elif not problem and not is_ready:
                log.info("ready: booking can sell")
            is_ready = ready.ready = not problem
            await asyncio.sleep(CHECK_SECONDS)

    def network_of(self, connection: HTTPConnection) -> str:
        """The tag of a browser's network address, from which booking cannot learn the address."""
        return network_tag(self._network_secret, network(host_of(connection)))

    def address_of(self, connection: HTTPConnection) -> Address:
        return self.addresses.of(host_of(connection))

    def buyer_of(self, connection: HTTPConnection) -> str:
        """The cookie's buyer; a new one without a cookie; '' for a cookie that we have not
        signed."""
        visitor = self.cookies.of(connection)
        return visitor.buyer if visitor else ""


@asynccontextmanager
async def open_gateway(settings: GatewaySettings) -> AsyncIterator[Gateway]:
    """A gateway with its background tasks. If one of them fails, the caller is cancelled and an
    ExceptionGroup raised.

    Raises service.CannotStart if a secret is not usable.
    """
    async with open_channel(settings) as channel:
        group = asyncio.TaskGroup()
        gateway = Gateway(
            settings, channel, group
        )  # outside the group, which would wrap CannotStart
        async with group:
            ready = ReadyFile(settings.ready_file)
            tasks = (
                gateway.booking.run(),
                *(gateway.assets.keep_fresh(), gateway.keep_ready(ready), ready.keep()),
            )
            running = [group.create_task(task) for task in tasks]
            yield gateway
            for task in running:
                task.cancel()
            gateway.hubs.close()


def host_of(connection: HTTPConnection) -> str:
    """The address of the request's sender, as a trusted proxy names it."""
    return connection.client.host if connection.client else ""


async def _gateway(connection: HTTPConnection) -> Gateway:
    """Async, because FastAPI would run a plain function in a thread for each request."""
    gateway: Gateway = connection.app.state.gateway
    return gateway


GatewayPart = Annotated[Gateway, Depends(_gateway)]
