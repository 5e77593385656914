"""What is asked for while nothing changes: the list of 1,000 sessions, the map of a full hall,
and its page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

import cinema_pb2 as pb
from tests.bench import big_room, yardsticks
from tests.bench.buyers import CALL_SECONDS, Counter, Method, counter, in_groups, sell
from tests.bench.meter import Call, Cost, cost_of
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.stage import BoxOffice, box_office
from tests.support.processes import LocalProcess

LISTED = 1_000
TIMES = 40
GROUP = 6
ECHOES = 4_000


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    programme = big_room.programme([big_room.SESSION], big_room.numbered(LISTED - 1))
    with box_office(programme) as office, office.gateway() as gateway:
        async with (
            counter(office.booking.address) as at,
            httpx2.AsyncClient(base_url=gateway.url) as browser,
            yardsticks.echoing() as echo,
        ):
            seats = await at.seats(big_room.SESSION)
            await sell(at, in_groups(big_room.SESSION, seats, GROUP))

            async def page() -> None:
                (await browser.get(f"/sessao/{big_room.SESSION}")).raise_for_status()

            async def one_round() -> Figures:
                times = scale.of(TIMES, least=10)
                echo_us = await echo.cpu(scale.of(ECHOES))
                listed = await _cost(_list(at), times, office)
                mapped = await _cost(_map(at), times, office)
                paged = await _cost(page, times, office, gateway=gateway)
                return _figures(listed, mapped, paged, echo_us)

            yield one_round


async def _cost(call: Call, times: int, office: BoxOffice, **more: LocalProcess) -> Cost:
    """One after the other, once everything is known."""
    await call()
    processes = {"booking": office.booking, "redis": office.redis, **more}
    return await cost_of([call] * times, 1, processes)


def _list(at: Counter) -> Call:
    method: Method = at.channel.unary_unary("/cinema.Reserva/ListarSessoes")
    return lambda: method(b"", timeout=CALL_SECONDS)


def _map(at: Counter) -> Call:
    method: Method = at.channel.unary_unary("/cinema.Reserva/ObterMapa")
    request = pb.SessaoRequest(sessao_id=big_room.SESSION).SerializeToString()
    return lambda: method(request, timeout=CALL_SECONDS)


def _figures(listed: Cost, mapped: Cost, paged: Cost, echo_us: float) -> Figures:
    return {
        "list": listed.cpu["booking"] / 1_000,
        "map": mapped.cpu["booking"] / 1_000,
        "page_gateway": paged.cpu["gateway"] / 1_000,
        "page_booking": paged.cpu["booking"] / 1_000,
        "list_cpu": listed.cpu["booking"] / echo_us,
        "map_cpu": mapped.cpu["booking"] / echo_us,
        "page_cpu": (paged.cpu["gateway"] + paged.cpu["booking"]) / echo_us,
    }


READS = Row(
    "reads",
    "1,000 sessions, a full hall of 3,000 seats and its page, while nothing changes",
    "One after the other, while nothing changes. The page is the HTML with the session's data.",
    (
        Figure("list", "list: CPU of booking", 3, unit="ms"),
        Figure("map", "map: CPU of booking", 3, unit="ms"),
        Figure("page_gateway", "page: CPU of the gateway", 5, unit="ms"),
        Figure("page_booking", "page: CPU of booking", 5, unit="ms"),
        Figure("list_cpu", "list, in echoes", guarded=True),
        Figure("map_cpu", "map, in echoes", guarded=True),
        Figure("page_cpu", "page, in echoes", guarded=True),
    ),
    _stage,
)
