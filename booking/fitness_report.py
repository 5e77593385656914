"""Publishes each check of Redis: readiness, and sales that are paused or resumed."""

import asyncio

from booking.feed import SeatFeed
from booking.fitness import Fitness
from booking.grpc_server import GrpcServer
from booking.programme.file import ProgrammeFile
from cinema.service import ReadyFile


class FitnessReport:
    """A server is ready if it can sell, with a checked programme, until `stop` is set."""

    def __init__(
        self,
        server: GrpcServer,
        ready_file: ReadyFile,
        feed: SeatFeed,
        programme: ProgrammeFile,
        stop: asyncio.Event,
    ) -> None:
        self._server = server
        self._ready_file = ready_file
        self._feed = feed
        self._programme = programme
        self._stop = stop
        self._before = Fitness()

    async def publish(self, fitness: Fitness) -> None:
        if fitness.looks_different_from(self._before):
            self._feed.resync_all()
        self._before = fitness
        is_ready = not fitness.problem and self._programme.is_checked and not self._stop.is_set()
        self._ready_file.ready = is_ready
        await self._server.set_serving(is_ready)
