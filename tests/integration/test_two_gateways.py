"""Two gateways before two booking servers on one real Redis: every change reaches the browsers
of both."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import grpc
import httpx2
import pytest
from websockets.asyncio.client import connect

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from tests.support.backends import RedisServer
from tests.support.gateway_in_process import SECONDS, Browser, Frame
from tests.support.infra import started
from tests.support.people import made_up_cpf
from tests.support.services import Booking, Gateway
from tests.support.waiting import eventually

PAYMENT = {"nomeCompleto": "Maria Silva", "cpf": "529.982.247-25", "email": "maria@exemplo.com.br"}


@dataclass
class Pair:
    """The second gateway asks the second booking server: whatever both show went through Redis."""

    gateways: list[Gateway]
    bookings: list[Booking]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    with ExitStack() as stack:
        redis = stack.enter_context(started(lambda: RedisServer(folder / "redis")))
        settings = {
            "REDIS_URL": redis.url,
            "MAX_MESSAGES_PER_SECOND": "500",
            "MAX_SEATS_PER_BUYER": "20",
        }
        bookings = [stack.enter_context(Booking(folder, settings)) for _ in range(2)]
        gateways = [
            stack.enter_context(Gateway(folder, {**settings, "BOOKING_ADDRESS": booking.address}))
            for booking in bookings
        ]
        yield Pair(gateways, bookings)


@asynccontextmanager
async def page(gateway: Gateway, cookie: str = "", session: str = "S001") -> AsyncIterator[Browser]:
    uri = f"{gateway.url.replace('http', 'ws', 1)}/ws/reserva?sessao={session}"
    headers = {"Cookie": cookie} if cookie else {}
    async with connect(uri, additional_headers=headers, max_queue=None) as socket:
        yield Browser(socket)


async def cookie_from(gateway: Gateway) -> str:
    async with httpx2.AsyncClient() as http:
        answer = await http.get(gateway.url)
    return f"comprador={answer.cookies['comprador']}"


class Watcher:
    """Keeps the map as a page does: a snapshot, then every change; a hole in the versions fails
    the test."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.version = -1
        self.taken: dict[str, str] = {}

    def knows(self, version: int) -> bool:
        return self.version == version

    async def watch(self) -> None:
        async for text in self._browser.socket:
            self._take(json.loads(text))

    def _take(self, frame: Frame) -> None:
        if frame.get("evento") == "estado_inicial":
            self.version = frame["versao"]
            self.taken = {seat: state["estado"] for seat, state in frame["assentos"].items()}
        elif frame.get("evento") == "atualizacao" and frame["versao"] > self.version:
            assert frame["desde"] <= self.version
            self.version = frame["versao"]
            for change in frame["mudancas"]:
                self._change(change["evento"], change["assento"])

    def _change(self, event: str, seat: str) -> None:
        if event == "assento_liberado":
            self.taken.pop(seat, None)
        else:
            self.taken[seat] = "bloqueado" if event == "assento_bloqueado" else "ocupado"


@pytest.mark.parametrize("chosen", [0, 1])
async def test_a_hold_and_a_sale_through_one_show_in_the_browsers_of_both(
    pair: Pair, chosen: int
) -> None:
    seat = f"B0{chosen + 1}"
    async with page(pair.gateways[chosen]) as buyer, page(pair.gateways[1 - chosen]) as other:
        await other.event("estado_inicial")
        assert (await buyer.ask(acao="bloquear", assento=seat))["status"] == "ok"
        assert await _change_of(other, seat) == "assento_bloqueado"
        paid = await buyer.ask(
            acao="confirmar_pagamento", assentos=[seat], pagamento=PAYMENT, chave=seat
        )
        assert paid["status"] == "ok"
        assert await _change_of(other, seat) == "assento_reservado"
        async with httpx2.AsyncClient(base_url=pair.gateways[1 - chosen].url) as http:
            order = (await http.get(f"/api/pedidos/{paid['pedido']}.{paid['pedido_chave']}")).json()
        assert (order["assentos"], order["cpf"]) == ([seat], "***.982.247-**")


async def test_a_hold_by_a_bare_grpc_client_shows_in_the_browsers_of_both(pair: Pair) -> None:
    async with page(pair.gateways[0]) as first, page(pair.gateways[1]) as second:
        for browser in (first, second):
            await browser.event("estado_inicial")
        async with grpc.aio.insecure_channel(pair.bookings[1].address) as channel:
            request = pb.ReservaRequest(usuario_id="bare client")
            request.assento.sessao_id, request.assento.assento_num = "S001", "c5"
            assert (await ReservaStub(channel).ReservarAssento(request, timeout=SECONDS)).sucesso
        for browser in (first, second):
            assert await _change_of(browser, "C05") == "assento_bloqueado"


async def test_a_buyer_who_changes_the_gateway_keeps_the_seats(pair: Pair) -> None:
    cookie = await cookie_from(pair.gateways[0])
    async with page(pair.gateways[0], cookie) as buyer:
        await buyer.ask(acao="bloquear", assentos=["D05", "D06"])
    async with page(pair.gateways[1], cookie) as buyer:
        await buyer.owns("D05", "D06")
        assert (await buyer.ask(acao="liberar", assentos=["D05", "D06"]))["status"] == "ok"
        await buyer.owns()


async def test_two_buyers_who_want_one_seat_through_two_gateways_get_it_once(pair: Pair) -> None:
    for number in range(1, 21):
        async with page(pair.gateways[0]) as first, page(pair.gateways[1]) as second:
            replies = await asyncio.gather(
                *(buyer.ask(acao="bloquear", assento=f"E{number}") for buyer in (first, second))
            )
        assert sorted(reply["status"] for reply in replies) == ["erro", "ok"]


async def test_after_a_crowd_both_gateways_and_booking_show_the_same_map(pair: Pair) -> None:
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        watchers = [Watcher(await stack.enter_async_context(page(one))) for one in pair.gateways]
        watching = [group.create_task(watcher.watch()) for watcher in watchers]
        await asyncio.gather(*(_buyer(pair, number) for number in range(16)))
        truth = await _map(pair.bookings[0])
        for watcher in watchers:
            await eventually(partial(watcher.knows, truth.versao))
            assert watcher.taken == {
                seat.assento: "ocupado"
                if seat.estado == pb.StatusReserva.RESERVADO
                else "bloqueado"
                for seat in truth.assentos
            }
        for task in watching:
            task.cancel()


async def test_one_booking_server_dies_and_comes_back_and_its_gateway_with_it(pair: Pair) -> None:
    async with page(pair.gateways[0]) as unharmed, page(pair.gateways[1]) as harmed:
        for browser in (unharmed, harmed):
            await browser.event("estado_inicial")
        await asyncio.to_thread(pair.bookings[1].kill)
        assert (await harmed.event("situacao"))["ao_vivo"] is False
        assert (await unharmed.ask(acao="bloquear", assento="J01"))["status"] == "ok"
        await asyncio.to_thread(pair.bookings[1].start)
        assert "J01" in (await harmed.event("estado_inicial"))["assentos"]
        assert (await harmed.ask(acao="bloquear", assento="J02"))["status"] == "ok"
        assert await _change_of(unharmed, "J02") == "assento_bloqueado"


async def _buyer(pair: Pair, number: int) -> None:
    """Holds, gives back and pays at random, now through the one gateway and now through the
    other."""
    chance = random.Random(number)
    cookie = await cookie_from(pair.gateways[0])
    payment = PAYMENT | {"cpf": made_up_cpf()}
    for _ in range(3):
        async with page(chance.choice(pair.gateways), cookie) as buyer:
            seats = chance.sample([f"{row}{n:02d}" for row in "FGHI" for n in range(1, 21)], 2)
            held = await buyer.ask(acao="bloquear", assentos=seats)
            if held["status"] == "ok" and chance.random() < 0.5:
                await buyer.ask(acao="liberar", assentos=seats)
            elif held["status"] == "ok":
                key = f"{number}-{seats}".replace(" ", "")
                await buyer.ask(
                    acao="confirmar_pagamento", assentos=seats, pagamento=payment, chave=key
                )


async def _map(booking: Booking) -> pb.MapaSessao:
    async with grpc.aio.insecure_channel(booking.address) as channel:
        answer = await ReservaStub(channel).ObterMapa(
            pb.SessaoRequest(sessao_id="S001"), timeout=SECONDS
        )
    return answer.mapa


async def _change_of(browser: Browser, seat: str) -> str:
    """The next event of this seat."""
    while True:
        for change in (await browser.event("atualizacao"))["mudancas"]:
            if change["assento"] == seat:
                return str(change["evento"])
