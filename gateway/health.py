"""Whether booking can sell, as its own health service says."""

import asyncio
import time

import grpc
from grpc.aio import AioRpcError
from grpc_health.v1 import health_pb2, health_pb2_grpc

CHECK_SECONDS = 1.0  # how long one check may take, and how long its answer is good for


class BookingHealth:
    """Asks at most once a second, however many want to know."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = health_pb2_grpc.HealthStub(channel)
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._problem: str | None = None

    async def problem(self) -> str | None:
        """Why booking cannot sell, in Portuguese, at most a second old; None if it can."""
        async with self._asking:
            if time.monotonic() - self._asked_at > CHECK_SECONDS:
                self._problem = await self._ask()
                self._asked_at = time.monotonic()
            return self._problem

    async def _ask(self) -> str | None:
        try:
            answer = await self._stub.Check(
                health_pb2.HealthCheckRequest(), timeout=CHECK_SECONDS, wait_for_ready=True
            )
        except AioRpcError as error:
            return f"A central de reservas não responde ({error.code().name})."
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            return "A central de reservas não está pronta; veja o Redis."
        return None
