"""Whether booking can sell, according to its own health service."""

import asyncio
import time
from dataclasses import dataclass

import grpc
from grpc.aio import AioRpcError
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.booking_client import BookingClient

CHECK_SECONDS = 1.0  # deadline of a check, and how long its answer is reused


@dataclass(frozen=True)
class Health:
    """`problem` is empty while booking can sell; `warning` says what will stop sales soon."""

    problem: str = ""
    warning: str = ""


class BookingHealth:
    """Checks at most once a second, however many ask."""

    def __init__(self, channel: grpc.aio.Channel, booking: BookingClient) -> None:
        self._stub = health_pb2_grpc.HealthStub(channel)
        self._booking = booking
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._health = Health()

    async def state(self) -> Health:
        """At most a second old."""
        async with self._asking:
            if time.monotonic() - self._asked_at > CHECK_SECONDS:
                self._health = await self._ask()
                self._asked_at = time.monotonic()
            return self._health

    async def _ask(self) -> Health:
        try:
            answer = await self._stub.Check(
                health_pb2.HealthCheckRequest(), timeout=CHECK_SECONDS, wait_for_ready=True
            )
        except AioRpcError as error:
            return Health(f"Booking does not answer ({error.code().name})")
        found = await self._booking.situation(CHECK_SECONDS)
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            return Health(
                # Without a full stop: the problem may end with a command to copy.
                f"Booking is not ready: {found.problema or 'see its log and Redis'}"
            )
        return Health(warning=found.aviso)
