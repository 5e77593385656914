"""The booking server: `cinema.proto` over gRPC, on the seats' state in Redis.

Several at once are normal: all state is in Redis, each process sweeps and follows the events by itself.
"""

import argparse
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import cast

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

import cinema_pb2_grpc
from booking.adoption import adopt
from booking.batch_streams import BatchStreams
from booking.dataset import Dataset
from booking.dataset_files import DatasetFiles
from booking.edge import GuardedServer
from booking.feed import SeatFeed
from booking.fitness import Fitness, FitnessWatch
from booking.hold_rules import HoldRules
from booking.mail_limits import MailLimitRules
from booking.newest_events import NewestEvents
from booking.personal_data import erase_person, export_person
from booking.programme import ProgrammeError
from booking.programme.file import Changed, Guard, ProgrammeFile
from booking.programme_guard import ProgrammeGuard
from booking.retention import Retention, RetentionRules
from booking.servicer import BookingServicer
from booking.settings import BookingSettings
from booking.sweeper import Sweeper
from cinema import service
from cinema.booking_channel import server_credentials
from cinema.redis_connection import REDIS_ERRORS, connect, connect_blocking, disconnect
from cinema.retry import Backoff, brief, keep_running
from cinema.secret_files import given_or_kept
from seat_state_service import SeatStateService

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


async def serve(settings: BookingSettings) -> None:
    stop = service.stop_signal()
    async with AsyncExitStack() as stack:
        # A crowd of callers keeps neither sweeping nor health waiting for a connection.
        looking, blocking = connect(settings), connect_blocking(settings)
        newest = NewestEvents()
        feed = SeatFeed(blocking, settings.redis_cluster, settings.redis_timeout_seconds, newest)
        files = DatasetFiles(settings.secrets_dir, settings.redis_url)
        watch = FitnessWatch(looking, Dataset(looking, files, newest))
        redis, own = connect(settings, watch.admits), connect(settings, watch.admits)
        for client in (looking, blocking, redis, own):
            stack.push_async_callback(disconnect, client)
        rules = hold_rules(settings)
        seats, swept = (
            SeatStateService(client, rules, dataset=None, newest=newest) for client in (redis, own)
        )
        sweeper = Sweeper(own, swept)
        programme = open_programme(settings, ProgrammeGuard(own), feed.look_again)
        retention = Retention(
            own,
            retention_rules(settings),
            lambda: programme.current,
            lambda: swept.dataset is not None and programme.is_checked,
        )
        health = health_aio.HealthServicer()
        ready = service.ReadyFile(settings.ready_file)
        servicer = BookingServicer(
            redis,
            seats,
            feed,
            sweeper,
            programme,
            settings.watchers_max,
            mail_rules=mail_rules(settings),
            cancel_until_ms=round(settings.cancel_until_minutes * 60_000),
            person_secret=given_or_kept(settings.person_secret, settings.secrets_dir, "person"),
            patience=patience(settings),
        )

        async def told(found: Fitness) -> None:
            # While Redis is away nothing is known of its replicas: sales go on waiting for as many as before.
            if not found.problem:
                seats.replicas_to_wait_for = found.replicas_to_wait_for
            seats.dataset = swept.dataset = found.dataset
            before, servicer.fitness = servicer.fitness, found
            if found.looks_different_from(before):
                feed.renew()
            ready.ready = not found.problem and programme.is_checked and not stop.is_set()
            await set_serving(health, serving=ready.ready)

        server = await start(settings, servicer, health)
        stack.push_async_callback(
            drain, server, health, feed, servicer.batches, settings.drain_seconds
        )
        await service.run_until_stopped(
            stop,
            programme_in_force(programme, watch),
            keep_running("the event feed", feed.run, REDIS_ERRORS, Backoff(maximum=1)),
            keep_running("sweeping", sweeper.run, REDIS_ERRORS, Backoff(maximum=1)),
            keep_running("retention", retention.run, REDIS_ERRORS, Backoff(maximum=60)),
            watch.run(told),
            ready.keep(),
        )


async def programme_in_force(programme: ProgrammeFile, watch: FitnessWatch) -> None:
    await watch.first_look()
    await programme.watch()


def open_programme(settings: BookingSettings, guard: Guard, changed: Changed) -> ProgrammeFile:
    try:
        return ProgrammeFile(settings.programme_file, guard=guard, changed=changed)
    except ProgrammeError as fault:
        raise service.CannotStart(f"PROGRAMME_FILE: {fault}") from None


def hold_rules(settings: BookingSettings) -> HoldRules:
    return HoldRules(
        hold_ms=round(settings.hold_seconds * 1000),
        ceiling_ms=round(max(settings.hold_max_seconds, settings.hold_seconds) * 1000),
        cooldown_ms=round(settings.hold_cooldown_seconds * 1000),
        most_seats=settings.max_seats_per_buyer,
        network_seats=settings.max_held_per_address,
        network_percent=settings.max_held_per_address_percent,
    )


def mail_rules(settings: BookingSettings) -> MailLimitRules:
    return MailLimitRules(
        most_to_mailbox=settings.max_mails_per_mailbox,
        most_from_network=settings.max_mails_per_address,
        most_again=settings.max_mails_per_order,
        most_corrections=settings.max_email_corrections,
    )


def retention_rules(settings: BookingSettings) -> RetentionRules:
    day_ms = 24 * 3_600_000
    return RetentionRules(
        round(settings.session_data_days * day_ms),
        round(settings.personal_data_days * day_ms),
        round(settings.order_days * day_ms),
    )


def patience(settings: BookingSettings) -> float:
    """Seconds that a request may take."""
    return settings.redis_timeout_seconds * 2


async def start(
    settings: BookingSettings, servicer: BookingServicer, health: health_aio.HealthServicer
) -> grpc.aio.Server:
    """Raises service.CannotStart where the port or the certificates are of no use."""
    server = grpc.aio.server(options=_OPTIONS)
    guarded = cast(grpc.aio.Server, GuardedServer(server, patience(settings)))
    cinema_pb2_grpc.add_ReservaServicer_to_server(servicer, guarded)
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    await set_serving(health, serving=False)
    address = free_address(settings.booking_host, settings.booking_port)
    credentials = server_credentials(settings)
    try:
        if credentials is None:
            server.add_insecure_port(address)
        else:
            server.add_secure_port(address, credentials)
    except RuntimeError as fault:
        raise service.CannotStart(f"{address}, or BOOKING_TLS_…: {brief(fault)}") from None
    await server.start()
    log.info("listening on %s", address)
    return server


def free_address(host: str, port: int) -> str:
    """The address as gRPC takes it. Tried here first, because gRPC's own complaint is several lines of its own.

    Raises service.CannotStart.
    """
    is_ipv6 = ":" in host
    address = f"[{host}]:{port}" if is_ipv6 else f"{host}:{port}"
    try:
        family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError:
        raise service.CannotStart(
            f"{address} is taken or not this machine's: BOOKING_HOST and BOOKING_PORT move it"
        ) from None
    return address


async def set_serving(health: health_aio.HealthServicer, *, serving: bool) -> None:
    states = health_pb2.HealthCheckResponse
    for name in ("", _SERVICE):
        await health.set(name, states.SERVING if serving else states.NOT_SERVING)


async def drain(
    server: grpc.aio.Server,
    health: health_aio.HealthServicer,
    feed: SeatFeed,
    batches: BatchStreams,
    seconds: float,
) -> None:
    """Readiness is withdrawn first; watches end at once, calls and requests under way are finished."""
    await health.enter_graceful_shutdown()
    feed.close()
    batches.close()
    await server.stop(seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_mutually_exclusive_group()
    commands.add_argument(
        "--adopt-dataset",
        nargs="?",
        const="",
        metavar="HOST:PORT/DB",
        help="sell from what Redis has now, after it has lost data or another took its place, and end; "
        "one that SECRETS_DIR does not know must be named",
    )
    commands.add_argument(
        "--export-person",
        metavar="EMAIL",
        help="write all that is kept of a person to standard output as JSON, and end; an order's code does, too",
    )
    commands.add_argument(
        "--erase-person",
        metavar="EMAIL",
        help="erase name, CPF mask and e-mail from a person's orders, send them no more mails, and end",
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
