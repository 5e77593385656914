"""How fast the outboxes get to Kafka: of one session that sells everything, and of many."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kafka import KafkaConsumer, TopicPartition

from notifications.kafka_clients import TOPIC
from tests.bench import big_room
from tests.bench.buyers import Order, counter, in_groups, sell
from tests.bench.meter import metered
from tests.bench.progress import Progress
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.stage import BoxOffice, box_office
from tests.support.backends import KafkaBroker
from tests.support.processes import LocalProcess
from tests.support.services import UNLIMITED, producer
from tests.support.waiting import eventually

ORDERS = 3_000
HOT, SPREAD = 5, 60  # sessions
PATIENCE = 120


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    hot, spread = big_room.numbered(HOT, "H"), big_room.numbered(SPREAD)
    unused, orders = iter(hot), scale.of(ORDERS)
    with (
        box_office(big_room.programme([*hot, *spread])) as office,
        KafkaBroker(office.folder / "kafka") as broker,
        _producer(office, broker) as relay,
    ):
        async with counter(office.booking.address) as at:
            seats = await at.seats(hot[0])
            scattered = (Order.of(name, [seat]) for seat in seats for name in spread)
            topic = _Topic(broker)

            async def work_off(sold: list[Order]) -> tuple[Progress, float]:
                # It hangs while the orders gather.
                relay.pause()
                await sell(at, sold)
                relay.resume()
                return await _work_off(len(sold), relay, topic)

            await work_off(in_groups(next(unused), seats[:10], 1))

            async def one_round() -> Figures:
                hot_one, cpu = await work_off(in_groups(next(unused), seats[:orders], 1))
                spread_out, _ = await work_off([next(scattered) for _ in range(orders)])
                return {"hot": hot_one.rate, "cpu": cpu, "spread": spread_out.rate}

            yield one_round


def _producer(office: BoxOffice, broker: KafkaBroker) -> LocalProcess:
    behind = {
        **office.settings,
        **UNLIMITED,
        "BOOKING_ADDRESS": office.booking.address,
        "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap,
    }
    return producer(office.folder, behind)


async def _work_off(orders: int, relay: LocalProcess, topic: "_Topic") -> tuple[Progress, float]:
    """How fast they went, and microseconds of the relay's CPU an entry."""
    progress = Progress(topic.messages(), orders)

    def done() -> bool:
        progress.note(topic.messages())
        return progress.done

    with metered({"relay": relay}) as spent:
        await eventually(done, PATIENCE, "everything in Kafka")
    return progress, spent.cpu["relay"] / orders * 1e6


class _Topic:
    def __init__(self, broker: KafkaBroker) -> None:
        self._consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap)

    def messages(self) -> int:
        """How many were ever put there."""
        partitions = self._consumer.partitions_for_topic(TOPIC) or ()
        ends = self._consumer.end_offsets([TopicPartition(TOPIC, n) for n in partitions])
        return sum(ends.values())


RELAY = Row(
    "relay",
    "From the outbox to Kafka, while thousands of orders wait",
    "Thousands of orders wait in the outbox when the producer goes to work; the end of Kafka's "
    "topic says how far it is.",
    (
        Figure("hot", "one hot session, orders a second", 5_000, better="more"),
        Figure("spread", "60 sessions, orders a second", better="more"),
        Figure("cpu", "CPU of the relay, an order of the hot session", unit="µs"),
    ),
    _stage,
    rounds=3,
)
