"""Hostile peers: their mistakes are not logged, except for rare lines, and no buyer waits for
them."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway import line, protocols
from tests.fakes.booking import FakeBooking
from tests.support import strangers
from tests.support.gateway_in_process import Bench, open_bench
from tests.support.services import Gateway
from tests.support.strangers import GET, NOTIFY, UPGRADE, frame, upgrade
from tests.support.waiting import allowed, eventually

TIMES = 30
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(189)  # of TLS
SAYINGS: dict[str, tuple[bytes, ...]] = {
    "half a notice": (NOTIFY + b"Content-Length: 10\r\n\r\n{",),
    "half a notice in chunks": (NOTIFY + CHUNKED + b"1\r\n{\r\n",),
    "a body for a route without one": (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
    ),
    "a body after a refusal": (
        b"POST / HTTP/1.1\r\nHost: localhost\r\n" + CHUNKED + b"1\r\n{\r\n",
        b"zz",
    ),
    "a chunk that is none": (NOTIFY + CHUNKED + b"zz\r\n",),
    "chunks without end": (NOTIFY + CHUNKED, b"1\r\n{\r\n" * 1_000),
    "two lengths": (NOTIFY + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}",),
    "length and chunks": (NOTIFY + b"Content-Length: 4\r\n" + CHUNKED + b"0\r\n\r\n",),
    "a negative length": (NOTIFY + b"Content-Length: -4\r\n\r\n",),
    "expectation": (NOTIFY + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n",),
    "another expectation": (NOTIFY + b"Content-Length: 4\r\nExpect: gold\r\n\r\n",),
    "a handshake": (UPGRADE,),
    "a handshake, and frames at once": (UPGRADE + frame(0x81, b"{}") * 10,),
    "a foreign origin": (upgrade(b"/ws/reserva?sessao=S001", b"Origin: http://evil.example"),),
    "another path": (upgrade(b"/ws/other"),),
    "a page's path": (upgrade(b"/sessao/S001"),),
    "health by websocket": (upgrade(b"/health/live"),),
    "no session": (upgrade(b"/ws/reserva"),),
    "a bad cookie": (upgrade(b"/ws/reserva?sessao=S001", b"Cookie: comprador=\xff\xfe"),),
    "another version": (UPGRADE.replace(b"Version: 13", b"Version: 99"),),
    "no key": (UPGRADE.replace(b"Sec-WebSocket-Key", b"X-Key"),),
    "a posted handshake": (UPGRADE.replace(b"GET", b"POST"),),
    "a long handshake": (upgrade(b"/ws/reserva?sessao=" + b"x" * 10_000),),
    "a handshake of many headers": (upgrade(b"/ws/reserva", *[b"a: b"] * 300),),
    "h2c": (GET.replace(b"\r\n\r\n", b"\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),),
    "http/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),),
    "tls": (HELLO,),
    "garbage": (bytes(range(256)) * 4,),
    "zeros": (bytes(20_000),),
    "an endless line": (b"GET /" + b"a" * 80_000,),
    "endless headers": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000,),
    "a proxy": (b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",),
    "an absolute address": (b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",),
    "options": (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",),
    "an unknown method": (b"BREW /pot HTTP/1.1\r\nHost: localhost\r\n\r\n",),
    "no host": (b"GET / HTTP/1.1\r\n\r\n",),
    "http/0.9": (b"GET /\r\n\r\n",),
    "http/1.0": (b"GET / HTTP/1.0\r\n\r\n",),
    "strange paths": (b"GET /%00/%ff/..%2f HTTP/1.1\r\nHost: \xe9\r\nCookie: \xff\r\n\r\n",),
    "many at once": (GET * 50,),
    "one and a half": (GET + GET[:-10],),
    "one and garbage": (GET + b"\0\1\2\r\n\r\n",),
}
FRAMES: dict[str, bytes] = {
    "pongs": frame(0x8A) * 5_000,
    "pings": frame(0x89) * 5_000,
    "empty fragments": frame(0x01) + frame(0x00) * 5_000,
    "fragments": frame(0x01, b"a") + frame(0x00, b"a") * 5_000,
    "empty messages": frame(0x81) * 5_000,
    "empty binary messages": frame(0x82) * 5_000,
    "pings and pongs and fragments": (frame(0x01) + frame(0x8A) + frame(0x89) + frame(0x80))
    * 1_500,
}
BROKEN_FRAMES: dict[str, bytes] = {
    "no mask": b"\x81\x01a",
    "a reserved opcode": frame(0x83),
    "a reserved bit": frame(0xC1),
    "a fragment of nothing": frame(0x80, b"a"),
    "a long ping": bytes([0x89, 0xFE, 0xFF, 0xFF]) + bytes(4),
    "no utf-8": frame(0x81, b"\xff\xfe"),
    "a reason of no utf-8": frame(0x88, b"\x03\xe8\xff\xfe"),
    "a code that is none": frame(0x88, b"\x00\x01"),
    "half a code": frame(0x88, b"\x03"),
    "a message of 2^63 bytes": bytes([0x81, 0xFF]) + b"\xff" * 8 + bytes(4),
    "half a frame": frame(0x81, b"{}")[:-1],
    "a farewell and more": frame(0x88, b"\x03\xe8") + frame(0x81, b"{}") * 100,
}


@pytest.fixture
async def gateway(tmp_path: Path, fake_booking: FakeBooking) -> AsyncIterator[Gateway]:
    settings = {"BOOKING_ADDRESS": fake_booking.address, "LOG_LEVEL": "INFO", "DRAIN_SECONDS": "2"}
    process = Gateway(tmp_path, settings)
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.kill)


def say_and_reset(port: int, *said: bytes) -> None:
    with strangers.peer(port, *said) as stranger:
        strangers.reset(stranger)


def say_and_go(port: int, *said: bytes) -> None:
    with strangers.peer(port, *said):
        pass


def say_and_listen_on(port: int, *said: bytes) -> None:
    """Half-closed: the gateway can still answer."""
    with strangers.peer(port, *said) as stranger:
        with contextlib.suppress(OSError):
            stranger.shutdown(socket.SHUT_WR)
        assert strangers.is_cut(stranger, allowed(3))


@pytest.mark.parametrize("end", [say_and_reset, say_and_go, say_and_listen_on])
async def test_a_strangers_mistakes_are_not_logged_as_errors(
    gateway: Gateway, end: Callable[..., None]
) -> None:
    for said in SAYINGS.values():
        for _ in range(TIMES if end is not say_and_listen_on else 2):
            await asyncio.to_thread(end, gateway.port, *said)
    await buyers_are_served(gateway)


async def test_frames_that_violate_the_protocol_are_not_logged_as_errors(gateway: Gateway) -> None:
    def break_rules(frames: bytes) -> None:
        with strangers.websocket(gateway.port, frames) as stranger:
            strangers.reset(stranger)
        with strangers.websocket(gateway.port, frames):
            pass

    for frames in (*BROKEN_FRAMES.values(), *FRAMES.values()):
        for _ in range(3):
            await asyncio.to_thread(break_rules, frames)
    await buyers_are_served(gateway)


@pytest.mark.parametrize("kind", FRAMES)
async def test_a_flood_of_control_frames_closes_its_socket(
    bench: Bench, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LINGER_SECONDS", 0.3)

    def flood() -> bool:
        with strangers.websocket(bench.port, FRAMES[kind]) as stranger:
            return strangers.is_cut(stranger, allowed(strangers.SECONDS))

    async with bench.browser() as buyer:
        flooding = asyncio.create_task(asyncio.to_thread(flood))
        begun = time.monotonic()
        assert (await buyer.ask(acao="bloquear", assento="F07"))["status"] == "ok"
        assert time.monotonic() - begun < allowed(1)
        assert await flooding


async def test_headers_over_the_limit_are_refused_however_fast_they_come(bench: Bench) -> None:
    headers = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 30_000 + b"\r\n"
    with await asyncio.to_thread(strangers.connected, bench.port) as stranger:
        (protocol,) = await eventually(lambda: bench.server.server_state.connections)
        assert isinstance(protocol, protocols.GuardedHttp)
        protocol.data_received(headers)
        await asyncio.to_thread(strangers.hear, stranger, b"HTTP/1.1 400")


async def test_a_browser_that_answers_our_pings_stays_connected(bench: Bench) -> None:
    def answer_and_click() -> None:
        click = frame(0x81, b'{"acao":"estender","id":"1"}')
        with strangers.websocket(bench.port, frame(0x8A) * 15, click) as browser:
            strangers.hear(browser, b'"id":"1"')

    await asyncio.to_thread(answer_and_click)


# ---------------------------------------------------------------------------------------- deadlines

SLOW: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "half a line": (b"GET /", b""),
    "a line a byte at a time": (b"GET /", b"a"),
    "half the headers": (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b""),
    "a header now and then": (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"A: b\r\n"),
    "half a handshake": (UPGRADE[:-2], b""),
    "a body now and then": (NOTIFY + b"Content-Length: 100\r\n\r\n", b" "),
    "chunks now and then": (NOTIFY + CHUNKED, b"1\r\n{\r\n"),
    "a body that was asked for": (
        NOTIFY + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n",
        b"",
    ),
    "a body after the answer": (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n",
        b" ",
    ),
    "an answered request": (GET, b""),
    "a second request now and then": (GET + b"GET /", b"a"),
    "empty lines": (b"", b"\r\n"),
}


@pytest.mark.parametrize("kind", SLOW)
async def test_an_incomplete_request_is_aborted_in_time(
    tmp_path: Path, fake_booking: FakeBooking, kind: str
) -> None:
    first, more = SLOW[kind]

    def drip() -> None:
        with strangers.peer(bench.port, first) as stranger:
            deadline = time.monotonic() + allowed(strangers.SECONDS)
            while not strangers.is_cut(stranger, 0.05):
                strangers.say(stranger, more)
                assert time.monotonic() < deadline, "still open"

    short = {"request_seconds": 0.4, "idle_seconds": 0.4}
    async with open_bench(tmp_path, fake_booking, **short) as bench:
        await asyncio.to_thread(drip)
        assert not bench.server.server_state.connections


@pytest.mark.nightly
async def test_an_unread_answer_is_aborted_in_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "READ_SECONDS", 0.3)
    asset = b"GET /static/seat-map.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with await asyncio.to_thread(strangers.connected, bench.port) as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        await asyncio.to_thread(strangers.say, stranger, asset * 300)
        await eventually(lambda: not bench.server.server_state.connections)


async def test_a_stopping_gateway_does_not_wait_for_strangers_and_logs_nothing(
    gateway: Gateway,
) -> None:
    asset = b"GET /static/seat-map.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
    half = NOTIFY + b"Content-Length: 10\r\n\r\n{"
    with contextlib.ExitStack() as open_peers:
        for said in ((), (GET[:9],), (half,), (GET,), (GET * 20,), (asset * 300,), (UPGRADE[:-2],)):
            stranger = await asyncio.to_thread(strangers.connected, gateway.port)
            open_peers.enter_context(stranger)
            await asyncio.to_thread(strangers.say, stranger, *said)
        assert await asyncio.to_thread(gateway.terminate) == 0
    assert " ERROR " not in gateway.log
    assert "Traceback" not in gateway.log


# ------------------------------------------------------------ what the kernel and Python were asked


async def test_no_request_starts_a_thread_of_its_own(bench: Bench) -> None:
    async with bench.http() as http, bench.browser() as buyer:
        for path in ("/", "/sessao/S001", "/static/main.js", "/api/sessoes", "/health/ready", "/x"):
            await http.get(path)
        await http.post("/notify_liberacao", content=b"{}")
        await buyer.ask(acao="bloquear", assento="F07")
    assert not [thread.name for thread in threading.enumerate() if "AnyIO" in thread.name]


async def test_a_browser_that_does_not_answer_our_pings_is_closed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PING_SECONDS", 0.05)

    def listen() -> None:
        with strangers.websocket(bench.port) as stranger:
            strangers.hear(stranger, b"\x89\x04ping")
            strangers.hear(stranger, b"\x03\xf3keepalive ping timeout")  # 1011
            assert strangers.is_cut(stranger, allowed(strangers.SECONDS))

    async with bench.browser() as page:
        await asyncio.to_thread(listen)
        assert (await page.ask(acao="estender"))["status"] == "ok"


async def test_small_answers_do_not_wait_for_an_acknowledgement(bench: Bench) -> None:
    async with bench.browser() as page:
        await page.event("estado_inicial")
        (connection,) = bench.server.server_state.connections
        accepted = connection.transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def buyers_are_served(gateway: Gateway) -> None:
    """And the log says nothing about what happened before."""

    def buy() -> None:
        click = frame(0x81, b'{"acao":"melhores","quantidade":1,"id":"1"}')
        with strangers.websocket(gateway.port, click) as page:
            strangers.hear(page, b'"status":"ok"')

    await asyncio.to_thread(buy)
    assert "Traceback" not in gateway.log
    assert " ERROR " not in gateway.log
    assert len(gateway.log) < 2_000, gateway.log
