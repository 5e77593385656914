"""Batches against real booking servers and a real Redis: what is true of calls is true of them."""

import asyncio
import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import grpc
import pytest

import cinema_pb2 as pb
from booking.answer import Answer
from booking.hold_rules import ANYWHERE, Network
from cinema.redis_connection import RedisClient
from cinema.refusals import Refusal
from cinema.tickets import Category
from cinema_pb2_grpc import ReservaStub
from gateway.booking_client import BookingClient
from gateway.booking_faults import BookingDown
from gateway.seat_requests import Buyer as Asker
from tests.support.batching import (
    SECONDS,
    bare_stream,
    gateways_client,
    hold,
    streams_of,
    under_way,
)
from tests.support.booking_desk import Desk, desk_settings, open_desk
from tests.support.hall import Buyer, Hall, patient_client
from tests.support.people import made_up_cpf
from tests.support.services import Booking
from tests.support.storm import NETWORKS, STORM_RULES, storm_in
from tests.support.waiting import eventually

ROW = [f"B{number:02d}" for number in range(1, 11)]


async def test_of_many_buyers_in_one_message_none_is_half_granted(desk: Desk) -> None:
    session = desk.new_session()
    wanted = list(combinations(ROW[:6], 3))
    async with bare_stream(desk.booking.address) as stream:
        answers = await stream.ask(
            *(hold(n, Asker(session, f"buyer-{n}", ""), *seats) for n, seats in enumerate(wanted))
        )
    won = [wanted[number] for number, answer in answers.items() if answer.resposta.sucesso]
    owners = Counter(state.marca for state in desk.map(session).mapa.assentos)
    assert won
    assert sorted(owners.values()) == [3] * len(won)
    lost = [answer.resposta for answer in answers.values() if not answer.resposta.sucesso]
    assert {answer.motivo for answer in lost} == {"assento_indisponivel"}


async def test_a_batch_is_answered_as_its_calls_would_be(desk: Desk) -> None:
    session = desk.new_session()
    ana, nobody = Asker(session, "ana", ""), Asker("X", "ana", "")
    too_many = [f"B{number:02d}" for number in range(1, 8)]
    requests = [
        hold(1, ana, "z99"),
        hold(2, nobody, "A01"),
        hold(3, Asker(session, "", ""), "A01"),
        hold(4, ana, *too_many),
        hold(5, ana),
    ]
    async with bare_stream(desk.booking.address) as stream:
        answers = await stream.ask(*requests)
    for request in requests:
        answer = answers[request.numero]
        try:
            called = desk.stub.ReservarAssento(request.reservar, timeout=5)
        except grpc.RpcError as fault:
            expected = fault.code().value[0], fault.details()
            assert (answer.codigo, answer.detalhes) == expected
        else:
            assert (answer.codigo, answer.resposta) == (0, called)


# -------------------------------------------------------------------------------------------- storm


# Long enough for a busy machine's round trips.
RULES = dataclasses.replace(STORM_RULES, hold_ms=400, ceiling_ms=900)
SETTINGS = {
    "HOLD_SECONDS": "0.4",
    "HOLD_MAX_SECONDS": "0.9",
    "HOLD_COOLDOWN_SECONDS": "0.06",
    "MAX_SEATS_PER_BUYER": str(RULES.most_seats),
    "MAX_HELD_PER_ADDRESS": str(NETWORKS[0].most_held),
    "MAX_HELD_PER_ADDRESS_PERCENT": "0",
}
_CPFS: dict[str, str] = defaultdict(made_up_cpf)  # by the storm's name of a person


@dataclasses.dataclass(frozen=True, kw_only=True)
class BatchedBuyer(Buyer):
    """Asks booking through the gateway's streams."""

    client: BookingClient

    @property
    def _asker(self) -> Asker:
        return Asker(self.session, self.name, self.network.tag)

    async def hold(self, *seats: str, **_: Any) -> Answer:
        return _answer(await self.client.hold(self._asker, seats))

    async def release(self, *seats: str, **_: Any) -> Answer:
        return _answer(await self.client.release(self._asker, seats))

    async def extend(self, *seats: str, **_: Any) -> Answer:
        return _answer(await self.client.extend(self._asker, seats))

    async def confirm(
        self, *seats: str, key: str = "", category: Category = Category.FULL, **more: Any
    ) -> Answer:
        payment = pb.Pagamento(
            nome_completo="Ana Souza", cpf=_CPFS[more["person"]], email="ana@example.com"
        )
        return _answer(
            await self.client.confirm(
                self._asker,
                seats,
                key=key,
                payment=payment,
                categories=dict.fromkeys(seats, category),
            )
        )

    async def cancel(self, order_id: str, *_: str, **__: Any) -> bool:
        return (await self.client.cancel(order_id, "")).sucesso


def _answer(reply: pb.ReservaResponse) -> Answer:
    return Answer(Refusal(reply.motivo) if reply.motivo else None, order_id=reply.pedido_id)


class BatchedHall(Hall):
    def __init__(self, client: BookingClient, redis: RedisClient, session: str) -> None:
        super().__init__(redis, RULES, session)
        self.client = client

    def buyer(self, name: str = "", network: Network = ANYWHERE) -> BatchedBuyer:
        return BatchedBuyer(name, self.session, self.seats, network, client=self.client)


@pytest.mark.usefixtures("soon")
async def test_no_guarantee_breaks_in_a_storm_of_batches_at_two_servers(
    stack: ExitStack, tmp_path: Path
) -> None:
    desk = open_desk(stack, tmp_path, **SETTINGS)
    second = stack.enter_context(
        Booking(tmp_path, desk_settings(tmp_path, desk.redis_server, **SETTINGS))
    )
    async with (
        gateways_client(desk.booking.address, second.address) as client,
        gateways_client(second.address) as other_client,
        patient_client(desk.redis_server.url) as redis,
    ):
        await streams_of(client, 2, servers=2)
        await streams_of(other_client, 2)
        session = desk.new_session()
        halls = [BatchedHall(one, redis, session) for one in (client, other_client)]
        recorder = await storm_in(halls, "batches")
        assert await recorder.violations() == []
        assert client._batches.are_open
    assert "Traceback" not in desk.booking.log + second.log


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Booking]]:
    """Two servers on one Redis."""
    more, folder = {"MAX_SEATS_PER_BUYER": "100"}, tmp_path_factory.mktemp("two")
    with ExitStack() as stack:
        desk = open_desk(stack, folder, **more)
        settings = desk_settings(folder, desk.redis_server, **more)
        yield desk, stack.enter_context(Booking(folder, settings))


@pytest.mark.usefixtures("soon")
async def test_a_server_that_is_killed_leaves_its_requests_unknown_and_never_wrong(
    two: tuple[Desk, Booking],
) -> None:
    """The buyer asks again with what is unknown, and hears from another server how it is."""
    desk, second = two
    session, unknown = desk.new_session(), list[str]()
    async with gateways_client(desk.booking.address, second.address) as client:
        await streams_of(client, 2, servers=2)

        async def buy(seat: str) -> None:
            try:
                answer = await client.hold(Asker(session, seat, ""), [seat])
            except BookingDown:
                unknown.append(seat)
                await buy(seat)
            else:
                assert answer.sucesso, answer.motivo

        def asked(count: int) -> bool:
            return under_way(client) == count

        with desk.redis() as redis:
            redis.client_pause(60_000, all=False)
            buying = []
            for number, seat in enumerate(ROW, start=1):  # by turns, at both servers
                buying.append(asyncio.create_task(buy(seat)))
                await eventually(partial(asked, number))
            desk.booking.kill()
            redis.client_unpause()
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(*buying)
    assert unknown
    async with grpc.aio.insecure_channel(second.address) as channel:
        request = pb.SessaoRequest(sessao_id=session)
        shown = await ReservaStub(channel).ObterMapa(request, timeout=10)
    assert {state.assento for state in shown.mapa.assentos} == set(ROW)
    await asyncio.to_thread(desk.booking.start)


@pytest.mark.usefixtures("soon")
async def test_a_restart_beside_another_server_leaves_nothing_unknown(
    two: tuple[Desk, Booking],
) -> None:
    desk, second = two
    ana = Asker(desk.new_session(), "ana", "")
    async with gateways_client(desk.booking.address, second.address) as client:
        await streams_of(client, 2, servers=2)
        restarted = asyncio.Event()

        async def ask_on() -> int:
            count = 0
            while not restarted.is_set():
                assert (await client.hold(ana, [f"B{count % 14 + 1:02d}"])).sucesso
                count += 1
            return count

        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(ask_on()) for _ in range(8)]
            assert await asyncio.to_thread(desk.booking.terminate) == 0
            await asyncio.to_thread(desk.booking.start)
            restarted.set()
    assert all(task.result() > 0 for task in asking)
    assert "Traceback" not in desk.booking.log + second.log
