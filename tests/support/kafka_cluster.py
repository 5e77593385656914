"""A Kafka of three brokers on loopback: each partition on all of them, two needed for a message."""

import base64
import re
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy import kafka_local
from deploy.ports import LOOPBACK
from tests.support.backends import KafkaBroker
from tests.support.ports import ports_in_a_row

BROKERS = 3
# Each line replaces one of deploy/kafka/server.properties.
REPLICATED = """
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=2
"""


@dataclass(frozen=True)
class _Member(kafka_local.Kafka):
    """One of several, each also a controller; `voters` are all."""

    number: int = 1
    voters: str = ""

    def _configuration(self) -> str:
        mine = f"node.id={self.number}\ncontroller.quorum.voters={self.voters}\n"
        return super()._configuration() + REPLICATED + mine


class KafkaCluster(ExitStack):
    """Gone when the `with` block ends. Raises BackendMissing where there is no Java."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        ports = [ports_in_a_row(2) for _ in range(BROKERS)]
        voters = ",".join(f"{n}@{LOOPBACK}:{port + 1}" for n, port in enumerate(ports, 1))
        self.brokers: list[KafkaBroker] = []
        for number, port in enumerate(ports, 1):
            place = folder / str(number)
            member = partial(_Member, number=number, voters=voters)
            self.brokers.append(KafkaBroker(place, port, member))
            _renumber(place / "data" / "meta.properties", number)
        self.bootstrap = ",".join(broker.bootstrap for broker in self.brokers)

    def start(self) -> None:
        """At the same time: one alone has no quorum."""
        for broker in self.brokers:
            self.callback(broker.kill)
            broker.launch()
        for broker in self.brokers:
            broker.start()


def _renumber(file: Path, number: int) -> None:
    """For a node of another number in the same cluster."""
    text = re.sub(r"node\.id=\d+", f"node.id={number}", file.read_text(encoding="utf-8"))
    directory = base64.urlsafe_b64encode(b"\1" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
    text = re.sub(r"directory\.id=\S+", f"directory.id={directory}", text)
    file.write_text(text, encoding="utf-8")
