"""Relays the outboxes in Redis to Kafka; where Kafka is off, straight to the ledger and the mail.

A sale stands in its partition's outbox as soon as it exists, by the same script. Here it is handed over, and removed
only when the other side has it. One relay works at a time, held by a lease; any number may stand by, and one of them
takes over within seconds when the lease ends. However long Kafka is away, the outbox waits, in order.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial

from cinema.keys import relay_lease_key
from cinema.redis_connection import REDIS_ERRORS, RedisClient, connect, connect_blocking
from cinema.retry import Backoff, brief, keep_running
from cinema.service import (
    CannotStart,
    ReadyFile,
    chosen_command,
    main,
    run_until_stopped,
    stop_signal,
)
from email_service import EmailService
from notifications.dependency import DependencyDown, TemporaryFailure
from notifications.kafka_clients import KafkaSink, Publisher, hush_library
from notifications.lease import Lease
from notifications.mail_room import MailRoom
from notifications.open_delivery import open_delivery, retry_failed_mails
from notifications.outbox import Outbox, open_outbox
from notifications.relay import Relay
from notifications.settings import ProducerSettings
from notifications.sink import Sink

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1
_AWAY: tuple[type[Exception], ...] = (*REDIS_ERRORS, DependencyDown, TemporaryFailure)


async def serve(settings: ProducerSettings) -> None:
    """Until SIGTERM or SIGINT."""
    stop = stop_signal()
    hush_library()
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(aclosing(connect(settings)))
        outbox = await stack.enter_async_context(_outbox(settings, redis))
        winding_down = asyncio.Event()
        sink, mail_room = await stack.enter_async_context(_sink(settings, winding_down))
        relay = Relay(outbox, sink, winding_down, settings.drain_seconds)
        ready = ReadyFile(settings.ready_file, lambda: mail_room.trouble if mail_room else "")
        mailing = [mail_room.run(settings.drain_seconds)] if mail_room else []
        await run_until_stopped(
            stop,
            ready.keep(),
            _watch(redis, ready),
            keep_running(
                "relaying", partial(_relay, Lease(redis, relay_lease_key()), relay), REDIS_ERRORS
            ),
            *mailing,
        )


async def replay_dead_letters(settings: ProducerSettings) -> None:
    """Puts the dead letters of the outboxes back, each behind what waits in its partition. Also the mails that failed.

    Raises CannotStart where Redis or booking are away.
    """
    try:
        async with aclosing(connect(settings)) as redis, _outbox(settings, redis) as outbox:
            log.info("%d dead letters put back into the outbox", await outbox.replay_dead_letters())
        await retry_failed_mails(settings)
    except _AWAY as error:
        raise CannotStart(f"not everything can be put back now: {brief(error)}") from None


async def _relay(lease: Lease, relay: Relay, backoff: Backoff) -> None:
    async def work() -> None:
        backoff.reset()
        await relay.run()

    await lease.while_held(work)


async def _watch(redis: RedisClient, ready: ReadyFile) -> None:
    """Ready means that Redis answers. Without Kafka the service does what it is there for: it waits."""
    while True:
        try:
            await redis.ping()
            if not ready.ready:
                log.info("Redis answers")
            ready.ready = True
        except REDIS_ERRORS:
            ready.ready = False
        await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def _sink(
    settings: ProducerSettings, winding_down: asyncio.Event
) -> AsyncIterator[tuple[Sink, MailRoom | None]]:
    """Without Kafka also what sends the mails."""
    if not settings.kafka_bootstrap_servers:
        log.info("Kafka is off: orders go straight to the ledger and the mail")
        async with (
            EmailService(settings) as mailer,
            open_delivery(settings, mailer, winding_down) as opened,
        ):
            yield opened
        return
    publisher = Publisher(settings.kafka_bootstrap_servers)
    try:
        yield KafkaSink(publisher), None
    finally:
        await publisher.close()


@asynccontextmanager
async def _outbox(settings: ProducerSettings, redis: RedisClient) -> AsyncIterator[Outbox]:
    async with aclosing(connect_blocking(settings)) as blocking:
        yield open_outbox(redis, blocking)


if __name__ == "__main__":
    command = chosen_command(
        "Relays confirmed orders to Kafka, or without Kafka to the ledger and the mail.",
        serve,
        {
            "--replay-dead-letters": (
                replay_dead_letters,
                "put what was given up back into the outbox, send failed mails again, say how many, and end",
            )
        },
    )
    main("producer", ProducerSettings, command)
