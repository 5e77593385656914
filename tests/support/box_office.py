"""Sales with everything behind them: real booking, Redis, Kafka and SMTP, and what each sale led
to."""

import itertools
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
import redis
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

import cinema_pb2 as pb
from cinema.keys import partition_keys, partition_of
from cinema_pb2_grpc import ReservaStub
from gateway.seat_requests import Buyer
from notifications.kafka_clients import DEAD_LETTER_TOPIC, TOPIC
from tests.support import services
from tests.support.backends import KafkaBroker, RedisServer
from tests.support.infra import started
from tests.support.mailbox import Mailbox
from tests.support.processes import LocalProcess
from tests.support.seat_calls import SeatCalls
from tests.support.waiting import wait_until

SESSION = "S001"
NAME = "Fulana da Silva"
CALL_SECONDS = 5
_SEATS = [f"{row}{number:02d}" for row in "BCDEFGHIJ" for number in range(1, 21)]


class BoxOffice:
    """Sells seats of one session, one at a time, each to a new buyer with an address of its own.

    Redis, Kafka, the SMTP server and booking are real; a test starts the producers and consumers
    (`Staff`).
    """

    def __init__(
        self, folder: Path, redis_server: RedisServer, kafka: KafkaBroker, mailbox: Mailbox
    ) -> None:
        self.redis_server = redis_server
        self.kafka = kafka
        self.mailbox = mailbox
        settings = {"REDIS_URL": redis_server.url, **services.ALWAYS_CANCELLED}
        self.booking = services.Booking(folder, settings).start()
        self._channel = grpc.insecure_channel(self.booking.address)
        self._stub = ReservaStub(self._channel)
        self._seats = iter(_SEATS)

    @property
    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_server.url, decode_responses=True)

    def env(self, *, kafka: bool = True) -> dict[str, str]:
        return {
            "REDIS_URL": self.redis_server.url,
            "BOOKING_ADDRESS": self.booking.address,
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap if kafka else "",
            "SMTP_HOST": self.mailbox.host,
            "SMTP_PORT": str(self.mailbox.port),
            "MAIL_RETRY_FIRST_SECONDS": "0.4",
            "MAIL_RETRY_LONGEST_SECONDS": "1",
            "MAIL_LEASE_SECONDS": "3",
        }

    def sell(
        self,
        email: str | None = None,
        language: str = "",
        category: pb.Categoria = pb.INTEIRA,
    ) -> pb.Pedido:
        buyer, seat = Buyer(SESSION, uuid.uuid4().hex), next(self._seats)
        address = f"{buyer.id}@example.com" if email is None else email
        payment = pb.Pagamento(nome_completo=NAME, email=address) if address else None
        ticket = {"ingressos": [pb.Ingresso(assento=seat, categoria=category)]}
        calls = SeatCalls[pb.ReservaResponse](self._stub, ticket, timeout=CALL_SECONDS)
        assert calls.hold(buyer, [seat]).sucesso
        sold = calls.confirm(buyer, [seat], key=buyer.id, payment=payment, language=language)
        assert sold.sucesso, sold
        return self.order(sold.pedido_id)

    def sell_several(self, number: int) -> list[pb.Pedido]:
        return [self.sell() for _ in range(number)]

    def order(self, order_id: str) -> pb.Pedido:
        request = pb.PedidoRequest(pedido_id=order_id)
        return self._stub.ObterPedido(request, timeout=CALL_SECONDS)

    def wait_for_mail_state(
        self, order: pb.Pedido, state: pb.EstadoEmail, timeout: float = 20
    ) -> pb.Pedido:
        wait_until(
            lambda: self.order(order.pedido_id).email_estado == state, timeout, "the mail's state"
        )
        return self.order(order.pedido_id)

    def ask_for_mail_again(self, order: pb.Pedido) -> None:
        self._stub.ReenviarEmail(pb.PedidoRequest(pedido_id=order.pedido_id), timeout=CALL_SECONDS)

    def cancel(self, order: pb.Pedido) -> None:
        self._stub.CancelarPedido(pb.PedidoRequest(pedido_id=order.pedido_id), timeout=CALL_SECONDS)

    def mails_to(self, order: pb.Pedido) -> list[EmailMessage]:
        return [m for m in self.mailbox.messages if m["X-RcptTo"] == order.email]

    def wait_for_mails(self, orders: Sequence[pb.Pedido], timeout: float = 30) -> None:
        """Returns when every order has a mail, and booking's state of the mail says so."""
        for order in orders:
            try:
                wait_until(partial(self.mails_to, order), timeout, "a mail")
                self.wait_for_mail_state(order, pb.EMAIL_ENVIADO, timeout)
            except TimeoutError as late:
                late.add_note(self._whereabouts(order))
                raise

    def _whereabouts(self, order: pb.Pedido) -> str:
        """Where its notification is."""
        waits = int(self.redis.xlen(partition_keys(partition_of(SESSION)).outbox))
        places = [
            f"{record.partition}@{record.offset}"
            for partition in messages_in_kafka(self.kafka.bootstrap)
            for record in partition
            if record.key == order.pedido_id.encode()
        ]
        return f"{waits} entries wait in the outbox; in Kafka it is at {places or 'no place'}"

    def close(self) -> None:
        self._channel.close()
        self.booking.kill()


def messages_in_kafka(bootstrap: str, topic: str = TOPIC) -> list[list[Any]]:
    """All records of the topic, a list for each partition."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None
    )
    try:
        partitions = [
            TopicPartition(topic, n) for n in sorted(consumer.partitions_for_topic(topic))
        ]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        found: list[list[Any]] = [[] for _ in partitions]

        def read_to_the_end() -> bool:
            for partition, records in consumer.poll(200).items():
                found[partition.partition] += records
            return sum(map(len, found)) >= int(sum(ends.values()))

        wait_until(read_to_the_end, 20, "the end of the topic")
        return found
    finally:
        consumer.close()


def dead_letters_in_kafka(bootstrap: str) -> list[Any]:
    return list(itertools.chain.from_iterable(messages_in_kafka(bootstrap, DEAD_LETTER_TOPIC)))


def put_into_kafka(bootstrap: str, *values: bytes, topic: str = TOPIC) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    try:
        for value in values:
            producer.send(topic, value, key=b"same").get(10)
    finally:
        producer.close(10)


def records(folder: Path) -> list[dict[str, Any]]:
    """The ledger of the service that was started in this folder."""
    entries: list[dict[str, Any]] = json.loads((folder / "reservas_confirmadas.json").read_bytes())
    return entries


class Staff(ExitStack):
    """The producers and consumers of one test, in its folder. No log of theirs may name a buyer."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self._hired: list[LocalProcess] = []

    def producer(self, env: dict[str, str]) -> LocalProcess:
        return self._hire(services.producer(self.folder, env))

    def consumer(self, env: dict[str, str]) -> LocalProcess:
        return self._hire(services.consumer(self.folder, env))

    def both(self, env: dict[str, str]) -> tuple[LocalProcess, LocalProcess]:
        """A producer and a consumer, started at the same time."""
        pair = self.producer(env), self.consumer(env)
        for process in pair:
            process.launch()
        return pair[0].start(), pair[1].start()

    def records(self) -> list[dict[str, Any]]:
        """The whole ledger."""
        return records(self.folder)

    def records_of(self, orders: Sequence[pb.Pedido]) -> list[dict[str, Any]]:
        wanted = {order.pedido_id for order in orders}
        return [record for record in self.records() if record["pedido_id"] in wanted]

    def recorded(self, orders: Sequence[pb.Pedido]) -> list[str]:
        """The ids of those of these orders that are in the ledger, as often as they are there;
        sorted."""
        return sorted(str(record["pedido_id"]) for record in self.records_of(orders))

    def check_logs(self) -> None:
        for process in self._hired:
            for personal in (NAME, "example.com"):
                assert personal not in process.log, process.tail()

    def _hire(self, process: LocalProcess) -> LocalProcess:
        """Not started yet; gone when the test ends."""
        self.callback(process.kill)
        self._hired.append(process)
        return process


@pytest.fixture(scope="module")
def box_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    """Shared by the tests of a module: each looks only at its own sales."""
    folder = tmp_path_factory.mktemp("box-office")
    with ExitStack() as stack:
        redis_server = stack.enter_context(started(lambda: RedisServer(folder / "redis")))
        kafka = stack.enter_context(started(lambda: KafkaBroker(folder / "kafka")))
        mailbox = stack.enter_context(Mailbox())
        office = BoxOffice(folder, redis_server, kafka, mailbox)
        stack.callback(office.close)
        yield office


@pytest.fixture
def staff(tmp_path: Path, box_office: BoxOffice) -> Iterator[Staff]:
    """Belongs to one test. What the test stopped of the box office is started again at its end."""
    with Staff(tmp_path) as staff:
        yield staff
        staff.check_logs()
    box_office.booking.start()
    box_office.kafka.resume()
    box_office.kafka.start()
    box_office.mailbox.start()
    box_office.mailbox.accept()
