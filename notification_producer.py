"""Relays the outboxes in Redis to Kafka; without Kafka, straight to the ledger and the mails.

The script that makes a sale also appends it to its partition's outbox. The relay delivers it, and
removes it only once the other side has it. One relay works at a time, under a lease; others are
standbys, and one takes over within seconds when the lease ends. While Kafka is away, the outbox
keeps the entries in order.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial

from kafka.errors import KafkaError

from cinema.cluster_slots import refuse_missing_slots
from cinema.keys import relay_lease_key
from cinema.redis_connection import REDIS_ERRORS, RedisClient, connect_blocking, connected
from cinema.retry import Backoff, brief, keep_running
from cinema.service import (
    CannotStart,
    Command,
    ReadyFile,
    chosen_command,
    main,
    run_until_stopped,
    stop_signal,
)
from email_service import EmailService
from notifications import dead_letter_topic
from notifications.dataset import LaterSchema, refuse_later_schema
from notifications.dead_letter_topic import put_back
from notifications.dependency import DependencyDown, TemporaryFailure
from notifications.kafka_clients import KafkaSink, Publisher, silence_library
from notifications.lease import Lease
from notifications.mail_room import MailRoom
from notifications.open_delivery import open_delivery, retry_failed_mails
from notifications.outbox import Outbox, open_outbox
from notifications.relay import Relay
from notifications.settings import ProducerSettings
from notifications.sink import Sink

log = logging.getLogger(__name__)

_PING_SECONDS = 1
_REFUSED: tuple[type[Exception], ...] = (*REDIS_ERRORS, LaterSchema)
_AWAY = (*_REFUSED, KafkaError, DependencyDown, TemporaryFailure)


async def serve(settings: ProducerSettings) -> None:
    """Until SIGTERM or SIGINT."""
    stop = stop_signal()
    silence_library()
    await refuse_missing_slots(settings)
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(connected(settings))
        outbox = await stack.enter_async_context(_outbox(settings, redis))
        winding_down = asyncio.Event()
        sink, mail_room = await stack.enter_async_context(_sink(settings, winding_down))
        relay = Relay(outbox, sink, winding_down, settings.drain_seconds)
        lease = Lease(redis, relay_lease_key())
        ready = ReadyFile(settings.ready_file, lambda: mail_room.trouble if mail_room else "")
        mailing = [mail_room.run(settings.drain_seconds)] if mail_room else []
        await run_until_stopped(
            stop,
            ready.keep(),
            _keep_ready(redis, ready),
            keep_running("relaying", partial(_relay, redis, lease, relay), _REFUSED),
            *mailing,
        )


async def replay_dead_letters(settings: ProducerSettings) -> None:
    """Moves the dead letters of Redis back into the outboxes, behind what waits, and those of Kafka
    into its topic; retries failed mails.

    Raises CannotStart if Redis, Kafka or booking is away.
    """
    silence_library()
    try:
        async with connected(settings) as redis, _outbox(settings, redis) as outbox:
            await refuse_later_schema(redis)
            log.info(put_back(await outbox.replay_dead_letters(), "the outbox"))
        if servers := settings.kafka_bootstrap_servers:
            log.info(put_back(await dead_letter_topic.replay(servers), "Kafka"))
        await retry_failed_mails(settings)
    except _AWAY as error:
        raise CannotStart(f"not everything can be put back now: {brief(error)}") from None


async def _relay(redis: RedisClient, lease: Lease, relay: Relay, backoff: Backoff) -> None:
    await refuse_later_schema(redis)

    async def work() -> None:
        backoff.reset()
        await relay.run()

    await lease.while_owned(work)


async def _keep_ready(redis: RedisClient, ready: ReadyFile) -> None:
    """Ready means that Redis answers with data of a schema that is known.

    While Kafka is away the service is ready: the outbox waits.
    """
    while True:
        try:
            await refuse_later_schema(redis)
            if not ready.ready:
                log.info("Redis answers")
            ready.ready = True
        except _REFUSED:
            ready.ready = False
        await asyncio.sleep(_PING_SECONDS)


@asynccontextmanager
async def _sink(
    settings: ProducerSettings, winding_down: asyncio.Event
) -> AsyncIterator[tuple[Sink, MailRoom | None]]:
    """What the relay delivers to; without Kafka also the mail room."""
    if not settings.kafka_bootstrap_servers:
        log.info("Kafka is off: orders go straight to the ledger and the mails")
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
            "--replay-dead-letters": Command(
                replay_dead_letters,
                "put the dead letters of Redis and Kafka back, retry failed mails, "
                "say how many, and end",
            )
        },
    )
    main("producer", ProducerSettings, command)
