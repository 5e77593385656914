"""The gRPC server: its port, its certificates, its health service, and its end."""

import logging
import socket
from typing import cast

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

import cinema_pb2_grpc
from booking.faults import GuardedServer
from booking.feed import SeatFeed
from booking.servicer import BookingServicer
from booking.settings import BookingSettings
from cinema.booking_channel import server_credentials
from cinema.retry import brief
from cinema.service import CannotStart

log = logging.getLogger(__name__)

_SERVICE = "cinema.Reserva"
# Two processes on one port would share the calls silently; thousands of calls may arrive at once.
_OPTIONS = [
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", 64 * 1024),
    ("grpc.server.max_pending_requests", 20_000),
    ("grpc.server.max_pending_requests_hard_limit", 40_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
]


class GrpcServer:
    """`set_serving` says whether it is ready, before it starts for the first time."""

    def __init__(self, servicer: BookingServicer, feed: SeatFeed, deadline_seconds: float) -> None:
        self._servicer = servicer
        self._feed = feed
        self._address = ""
        self._health = health_aio.HealthServicer()
        self._server = grpc.aio.server(options=_OPTIONS)
        guarded = cast(grpc.aio.Server, GuardedServer(self._server, deadline_seconds))
        cinema_pb2_grpc.add_ReservaServicer_to_server(servicer, guarded)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)

    def bind(self, settings: BookingSettings) -> None:
        """Takes the port: from now on callers wait. Raises CannotStart where the port or the
        certificates are of no use."""
        address = free_address(settings.booking_host, settings.booking_port)
        credentials = server_credentials(settings)
        try:
            if credentials is None:
                self._server.add_insecure_port(address)
            else:
                self._server.add_secure_port(address, credentials)
        except RuntimeError as fault:
            raise CannotStart(f"{address}, or BOOKING_TLS_…: {brief(fault)}") from None
        self._address = address

    async def start(self) -> None:
        await self._server.start()
        log.info("listening on %s", self._address)

    async def set_serving(self, serving: bool) -> None:
        states = health_pb2.HealthCheckResponse
        for name in ("", _SERVICE):
            await self._health.set(name, states.SERVING if serving else states.NOT_SERVING)

    async def drain(self, seconds: float) -> None:
        """Withdraws readiness first; watches end at once, calls and requests under way are
        finished."""
        await self._health.enter_graceful_shutdown()
        self._feed.close()
        self._servicer.batches.close()
        await self._server.stop(seconds)


def free_address(host: str, port: int) -> str:
    """The address as gRPC takes it. Raises CannotStart.

    It is bound here first, because gRPC's own complaint takes several lines.
    """
    is_ipv6 = ":" in host
    address = f"[{host}]:{port}" if is_ipv6 else f"{host}:{port}"
    try:
        family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError:
        raise CannotStart(
            f"{address} is taken or not this machine's: BOOKING_HOST and BOOKING_PORT move it"
        ) from None
    return address
