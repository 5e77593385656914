"""Connections beyond the limit of open files: some are closed, and the gateway keeps serving."""

import asyncio
import contextlib
import resource
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage

from tests.fakes.booking import FakeBooking
from tests.support import strangers
from tests.support.services import Gateway, UvicornGateway
from tests.support.waiting import allowed, eventually

FILES = 256
ADDRESSES = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")
HALF_OPEN = {
    "nothing": b"",
    "half a line": b"GET / HT",
    "half the headers": b"GET / HTTP/1.1\r\nHost: localhost\r\n",
    "half a body": strangers.NOTIFY + b"Content-Length: 10\r\n\r\n{",
    "a chunk": strangers.NOTIFY + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
}
BY_DAY = ("half a line", "half a body")


def limited(gateway: Gateway, *ulimit: str) -> Gateway:
    gateway.command = ["sh", "-c", f'ulimit {" ".join(ulimit)} && exec "$0" "$@"', *gateway.command]
    return gateway


@pytest.fixture
async def gateway(tmp_path: Path, fake_booking: FakeBooking) -> AsyncIterator[Gateway]:
    settings = {"BOOKING_ADDRESS": fake_booking.address, "COALESCE_MS": "0", "DRAIN_SECONDS": "2"}
    process = limited(Gateway(tmp_path, settings), "-n", str(FILES))
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.kill)


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=() if kind in BY_DAY else pytest.mark.nightly) for kind in HALF_OPEN],
)
async def test_half_open_connections_of_one_address_stop_nobody_else(
    gateway: Gateway, kind: str
) -> None:
    def crowd() -> None:
        for _ in range(3 * FILES):
            crowding.enter_context(
                strangers.peer(gateway.port, HALF_OPEN[kind], source="127.0.0.2")
            )

    with contextlib.ExitStack() as crowding, ThreadPoolExecutor(1) as threads:
        coming = threads.submit(crowd)
        for _ in range(5):
            await answers_at_once(gateway, "127.0.0.1", "127.0.0.2")
        await asyncio.to_thread(coming.result)
        await answers_at_once(gateway, "127.0.0.1", "127.0.0.2")
    async with page(gateway, "127.0.0.1") as buyer:
        await sells_to(buyer)
    assert gateway.running
    assert_quiet(gateway)


async def test_pages_beyond_the_limit_are_refused_and_the_others_still_buy(
    gateway: Gateway,
) -> None:
    async with contextlib.AsyncExitStack() as pages:
        welcome = []
        for number in range(3 * FILES):
            source = ADDRESSES[number % len(ADDRESSES)]
            with contextlib.suppress(ConnectionClosed, ConnectionError, InvalidMessage):
                opened = await pages.enter_async_context(page(gateway, source))
                if "estado_inicial" in str(await opened.recv()):
                    welcome.append(opened)
            if number % FILES == 0:
                await answers_at_once(gateway, "127.0.0.1", source)
        assert len(welcome) > FILES / 2
        await answers_at_once(gateway, *ADDRESSES)
        await sells_to(welcome[0])
        await sells_to(welcome[-1])
    assert_quiet(gateway)


@pytest.mark.parametrize("loop", ["", pytest.param("asyncio", marks=pytest.mark.nightly)])
async def test_a_full_descriptor_table_logs_one_line_a_second_and_recovers(
    tmp_path: Path, fake_booking: FakeBooking, loop: str
) -> None:
    """The cause does not matter: the test lowers the limit below the number of open files."""
    settings = {"BOOKING_ADDRESS": fake_booking.address, "COALESCE_MS": "0"}
    gateway = (
        UvicornGateway(tmp_path, settings, "--loop", loop) if loop else Gateway(tmp_path, settings)
    )
    with await asyncio.to_thread(limited(gateway, "-n", str(FILES)).start):
        await _full_table(gateway)


async def test_a_full_descriptor_table_under_uvicorns_command_recovers(
    tmp_path: Path, fake_booking: FakeBooking
) -> None:
    """Its loop, uvloop, logs nothing and retries."""
    gateway = UvicornGateway(tmp_path, {"BOOKING_ADDRESS": fake_booking.address})
    with await asyncio.to_thread(limited(gateway, "-n", str(FILES)).start):
        resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (3, FILES))
        with strangers.peer(gateway.port, strangers.GET) as waiting:
            await eventually(lambda: "Too many open files" in gateway.log)  # says the ready file
            resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
            await asyncio.to_thread(strangers.hear, waiting, b'"vivo"')
        async with page(gateway, "127.0.0.1") as buyer:
            await sells_to(buyer)


async def _full_table(gateway: Gateway) -> None:
    resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (3, FILES))
    with strangers.peer(gateway.port, strangers.GET) as waiting:
        begun = time.monotonic()
        await eventually(lambda: gateway.log.count("out of system resource") >= 3)
        assert gateway.log.count("out of system resource") <= time.monotonic() - begun + 1
        resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        await asyncio.to_thread(strangers.hear, waiting, b'"vivo"')
    async with page(gateway, "127.0.0.1") as buyer:
        await sells_to(buyer)
    assert gateway.running


async def test_the_gateway_raises_its_own_limit(tmp_path: Path, fake_booking: FakeBooking) -> None:
    settings = {"BOOKING_ADDRESS": fake_booking.address}
    with await asyncio.to_thread(limited(Gateway(tmp_path, settings), "-Sn", "100").start) as own:
        assert soft_limit(own) == hard_limit()
    with await asyncio.to_thread(
        limited(UvicornGateway(tmp_path, settings), "-Sn", "100").start
    ) as plain:
        assert soft_limit(plain) == hard_limit()


async def answers_at_once(gateway: Gateway, *sources: str) -> None:
    for source in sources:
        took = await asyncio.to_thread(strangers.seconds_to_answer, gateway.port, source)
        assert took < allowed(1), source


@contextlib.asynccontextmanager
async def page(gateway: Gateway, source: str) -> AsyncIterator[ClientConnection]:
    url = f"{gateway.url.replace('http', 'ws')}/ws/reserva?sessao=S001"
    async with connect(url, local_addr=(source, 0), max_queue=None, close_timeout=0.1) as opened:
        yield opened


async def sells_to(buyer: ClientConnection) -> None:
    await buyer.send('{"acao":"melhores","quantidade":1,"id":"mine"}')
    async with asyncio.timeout(allowed(2)):
        while '"id":"mine"' not in (frame := str(await buyer.recv())):
            pass
    assert '"status":"ok"' in frame


def assert_quiet(gateway: Gateway) -> None:
    assert len(gateway.log) < 4_000, gateway.log[:4_000]
    assert "ERROR" not in gateway.log
    assert "Traceback" not in gateway.log


def soft_limit(gateway: Gateway) -> int:
    return resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE)[0]


def hard_limit() -> int:
    return min(65_536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
