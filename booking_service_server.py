"""The booking server: `cinema.proto` over gRPC, on the seats' state in Redis.

Several may run at once: all state is in Redis, and each process sweeps and follows the events by
itself.
"""

import argparse
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import NamedTuple

from booking.adoption import adopt
from booking.dataset import Dataset
from booking.dataset_files import DatasetFiles
from booking.feed import SeatFeed
from booking.fitness import FitnessWatch
from booking.fitness_report import FitnessReport
from booking.grpc_server import GrpcServer
from booking.newest_events import NewestEvents
from booking.personal_data import erase_person, export_person
from booking.policy import policy_of
from booking.programme import ProgrammeError
from booking.programme.file import Changed, Guard, ProgrammeFile
from booking.programme_guard import ProgrammeGuard
from booking.retention import Retention
from booking.servicer import BookingServicer
from booking.settings import BookingSettings
from booking.stores import Stores
from booking.sweeper import Sweeper
from cinema import service
from cinema.cluster_slots import refuse_missing_slots
from cinema.redis_connection import (
    REDIS_ERRORS,
    RedisClient,
    connect,
    connect_blocking,
    disconnect,
)
from cinema.retry import Backoff, keep_running
from seat_state_service import SeatStateService


async def serve(settings: BookingSettings) -> None:
    stop = service.stop_signal()
    await refuse_missing_slots(settings)
    policy, newest = policy_of(settings), NewestEvents()
    async with AsyncExitStack() as stack:
        watch, blocking, calls, background = connections(settings, newest, stack)
        seats, swept = (
            SeatStateService(client, policy.holds, watch.latest, newest)
            for client in (calls, background)
        )
        feed = SeatFeed(blocking, settings.redis_cluster, settings.redis_timeout_seconds, newest)
        programme = open_programme(settings, ProgrammeGuard(background), feed.resync)
        sweeper = Sweeper(background, swept)
        retention = Retention(
            background,
            policy.retention,
            programme=lambda: programme.current,
            may_write=lambda: programme.is_checked and not swept.is_paused,
        )
        stores = Stores.over(calls, seats, programme, policy)
        servicer = BookingServicer(stores, feed, sweeper, programme, policy)
        server = GrpcServer(servicer, feed, policy.patience)
        server.bind(settings)
        ready = service.ReadyFile(settings.ready_file)
        report = FitnessReport(server, ready, feed, programme, stop)
        await check_first(watch, programme, report)
        await server.start()
        stack.push_async_callback(server.drain, settings.drain_seconds)
        await service.run_until_stopped(
            stop,
            programme.watch(),
            keep_running("the event feed", feed.run, REDIS_ERRORS, Backoff(maximum=1)),
            keep_running("sweeping", sweeper.run, REDIS_ERRORS, Backoff(maximum=1)),
            keep_running("retention", retention.run, REDIS_ERRORS, Backoff(maximum=60)),
            watch.run(report.publish),
            ready.keep(),
        )


class Connections(NamedTuple):
    """Connections apart: a crowd of callers must delay neither sweeping nor the checks of Redis."""

    watch: FitnessWatch
    blocking: RedisClient
    calls: RedisClient
    background: RedisClient


def connections(
    settings: BookingSettings, newest: NewestEvents, stack: AsyncExitStack
) -> Connections:
    checks, blocking = connect(settings), connect_blocking(settings)
    files = DatasetFiles(settings.secrets_dir, settings.redis_url)
    watch = FitnessWatch(checks, Dataset(checks, files, newest))
    calls, background = (connect(settings, watch.admit) for _ in range(2))
    for client in (checks, blocking, calls, background):
        stack.push_async_callback(disconnect, client)
    return Connections(watch, blocking, calls, background)


async def check_first(watch: FitnessWatch, programme: ProgrammeFile, report: FitnessReport) -> None:
    """Before the server starts: with Redis well, it refuses no call because it is new."""
    await watch.check(report.publish)
    if not watch.latest().problem:
        await programme.check()
        await report.publish(watch.latest())


def open_programme(settings: BookingSettings, guard: Guard, changed: Changed) -> ProgrammeFile:
    try:
        return ProgrammeFile(settings.programme_file, guard=guard, changed=changed)
    except ProgrammeError as fault:
        raise service.CannotStart(f"PROGRAMME_FILE: {fault}") from None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_mutually_exclusive_group()
    commands.add_argument(
        "--adopt-dataset",
        nargs="?",
        const="",
        metavar="HOST:PORT/DB",
        help="sell from the data that Redis has now, after a loss or a replacement, and end; "
        "a Redis that SECRETS_DIR does not know must be named",
    )
    commands.add_argument(
        "--export-person",
        metavar="EMAIL",
        help="write all stored data of a person to standard output as JSON, and end; "
        "the code of an order names that order alone",
    )
    commands.add_argument(
        "--erase-person",
        metavar="EMAIL",
        help="erase name, CPF mask and e-mail from a person's orders, send no more mails for them, "
        "and end",
    )
    return parser.parse_args()


def _command() -> Callable[[BookingSettings], Awaitable[None]]:
    arguments = _arguments()
    if arguments.adopt_dataset is not None:
        return partial(adopt, arguments.adopt_dataset)
    if arguments.export_person is not None:
        return partial(export_person, arguments.export_person)
    if arguments.erase_person is not None:
        return partial(erase_person, arguments.erase_person)
    return serve


if __name__ == "__main__":
    service.main("booking", BookingSettings, _command())
