"""Services and Kafka that are killed, stopped, or go away; the ledger's disk."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator

from kafka import KafkaAdminClient

from notifications.kafka_clients import TOPIC
from tests.faults.load import Answers
from tests.faults.redis_faults import filled, lasting
from tests.faults.scenario import Run, Scenario
from tests.faults.stage import Stage
from tests.support.kafka_cluster import KafkaCluster
from tests.support.waiting import eventually

KILLS = int(os.environ.get("FAULTS_KILLS", "100"))
KAFKA_AWAY_SECONDS = float(os.environ.get("FAULTS_KAFKA_SECONDS", "300"))
MAILS_WITHIN_SECONDS = 60
LEDGER_SECONDS = 5
BROKER_SECONDS = 15
NOTICE_SECONDS = 30
# A hold's p99 without Kafka, of that with it: the promise is a tenth. On a machine that does other
# things at the same time the two windows differ by more than that: a few milliseconds are allowed.
TOLERANCE, NOISE_SECONDS = 1.10, 0.010


async def kill_parts(stage: Stage) -> None:
    """One after the other, in random order; each is started again and awaited."""
    for _ in range(KILLS):
        part = stage.rng.choice(stage.parts)
        await asyncio.to_thread(part.kill)
        await asyncio.to_thread(part.start)
        stage.seen += 1


async def restart_parts(stage: Stage) -> None:
    """As a deployment does: SIGTERM, then the new one, one part after the other."""
    for part in stage.parts:
        await asyncio.to_thread(part.restart, 60)


async def take_kafka_away(stage: Stage) -> None:
    await asyncio.to_thread(stage.kafka.terminate)
    begin = time.monotonic()
    async with lasting(KAFKA_AWAY_SECONDS):
        pass
    stage.window = (begin, time.monotonic())
    await asyncio.to_thread(stage.kafka.start)


async def kill_a_broker(stage: Stage) -> None:
    """That which leads most partitions; it comes back after a while."""
    assert stage.brokers is not None
    leaders = await asyncio.to_thread(_leaders, stage.brokers)
    number = Counter(leaders.values()).most_common(1)[0][0]
    victim = stage.brokers.brokers[number - 1]
    async with lasting(BROKER_SECONDS):
        await asyncio.to_thread(victim.kill)
    later = await asyncio.to_thread(_leaders, stage.brokers)
    stage.seen += sum(before == number != later[at] for at, before in leaders.items())
    await asyncio.to_thread(victim.start)


def _leaders(cluster: KafkaCluster) -> dict[int, int]:
    """Which broker leads each partition of the topic."""
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    try:
        partitions = admin.describe_topics([TOPIC])[0]["partitions"]
    finally:
        admin.close()
    return {one["partition_index"]: one["leader_id"] for one in partitions}


def p99_and_mails_hold(run: Run) -> Iterator[str]:
    calm = run.answers.hold_p99(0, run.begin)
    away = run.answers.hold_p99(*run.stage.window)
    if away > max(calm * TOLERANCE, calm + NOISE_SECONDS):
        yield f"p99 of a hold: {calm * 1000:.1f} ms with Kafka, {away * 1000:.1f} ms without"
    if run.arrived > MAILS_WITHIN_SECONDS:
        yield f"the last mail came {run.arrived:.0f} s after Kafka"


async def fill_the_ledgers_disk(stage: Stage) -> None:
    with filled(stage.system.ledger.parent):
        before = _ledger_outages(stage, Answers())
        await eventually(lambda: _ledger_outages(stage, Answers()) > before, NOTICE_SECONDS)
        async with lasting(LEDGER_SECONDS):
            pass


async def delete_the_ledger(stage: Stage) -> None:
    rebuilt = _rebuilt(stage, Answers())
    stage.system.ledger.unlink()
    await eventually(lambda: _rebuilt(stage, Answers()) > rebuilt, NOTICE_SECONDS, "a rebuild")


def _ledger_outages(stage: Stage, _: Answers) -> int:
    return stage.system.consumer.log.count("the ledger is away")


def _rebuilt(stage: Stage, _: Answers) -> int:
    return stage.system.consumer.log.count("the ledger was compared with all")


def _unknown(_: Stage, answers: Answers) -> int:
    return answers.unknown


BROKER_FAULTS = [
    Scenario(
        "broker",
        "One of three Kafka brokers killed, for 15 s",
        kill_a_broker,
        lambda stage, _: stage.seen,
        "partitions with a new leader",
    )
]
PART_FAULTS = [
    Scenario(
        "kills",
        f"kill -9 × {KILLS}: services, Redis and Kafka in random order",
        kill_parts,
        _unknown,
        "calls whose outcome was unknown",
        a_second=5,
    ),
    Scenario(
        "rolling",
        "Rolling restart of everything: each service, Redis, Kafka",
        restart_parts,
        lambda stage, _: stage.system.logs.count(" stopping"),
        "orderly ends in the services' logs",
        at_least=7,
    ),
    Scenario(
        "ledger-disk",
        "The ledger's disk full",
        fill_the_ledgers_disk,
        _ledger_outages,
        "outages in the consumer's log",
    ),
    Scenario(
        "ledger-gone",
        "The ledger deleted",
        delete_the_ledger,
        _rebuilt,
        "rebuilds in the consumer's log",
    ),
    Scenario(
        "kafka-away",
        f"Kafka away for {KAFKA_AWAY_SECONDS:g} s",
        take_kafka_away,
        lambda stage, _: stage.system.producer.log.count("Kafka is away"),
        "outages in the producer's log",
        a_second=5,
        promise=p99_and_mails_hold,
    ),
]
