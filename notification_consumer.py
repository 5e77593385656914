"""Reads notifications from Kafka: records each order in the ledger, and has its mail sent.

It commits an offset once the record is on disk and booking has scheduled the mail. Both effects are
idempotent, so nothing is lost or done twice, whatever is killed in between. While booking is away,
records wait; no offset waits for a mail to be sent. What cannot be handled goes to the dead-letter
topic; `--replay-dead-letters` publishes that again, and retries the mails that failed.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError

from cinema.notification import Notification
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
from notifications.delivery_result import Dead, DeliveryResult, Done, Later
from notifications.dependency import DependencyDown, TemporaryFailure
from notifications.kafka_clients import Publisher, silence_library
from notifications.kafka_group import GroupMember, claimed_instance
from notifications.open_delivery import open_delivery, rebuild_ledger, retry_failed_mails
from notifications.resend import resend_mail
from notifications.settings import ConsumerSettings
from notifications.sink import Sink, deliver_readable
from notifications.winding_down import completed_if_cancelled

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 5.0  # seconds between two tries to reach Kafka


async def serve(settings: ConsumerSettings) -> None:
    """Until SIGTERM or SIGINT. Raises CannotStart if the ledger's folder is not writable."""
    stop = stop_signal()
    silence_library()
    if not settings.kafka_bootstrap_servers:
        log.info("Kafka is off: the producer does the consumer's work, this process does nothing")
        idle = ReadyFile(settings.ready_file)
        idle.ready = True
        await run_until_stopped(stop, idle.keep())
        return
    async with AsyncExitStack() as stack:
        instance = _claim_instance(stack, settings.ledger_file)
        winding_down = asyncio.Event()
        mailer = await stack.enter_async_context(EmailService(settings))
        delivery, mail_room = await stack.enter_async_context(
            open_delivery(settings, mailer, winding_down)
        )
        publisher = Publisher(settings.kafka_bootstrap_servers)
        stack.push_async_callback(publisher.close)
        consumer = Consumer(delivery, publisher, winding_down, settings.drain_seconds)
        member = partial(GroupMember, settings.kafka_bootstrap_servers, instance)
        ready = ReadyFile(settings.ready_file, lambda: mail_room.trouble)
        consume = partial(_consume_as_member, member, consumer, ready)
        backoff = Backoff(maximum=_LONGEST_PAUSE)
        consuming = keep_running("consuming", consume, (KafkaError,), backoff)
        mailing = mail_room.run(settings.drain_seconds)
        await run_until_stopped(stop, ready.keep(), consuming, mailing)


async def _consume_as_member(
    new_member: Callable[[], GroupMember], consumer: "Consumer", ready: ReadyFile, backoff: Backoff
) -> None:
    async with new_member() as member:
        log.info("in the group as %s", member.instance)
        backoff.reset()
        try:
            await consumer.consume(member, ready)
        finally:
            ready.ready = False


def _claim_instance(stack: AsyncExitStack, ledger_file: Path) -> str:
    """An instance id in the group, until the stack is unwound."""
    try:
        return stack.enter_context(claimed_instance(ledger_file))
    except OSError as error:
        raise CannotStart(f"LEDGER_FILE={ledger_file} is refused: {brief(error)}") from None


async def replay_dead_letters(settings: ConsumerSettings) -> None:
    """Also retries failed mails.

    Raises CannotStart if Kafka is off, or Kafka or booking is away.
    """
    silence_library()
    if not settings.kafka_bootstrap_servers:
        raise CannotStart(
            "Kafka is off: its dead letters are the producer's, see notification_producer.py --help"
        )
    try:
        count = await dead_letter_topic.replay(settings.kafka_bootstrap_servers)
        log.info(dead_letter_topic.put_back(count, "Kafka"))
        await retry_failed_mails(settings)
    except (KafkaError, DependencyDown, TemporaryFailure) as error:
        raise CannotStart(f"not everything can be put back now: {brief(error)}") from None


class Consumer:
    """Handles the records of a group member, a batch at a time."""

    def __init__(
        self,
        delivery: Sink,
        publisher: Publisher,
        winding_down: asyncio.Event,
        drain_seconds: float,
    ) -> None:
        self._delivery = delivery
        self._publisher = publisher
        self._winding_down = winding_down
        self._drain_seconds = drain_seconds

    async def consume(self, member: GroupMember, ready: ReadyFile) -> None:
        """Never returns. Sets `ready` once the member is known to read.

        When it is cancelled, the batch under way has up to `drain_seconds` to end.
        """
        self._winding_down.clear()
        while True:
            records = await member.poll()
            ready.ready = member.reads
            if records:
                await completed_if_cancelled(
                    self._handle(member, records), self._winding_down, self._drain_seconds
                )

    async def _handle(self, member: GroupMember, records: Sequence[ConsumerRecord]) -> None:
        settled = await member.stay_until(asyncio.create_task(self._settled(records)))
        await member.settle(records, settled)

    async def _settled(self, records: Sequence[ConsumerRecord]) -> list[ConsumerRecord]:
        """Those to commit: they, and all before them in their partitions, are done or buried."""
        results = await deliver_readable(records, _notification_in, self._delivery)
        settled = _before_the_first_later(records, results)
        letters = [
            (record, result.reason) for record, result in settled if isinstance(result, Dead)
        ]
        if letters and not await self._bury(letters):
            return []
        return [record for record, _ in settled]

    async def _bury(self, letters: Sequence[tuple[ConsumerRecord, str]]) -> bool:
        """False if Kafka cannot take them now."""
        try:
            await dead_letter_topic.bury(self._publisher, letters)
        except DependencyDown as down:
            log.warning("%d dead letters wait for Kafka (%s)", len(letters), brief(down))
            return False
        for record, reason in letters:
            log.error(
                "message %d@%d is among the dead letters: %s",
                record.partition,
                record.offset,
                reason,
            )
        return True


def _notification_in(record: ConsumerRecord) -> Notification:
    return Notification.parse(record.value)


def _before_the_first_later(
    records: Sequence[ConsumerRecord], results: Sequence[DeliveryResult]
) -> list[tuple[ConsumerRecord, Done | Dead]]:
    """Of each partition."""
    waiting: set[int] = set()
    settled: list[tuple[ConsumerRecord, Done | Dead]] = []
    for record, result in zip(records, results, strict=True):
        if isinstance(result, Later):
            waiting.add(record.partition)
        elif record.partition not in waiting:
            settled.append((record, result))
    return settled


if __name__ == "__main__":
    command = chosen_command(
        "Records and mails confirmed orders that come through Kafka.",
        serve,
        {
            "--replay-dead-letters": Command(
                replay_dead_letters,
                "publish the dead letters again, retry failed mails, say how many, and end",
            ),
            "--rebuild-ledger": Command(
                rebuild_ledger,
                "add each record that the ledger lacks, from its order, and end",
            ),
            "--resend-mail": Command(
                resend_mail,
                "send the mail of the order with this code (or id) again, and end",
                "CODE",
            ),
        },
    )
    main("consumer", ConsumerSettings, command)
