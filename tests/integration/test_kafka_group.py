"""Membership in the consumer group, with a real broker."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import ROOT
from notifications.kafka_clients import ensure_topics
from notifications.kafka_group import GroupMember
from tests.backends import KafkaBroker
from tests.box_office import put_into_kafka
from tests.infra import started
from tests.waiting import eventually

INSTANCE = "box-office-0"
JOIN_SECONDS = 30


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    with started(lambda: KafkaBroker(tmp_path / "kafka")) as broker:
        ensure_topics(broker.bootstrap)
        yield broker


@pytest.fixture
def killed_member(broker: KafkaBroker) -> None:
    command = [sys.executable, "-m", "tests.dying_member", broker.bootstrap, INSTANCE]
    killed = subprocess.run(command, cwd=ROOT, timeout=JOIN_SECONDS, check=False)
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.usefixtures("killed_member")
async def test_who_comes_back_after_a_kill_at_the_first_join_gets_the_messages(
    broker: KafkaBroker,
) -> None:
    put_into_kafka(broker.bootstrap, b"an order")
    async with GroupMember(broker.bootstrap, INSTANCE) as member:
        [record] = await eventually(member.poll, JOIN_SECONDS, "the message")
    assert record.value == b"an order"
