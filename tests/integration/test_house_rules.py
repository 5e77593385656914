"""No message to the gateway evades the rules of the house; a bare client may hold any free seat."""

import itertools
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import date, timedelta
from typing import Any

import grpc
import httpx2
import pytest
from websockets.asyncio.client import connect

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from tests.bench.stage import one_of_each
from tests.support.booking_desk import Customer
from tests.support.demo_programme import demo, new_room, new_session
from tests.support.gateway_in_process import Browser, Frame
from tests.support.services import Gateway

SESSIONS = 40
PAYMENT = {"nomeCompleto": "Maria Silva", "cpf": "", "email": "maria@exemplo.com.br"}


class House:
    """One gateway and one booking server. Each test has a session of its own."""

    def __init__(self, gateway: Gateway, stub: Any) -> None:
        self._gateway = gateway
        self._stub = stub
        self._sessions = itertools.count()
        self.session = ""

    def use_new_session(self) -> None:
        self.session = f"T{next(self._sessions)}"

    @asynccontextmanager
    async def page(self, cookie: str = "") -> AsyncIterator[Browser]:
        """Somebody's browser; without a cookie it is somebody new."""
        uri = f"{self._gateway.url.replace('http', 'ws', 1)}/ws/reserva?sessao={self.session}"
        headers = {"Cookie": cookie or await self.cookie()}
        async with connect(uri, additional_headers=headers, max_queue=None) as socket:
            yield Browser(socket)

    async def cookie(self) -> str:
        async with httpx2.AsyncClient() as http:
            answer = await http.get(self._gateway.url)
        return f"comprador={answer.cookies['comprador']}"

    def bare_client(self) -> Customer:
        return Customer(self._stub, self.session, uuid.uuid4().hex)

    def states(self) -> dict[str, str]:
        """The seats that are not free."""
        answer = self._stub.ObterMapa(pb.SessaoRequest(sessao_id=self.session), timeout=5)
        names = pb.StatusReserva.Estado.Name
        return {seat.assento: names(seat.estado) for seat in answer.mapa.assentos}


@pytest.fixture(scope="module")
def building() -> Iterator[House]:
    programme = demo(
        new_room("casa", "A CCA.....", "B .........", "G DDD_DD"),
        *(
            new_session(
                f"T{number}",
                f"{date(2099, 1, 1) + timedelta(number)}T19:00:00",
                room="casa",
                comum=3200,
            )
            for number in range(SESSIONS)
        ),
    )
    with ExitStack() as stack:
        booking, gateway = stack.enter_context(
            one_of_each(programme, MAX_MESSAGES_PER_SECOND="500")
        )
        channel = stack.enter_context(grpc.insecure_channel(booking.address))
        yield House(gateway, ReservaStub(channel))


@pytest.fixture
def house(building: House) -> House:
    building.use_new_session()
    return building


async def hold(page: Browser, *seats: str) -> Frame:
    return await page.ask(acao="bloquear", assentos=seats)


async def release(page: Browser, *seats: str) -> Frame:
    return await page.ask(acao="liberar", assentos=seats)


async def pay(page: Browser, *seats: str, **more: Any) -> Frame:
    return await page.ask(
        **{"acao": "confirmar_pagamento", "assentos": seats, "pagamento": PAYMENT, **more}
    )


async def held(page: Browser, *seats: str) -> None:
    reply = await hold(page, *seats)
    assert reply["status"] == "ok", reply


def refused(reply: Frame, reason: str, *seats: str) -> bool:
    return (reply["status"], reply.get("motivo"), reply.get("assentos_falha")) == (
        *("erro", reason),
        list(seats),
    )


# -------------------------------------------------------------------------------------------- sofas


@pytest.mark.parametrize(
    ("wish", "split"),
    [
        (["G01"], ["G01"]),
        (["G02"], ["G02"]),
        (["B01", "G05"], ["G05"]),
        (["G02", "G03"], ["G02"]),  # neighbours, and no sofa; G03 is the odd one
        (["G01", "G04"], ["G01", "G04"]),
    ],
)
async def test_half_a_sofa_is_not_held(house: House, wish: list[str], split: list[str]) -> None:
    async with house.page() as page:
        reply = await hold(page, *wish)
    assert refused(reply, "poltrona_de_casal", *split)
    assert all(seat in reply["mensagem"] for seat in split)
    assert house.states() == {}


async def test_half_a_sofa_is_not_held_by_any_spelling_or_field(house: House) -> None:
    async with house.page() as page:
        for fields in (
            {"assento": "g1"},
            {"assentos": ["G001"]},
            {"assento": "G01", "do_navegador": False, "usuario_id": "a bare client"},
        ):
            reply = await page.ask(acao="bloquear", **fields)
            assert refused(reply, "poltrona_de_casal", "G01")


async def test_a_sofa_is_held_sold_and_seen_whole(house: House) -> None:
    async with house.page() as page:
        await held(page, "G02", "G01")
        assert (await pay(page, "G01", "G02"))["assentos_confirmados"] == ["G01", "G02"]


async def test_the_odd_seat_of_a_row_of_sofas_is_held_by_itself(house: House) -> None:
    async with house.page() as page:
        await held(page, "G03")
        assert (await pay(page, "G03"))["status"] == "ok"


async def test_giving_back_one_half_gives_back_both(house: House) -> None:
    async with house.page() as page:
        await held(page, "G01", "G02", "B04")
        reply = await release(page, "G02")
    assert reply["status"] == "ok"
    assert sorted(reply["assentos"]) == ["G01", "G02"]
    assert set(house.states()) == {"B04"}


async def test_half_of_a_held_sofa_is_not_sold(house: House) -> None:
    async with house.page() as page:
        await held(page, "G01", "G02")
        assert refused(await pay(page, "G01"), "poltrona_de_casal", "G01")
        assert refused(
            await pay(page, "G02", pagamento=PAYMENT | {"forma": "cartao"}),
            *("poltrona_de_casal", "G02"),
        )
        assert set(house.states().values()) == {"BLOQUEADO_TEMP"}
        assert (await pay(page, "G01", "G02"))["status"] == "ok"


async def test_half_a_sofa_whose_other_half_is_somebody_elses_is_given_back_alone(
    house: House,
) -> None:
    async with house.page() as page:
        await held(page, "G01", "G02")
        await release(page, "G01")
        clerk = house.bare_client()
        assert clerk.hold("G01").sucesso
        assert refused(await hold(page, "G02"), "poltrona_de_casal", "G02")
        assert (await release(page, "G02"))["assentos"] == ["G02"]
        assert set(house.states()) == {"G01"}


async def test_an_exchange_leaves_no_half_of_a_sofa(house: House) -> None:
    async with house.page() as page:
        await held(page, "G01", "G02")
        reply = await page.ask(acao="bloquear", assentos=["G01"], em_troca_de=["G02"])
        assert refused(reply, "poltrona_de_casal", "G01")
        reply = await page.ask(acao="bloquear", assentos=["B04", "B05"], em_troca_de=["g1"])
        assert reply["status"] == "ok"
    assert set(house.states()) == {"B04", "B05"}


async def test_the_best_seats_are_never_a_sofa_nor_made_for_somebody(house: House) -> None:
    assert house.bare_client().hold(*(f"B{number:02d}" for number in range(1, 6))).sucesso
    assert house.bare_client().hold("B06", "B07", "B08", "B09").sucesso
    async with house.page() as page:
        for _ in range(5):
            reply = await page.ask(acao="melhores", quantidade=1)
            assert reply["assentos"][0] in {"A04", "A05", "A06", "A07", "A08"}
        assert (await page.ask(acao="melhores", quantidade=1))["motivo"] == "sem_lugares_juntos"


# --------------------------------------------------------------------------------------- companions


async def test_a_companion_seat_is_not_sold_without_a_wheelchair_space(house: House) -> None:
    async with house.page() as page:
        await held(page, "A03")
        assert refused(await pay(page, "A03"), "acompanhante_sem_cadeirante", "A03")
        await held(page, "A01")
        # Held and not paid for, it may be given back the moment after.
        assert refused(await pay(page, "A03"), "acompanhante_sem_cadeirante", "A03")
        assert (await pay(page, "A01", "A03"))["status"] == "ok"


async def test_a_companion_seat_follows_a_space_that_was_bought_before(house: House) -> None:
    cookie = await house.cookie()
    async with house.page(cookie) as page, house.page() as somebody_else:
        await held(page, "A02")
        assert (await pay(page, "A02"))["status"] == "ok"
        await held(somebody_else, "A03")
        reply = await pay(somebody_else, "A03")
        assert refused(reply, "acompanhante_sem_cadeirante", "A03")
        await release(somebody_else, "A03")
    async with house.page(cookie) as later:
        await held(later, "A03")
        assert (await pay(later, "A03"))["status"] == "ok"


# ------------------------------------------------------------------------------------- lonely seats


@pytest.mark.parametrize("first", ["nobody", "somebody who holds", "somebody who bought"])
async def test_no_seat_is_left_alone(house: House, first: str) -> None:
    seats, alone = (["B02", "B03"], "B01") if first == "nobody" else (["B05"], "B06")
    async with house.page() as neighbour, house.page() as page:
        if first != "nobody":
            await held(neighbour, "B07")
        if first == "somebody who bought":
            assert (await pay(neighbour, "B07"))["status"] == "ok"
        await held(page, *seats)
        assert refused(await pay(page, *seats), "lugar_isolado", alone)
        await held(page, alone)
        # Held and not paid for, it may be given back the moment after.
        assert refused(await pay(page, *seats), "lugar_isolado", alone)
        assert (await pay(page, *seats, alone))["status"] == "ok"


async def test_who_was_there_first_pays_though_somebody_came_later(house: House) -> None:
    async with house.page() as page, house.page() as later:
        await held(page, "B03", "B04")
        await held(later, "B06")
        assert (await pay(page, "B03", "B04"))["status"] == "ok"


async def test_a_neighbour_that_released_and_came_back_came_later(house: House) -> None:
    async with house.page() as page, house.page() as neighbour:
        await held(neighbour, "B06")
        await release(neighbour, "B06")
        await held(page, "B04")
        await held(neighbour, "B06")
        assert (await pay(page, "B04"))["status"] == "ok"


async def test_it_is_no_reason_where_it_cannot_be_helped(house: House) -> None:
    async with house.page() as page:
        assert house.bare_client().hold("B04").sucesso
        await held(page, "B01", "B02")
        assert (await pay(page, "B01", "B02"))["status"] == "ok"


@pytest.mark.parametrize("seat", ["A04", "A05", "B01", "B02", "B05", "B08", "B09"])
async def test_one_person_in_an_empty_row_is_not_asked_to_move(house: House, seat: str) -> None:
    async with house.page() as page:
        await held(page, seat)
        assert (await pay(page, seat))["status"] == "ok"


async def test_one_person_need_not_move_for_a_neighbour_that_came_later(house: House) -> None:
    async with house.page() as page, house.page() as later:
        await held(page, "B02")
        await held(later, "B07")
        assert (await pay(page, "B02"))["status"] == "ok"


async def test_two_people_in_two_rows_are_not_one(house: House) -> None:
    async with house.page() as page:
        await held(page, "A05", "B02")
        assert (await pay(page, "A05", "B02"))["motivo"] == "lugar_isolado"


async def test_a_paid_order_is_found_again_however_the_row_looks_by_then(house: House) -> None:
    key = uuid.uuid4().hex
    async with house.page() as page:
        await held(page, "B01", "B02")
        paid = await pay(page, "B01", "B02", chave=key)
        assert house.bare_client().hold("B04").sucesso
        assert (await pay(page, "B01", "B02", chave=key))["pedido"] == paid["pedido"]


async def test_a_seat_that_is_gone_counts_more_than_one_that_is_left_alone(house: House) -> None:
    async with house.page() as page, house.page() as other:
        await held(other, "B02")
        assert refused(await pay(page, "B02"), "assento_indisponivel", "B02")


# ------------------------------------------------------------------------------------- bare clients


async def test_a_bare_client_holds_and_buys_any_free_seat(house: House) -> None:
    for seat in ("G01", "A03", "B02"):
        clerk = house.bare_client()
        assert clerk.hold(seat).sucesso
        assert clerk.confirm(seat).sucesso
    clerk = house.bare_client()
    assert clerk.hold("G04", "G05").sucesso
    assert list(clerk.release("G04").assentos) == ["G04"]
    assert house.states() == dict.fromkeys(("G01", "A03", "B02"), "RESERVADO") | {
        "G05": "BLOQUEADO_TEMP"
    }
