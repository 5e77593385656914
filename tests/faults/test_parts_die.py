"""Each part is killed during purchases.

No acknowledged order is missing anywhere, and nothing is sold twice.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import grpc
import pytest

import cinema_pb2 as pb
import cinema_pb2_grpc
from cinema.seats import seat_name
from tests.histories.delivered import orders_mailed
from tests.histories.recording import NOWHERE, Recording
from tests.support.buyers import Buyer
from tests.support.mailbox import Mailbox
from tests.support.processes import LocalProcess
from tests.support.recorded_system import recorded
from tests.support.redis_sentinel import LocalSentinel
from tests.support.services import ALWAYS_CANCELLED
from tests.support.system import System, audited, running_system
from tests.support.waiting import eventually

ORDERS = 7  # for each part that is killed
AT_ONCE = 3
SESSION = "S001"
KILL_AFTER = 3  # orders


def kafka_of(system: System) -> LocalProcess:
    assert system.kafka is not None
    return system.kafka


VICTIMS: dict[str, Callable[[System], LocalProcess]] = {
    "gateway": lambda system: system.gateways[0],
    "booking": lambda system: system.bookings[0],
    "redis": lambda system: system.redis,
    "listener": lambda system: system.listener,
    "producer": lambda system: system.producer,
    "consumer": lambda system: system.consumer,
    "kafka": kafka_of,
}
# The sales do not pass through the other two; that Kafka goes away is a test of its own below.
BY_DAY = ("gateway", "booking", "redis", "producer", "consumer")
BY_NIGHT = (("listener", "kafka"), *((victim,) for victim in BY_DAY))


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """With Kafka and its consumer."""
    with running_system(tmp_path_factory.mktemp("system"), kafka=True, pairs=2) as running:
        yield running


@pytest.fixture(scope="module")
def free_seats() -> Iterator[str]:
    """Seats of the demonstration's first session, each once.

    Buyers at the same time are in different rows, or one who is quicker would leave a seat alone.
    """
    return (seat_name(row, number) for number in range(1, 21) for row in "BCDEFGHIJ")


@pytest.mark.parametrize(
    "victims",
    [
        pytest.param(BY_DAY, id="one after the other"),
        *(pytest.param(some, id=some[0], marks=pytest.mark.nightly) for some in BY_NIGHT),
    ],
)
async def test_no_acknowledged_order_is_lost_when_parts_are_killed(
    victims: Sequence[str], system: System, free_seats: Iterator[str], tmp_path: Path
) -> None:
    seats = [next(free_seats) for _ in range(ORDERS * len(victims))]
    async with recorded(system, SESSION, tmp_path / "history.jsonl") as history:

        def kill_and_start(victim: str) -> None:
            part = VICTIMS[victim](system)
            history.recording.fault(f"kill -9 of {victim}")
            part.kill()
            part.start(timeout=60)

        events = [partial(kill_and_start, victim) for victim in victims]
        orders = await _buy_while(system, seats, events, history.recording)

        assert len(set(orders)) == len(seats)
        assert await _sold_to(system, orders) == set(seats)
        await eventually(lambda: set(orders) <= _recorded(system).keys(), 60, "every record")
        await eventually(lambda: set(orders) <= _mailed(system), 60, "every mail")
    assert history.verdict.violations == []
    assert (history.verdict.acknowledged, history.verdict.unchecked) == (len(seats), [])
    audit = await audited(system)
    assert audit.status == 0, audit.lines()


async def test_purchases_go_on_while_kafka_is_away_and_their_mails_follow(
    system: System, free_seats: Iterator[str]
) -> None:
    assert system.kafka is not None
    seats = [next(free_seats) for _ in range(10)]
    system.kafka.terminate()
    orders = await _buy_while(system, seats)
    assert not set(orders) & _recorded(system).keys()

    await asyncio.to_thread(system.kafka.start)

    await eventually(lambda: set(orders) <= _recorded(system).keys(), 60, "ten records")
    await eventually(lambda: set(orders) <= _mailed(system), 60, "ten mails")
    assert max(_recorded(system).values()) == 1


async def test_purchases_go_on_while_the_mail_server_is_away_and_their_mails_follow(
    system: System, free_seats: Iterator[str]
) -> None:
    seats = [next(free_seats) for _ in range(10)]
    system.mailbox.stop()
    orders = await _buy_while(system, seats)
    assert not set(orders) & _mailed(system)

    system.mailbox.start()

    await eventually(lambda: set(orders) <= _mailed(system), 60, "ten mails")
    await eventually(lambda: set(orders) <= _recorded(system).keys(), 60, "ten records")


@pytest.mark.nightly
@pytest.mark.parametrize("ending", ["kill", "pause"])
async def test_sales_go_on_at_the_replica_that_sentinel_promotes(
    redis_sentinel: LocalSentinel, tmp_path: Path, ending: str
) -> None:
    """Each service finds it; no sale that a replica had on disk is lost or recorded twice."""
    redis, seats = redis_sentinel, [seat_name(row, 5) for row in "BCDEFGHIJ"]
    settings = {"REDIS_URL": redis.url, **ALWAYS_CANCELLED}
    with ExitStack() as stack:
        mailbox = stack.enter_context(Mailbox())
        system = System(tmp_path, redis.master, None, mailbox, pairs=1, **settings)
        stack.enter_context(system)
        await eventually(lambda: "(replicas to wait for: 1)" in system.bookings[0].log)
        orders = await _buy_while(system, seats, [getattr(redis.master, ending)])

        # A Sentinel that did not lead the fail-over learns of it from the others.
        await eventually(lambda: redis.master_port != redis.master.port)
        assert len(set(orders)) == len(seats)
        assert await _sold_to(system, orders) == set(seats)
        await eventually(lambda: set(orders) <= _mailed(system), 60, "every mail")
        await eventually(lambda: set(orders) <= _recorded(system).keys(), 60, "every record")
        assert max(_recorded(system).values()) == 1
        await eventually(lambda: system.listener.log.count("subscribed to") > 1)
        assert not any("Traceback" in service.log for service in system.services)


async def _buy_while(
    system: System,
    seats: list[str],
    events: Sequence[Callable[[], None]] = (),
    recording: Recording = NOWHERE,
) -> list[str]:
    """One buyer a seat, a few at once; each of the events after some more orders. The acknowledged
    orders."""
    turns = asyncio.Semaphore(AT_ONCE)
    orders: list[str] = []

    async def buy(seat: str) -> None:
        async with turns:
            buyer = Buyer(system.gateways[0].url, recording)
            orders.append(await buyer.buy(SESSION, seat, seconds=90))

    async with asyncio.TaskGroup() as group:
        for seat in seats:
            group.create_task(buy(seat))
        for happens in events:
            wanted = min(len(orders) + KILL_AFTER, len(seats))
            await eventually(lambda: len(orders) >= wanted, 30, "some orders")  # noqa: B023
            await asyncio.to_thread(happens)
    return orders


async def _sold_to(system: System, orders: list[str]) -> set[str]:
    """The seats of these orders, as booking has them; each is sold on its map."""
    async with grpc.aio.insecure_channel(system.bookings[-1].address) as channel:
        stub = cinema_pb2_grpc.ReservaStub(channel)
        seats = {
            seat
            for order in orders
            for seat in (
                await stub.ObterPedido(pb.PedidoRequest(pedido_id=order), timeout=5)
            ).assentos
        }
        shown = (await stub.ObterMapa(pb.SessaoRequest(sessao_id=SESSION), timeout=5)).mapa.assentos
    sold = {seat.assento for seat in shown if seat.estado == pb.StatusReserva.RESERVADO}
    assert seats <= sold
    return seats


def _recorded(system: System) -> Counter[str]:
    if not system.ledger.exists():
        return Counter()
    return Counter(record["pedido_id"] for record in json.loads(system.ledger.read_text()))


def _mailed(system: System) -> set[str]:
    """Orders with a mail; a second copy would have the same Message-ID."""
    return set(orders_mailed(system.mailbox))
