"""A member of the consumer group that is killed the moment it has joined, before it knows the
topic's partitions.

kafka-python has no public hook at either moment, so this replaces two private methods. Its version
is pinned; after an upgrade that renames them, test_kafka_group fails first: the member is not
killed.

python -m tests.support.dying_member 127.0.0.1:9092 some-instance some-topic some-group
"""

import asyncio
import os
import signal
import sys
from typing import Any

from kafka.cluster import ClusterMetadata
from kafka.coordinator.consumer import ConsumerCoordinator

from notifications import kafka_clients, kafka_group
from notifications.kafka_group import GroupMember


def ask_for_nothing(metadata: ClusterMetadata, topics: Any) -> None:
    """As if the broker's answer came later than the join."""


async def die(coordinator: ConsumerCoordinator, *joined: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def join(servers: str, instance: str) -> None:
    async with GroupMember(servers, instance) as member:
        while True:
            await member.poll()


if __name__ == "__main__":
    ClusterMetadata.set_topics = ask_for_nothing
    ConsumerCoordinator._on_join_complete_async = die
    servers, instance, topic, group = sys.argv[1:]
    for module in (kafka_clients, kafka_group):
        vars(module).update(TOPIC=topic, GROUP=group)
    asyncio.run(join(servers, instance))
