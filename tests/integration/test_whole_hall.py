"""One person at one address, with as many cookies as wanted, before two gateways and two booking
servers."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from websockets.asyncio.client import connect

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from tests.support.backends import RedisServer
from tests.support.gateway_in_process import Browser
from tests.support.infra import started
from tests.support.people import made_up_cpf
from tests.support.services import ALWAYS_CANCELLED, Booking, Gateway
from tests.support.waiting import eventually

HALL = [f"{row}{number:02d}" for row in "ABCDEFGHIJ" for number in range(1, 21)]
ONE_ADDRESS, ANOTHER_ADDRESS = "127.0.0.2", "127.0.0.3"


@dataclass
class House:
    bookings: list[Booking]
    gateways: list[Gateway]

    @asynccontextmanager
    async def page(self, number: int, address: str) -> AsyncIterator[Browser]:
        """A browser that the gateways have never seen, at one of them."""
        uri = f"{self.gateways[number % 2].url.replace('http', 'ws', 1)}/ws/reserva?sessao=S001"
        async with connect(uri, local_addr=(address, 0), max_queue=None) as socket:
            yield Browser(socket)

    async def held(self) -> int:
        async with grpc.aio.insecure_channel(self.bookings[0].address) as channel:
            answer = await ReservaStub(channel).ObterMapa(pb.SessaoRequest(sessao_id="S001"))
        return len(answer.mapa.assentos)


@contextlib.contextmanager
def opened(folder: Path, **settings: str) -> Iterator[House]:
    with ExitStack() as stack:
        redis = stack.enter_context(started(lambda: RedisServer(folder / "redis")))
        env = {"REDIS_URL": redis.url, **ALWAYS_CANCELLED, **settings}
        bookings = [stack.enter_context(Booking(folder, env)) for _ in range(2)]
        gateways = [
            stack.enter_context(Gateway(folder, {"BOOKING_ADDRESS": booking.address}))
            for booking in bookings
        ]
        yield House(bookings, gateways)


async def test_thirty_four_cookies_of_one_address_hold_three_tenths_of_the_hall(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as house:
        async with AsyncExitStack() as stack:
            *pages, last = [
                await stack.enter_async_context(house.page(number, ONE_ADDRESS))
                for number in range(34)
            ]
            replies = await asyncio.gather(
                *(
                    page.ask(acao="bloquear", assentos=HALL[6 * number : 6 * number + 6])
                    for number, page in enumerate(pages)
                )
            )
            assert Counter(reply.get("motivo", "") for reply in replies) == {
                "": 10,
                "limite_da_rede": 23,
            }
            refused = next(reply for reply in replies if reply["status"] == "erro")
            assert "rede" in refused["mensagem"]
            late = await last.ask(acao="melhores", quantidade=1)
            assert late["motivo"] == "limite_da_rede"
        # The holds outlive their pages.
        assert await house.held() == 60
        async with house.page(0, ANOTHER_ADDRESS) as honest:
            assert (await honest.ask(acao="melhores", quantidade=2))["status"] == "ok"
        logs = "".join(booking.log for booking in house.bookings)
        assert 1 <= logs.count("for more than 60 held seats from one network") <= 2
        assert ONE_ADDRESS not in logs


async def test_a_new_cookie_at_the_end_of_a_hold_waits_and_a_stranger_does_not(
    tmp_path: Path,
) -> None:
    times = {"HOLD_SECONDS": "1", "HOLD_MAX_SECONDS": "1", "HOLD_COOLDOWN_SECONDS": "600"}
    with opened(tmp_path, **times) as house:
        async with house.page(0, ONE_ADDRESS) as first, house.page(1, ONE_ADDRESS) as second:
            await first.ask(acao="bloquear", assentos=["F07", "F08"])
            assert (await second.ask(acao="bloquear", assento="F07"))["motivo"] != "aguarde"

            async def has_ended() -> bool:
                return await house.held() == 0

            await eventually(has_ended)
            for page in (first, second):
                reply = await page.ask(acao="bloquear", assento="F07")
                assert (reply["motivo"], reply["assentos_falha"]) == ("aguarde", ["F07"])
            best = await second.ask(acao="melhores", quantidade=2)
            assert best["status"] == "ok"
            assert not set(best["assentos"]) & {"F07", "F08"}
        async with house.page(0, ANOTHER_ADDRESS) as stranger:
            assert (await stranger.ask(acao="bloquear", assento="F07"))["status"] == "ok"


async def test_one_cpf_buys_six_seats_with_any_cookie(tmp_path: Path) -> None:
    payment = {"nomeCompleto": "Ana Souza", "cpf": made_up_cpf(), "email": "ana@example.com"}
    with opened(tmp_path) as house:
        for number, (seats, reason) in enumerate(
            [(HALL[:4], None), (HALL[4:7], "limite_de_assentos"), (HALL[8:10], None)]
        ):
            # Booking servers share the secret: the second one knows the person, too.
            async with house.page(number, ONE_ADDRESS) as page:
                await page.ask(acao="bloquear", assentos=seats)
                paid = await page.ask(
                    acao="confirmar_pagamento", assentos=seats, pagamento=payment, chave=f"{number}"
                )
                assert paid.get("motivo") == reason


async def test_a_key_finds_its_order_for_a_browser_that_has_lost_its_cookie(
    tmp_path: Path,
) -> None:
    payment = {"nomeCompleto": "Ana Souza", "cpf": made_up_cpf(), "email": "ana@example.com"}
    order = {"acao": "confirmar_pagamento", "assentos": ["F07"], "pagamento": payment, "chave": "k"}
    with opened(tmp_path) as house:
        async with house.page(0, ONE_ADDRESS) as page:
            await page.ask(acao="bloquear", assento="F07")
            paid = await page.ask(**order)
        async with house.page(1, ANOTHER_ADDRESS) as without_cookie:
            again = await without_cookie.ask(**order)
            assert (again["status"], again["pedido"]) == ("ok", paid["pedido"])
            async with grpc.aio.insecure_channel(house.bookings[0].address) as channel:
                await ReservaStub(channel).CancelarPedido(
                    pb.PedidoRequest(pedido_id=paid["pedido"])
                )
            cancelled = await without_cookie.ask(**order)
        assert (cancelled["motivo"], cancelled["pedido"]) == ("pedido_cancelado", paid["pedido"])
