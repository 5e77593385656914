"""Redis hangs, dies, or is not durable: callers get an answer in time, and sales resume by
themselves."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import grpc
import pytest
from redis import Redis

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from tests.support.booking_desk import Customer, Desk, open_desk
from tests.support.services import is_serving
from tests.support.waiting import allowed, wait_until
from tests.support.watching import watching

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
NOTICE_SECONDS = 10  # how long health may take to notice, on a machine that has other things to do
BACK_SECONDS = 20
HURRIED = [("grpc.initial_reconnect_backoff_ms", 10), ("grpc.max_reconnect_backoff_ms", 10)]
SENTENCE = "A central de reservas está sem resposta agora. Tente de novo em instantes."


@pytest.fixture(scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield open_desk(stack, tmp_path_factory.mktemp("outages"), REDIS_TIMEOUT_SECONDS="1")


@pytest.fixture
def fragile(_desk: Desk) -> Iterator[Desk]:
    """A desk whose Redis the test may take away; it is back for the next test."""
    yield _desk
    _desk.redis_server.resume()
    _desk.redis_server.start()
    wait_until(lambda: is_serving(_desk.booking.address), BACK_SECONDS)


def assert_refused(customer: Customer, seat: str) -> None:
    with pytest.raises(grpc.RpcError) as error:
        customer.hold(seat)
    assert (error.value.code(), error.value.details()) == (UNAVAILABLE, SENTENCE)


def holds_again(customer: Customer, seat: str) -> bool:
    try:
        return customer.hold(seat).sucesso
    except grpc.RpcError:
        return False


def test_while_redis_hangs_a_call_ends_before_its_deadline_and_later_works_again(
    fragile: Desk,
) -> None:
    ana = fragile.customer()
    ana.hold("A05")
    fragile.redis_server.pause()
    assert_refused(ana, "A06")
    fragile.redis_server.resume()
    wait_until(lambda: holds_again(ana, "A06"), BACK_SECONDS)
    assert fragile.states(ana.session).keys() == {"A05", "A06"}


def test_a_caller_in_a_hurry_hears_within_his_own_deadline_that_redis_hangs(fragile: Desk) -> None:
    fragile.redis_server.pause()
    begun = time.monotonic()
    with pytest.raises(grpc.RpcError) as error:
        Customer(Hurried(fragile.stub), fragile.new_session(), "ana").hold("A05")
    assert error.value.code() is UNAVAILABLE
    assert time.monotonic() - begun < allowed(1.5)


class Hurried:
    """A stub whose calls have a deadline of one second."""

    def __init__(self, stub: object) -> None:
        self._stub = stub

    def __getattr__(self, method: str) -> object:
        return lambda request, timeout: getattr(self._stub, method)(request, timeout=1.0)


def test_while_redis_is_dead_calls_are_refused_at_once_and_nothing_is_lost(fragile: Desk) -> None:
    ana = fragile.customer()
    ana.hold("A05", "A06")
    order = ana.confirm("A05", key="k")
    fragile.redis_server.kill()
    assert_refused(ana, "A07")
    with pytest.raises(grpc.RpcError):
        ana.confirm("A06", key="k2")
    fragile.redis_server.start()
    wait_until(lambda: holds_again(ana, "A07"), BACK_SECONDS)
    assert ana.confirm("A05", key="k") == order
    assert ana.confirm("A06", key="k2").sucesso
    assert fragile.states(ana.session) == {
        "A05": "RESERVADO",
        "A06": "RESERVADO",
        "A07": "BLOQUEADO_TEMP",
    }


def test_a_call_that_waits_for_booking_s_start_is_not_refused(fragile: Desk) -> None:
    fragile.booking.terminate()
    with (
        grpc.insecure_channel(fragile.booking.address, HURRIED) as channel,
        ThreadPoolExecutor(1) as pool,
    ):
        listing = partial(ReservaStub(channel).ListarSessoes, pb.Vazio(), wait_for_ready=True)
        asked = pool.submit(listing, timeout=BACK_SECONDS)
        fragile.booking.start()
        assert asked.result().sessoes


def test_health_follows_redis_away_and_back(fragile: Desk) -> None:
    address = fragile.booking.address
    for take_away, bring_back in (
        (fragile.redis_server.pause, fragile.redis_server.resume),
        (fragile.redis_server.kill, fragile.redis_server.start),
    ):
        assert is_serving(address)
        take_away()
        wait_until(lambda: not is_serving(address), NOTICE_SECONDS)
        bring_back()
        wait_until(lambda: is_serving(address), BACK_SECONDS)


def test_a_redis_that_may_lose_sales_is_named_and_sells_nothing(fragile: Desk) -> None:
    right = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
    wrong = {"appendonly": "no", "appendfsync": "everysec", "maxmemory-policy": "allkeys-lru"}
    with fragile.redis() as redis:
        change(redis, wrong)
        wait_until(lambda: not is_serving(fragile.booking.address), NOTICE_SECONDS)
        change(redis, right)
        wait_until(lambda: is_serving(fragile.booking.address), BACK_SECONDS)
    faults = ", ".join(f"{name} is {wrong[name]}, not {right[name]}" for name in right)
    assert f"not fit to sell: Redis is not durable: {faults}" in fragile.booking.log


def change(redis: Redis, settings: dict[str, str]) -> None:
    """All at once."""
    with redis.pipeline(transaction=True) as pipeline:
        for name, value in settings.items():
            pipeline.config_set(name, value)
        pipeline.execute()


@pytest.mark.parametrize("how", ["kill", "pause"])
async def test_a_watch_ends_when_redis_is_lost_and_can_be_begun_again(
    fragile: Desk, how: str
) -> None:
    ana = fragile.customer()
    async with watching(fragile.booking.address, ana.session) as watcher:
        getattr(fragile.redis_server, how)()
        assert await watcher.wait_for_end() is UNAVAILABLE
        async with watching(fragile.booking.address, ana.session) as refused:
            assert await refused.wait_for_end() is UNAVAILABLE
    fragile.redis_server.resume()
    fragile.redis_server.start()
    wait_until(lambda: holds_again(ana, "A05"), BACK_SECONDS)
    wait_until(lambda: is_serving(fragile.booking.address), BACK_SECONDS)
    async with watching(fragile.booking.address, ana.session) as watcher:
        await watcher.wait_for_seats({"A05": "BLOQUEADO_TEMP"})


def test_an_outage_leaves_lines_in_the_log_but_no_traceback(fragile: Desk) -> None:
    fragile.redis_server.kill()
    wait_until(lambda: not is_serving(fragile.booking.address), NOTICE_SECONDS)
    assert "not fit to sell: Redis does not answer" in fragile.booking.log
    assert "Traceback" not in fragile.booking.log


def test_calls_refused_for_one_reason_are_one_line_in_the_log(fragile: Desk) -> None:
    ana = fragile.customer()
    fragile.redis_server.kill()
    wait_until(lambda: not is_serving(fragile.booking.address), NOTICE_SECONDS)
    before = fragile.booking.log.count("refused for now")
    for _ in range(20):
        assert_refused(ana, "A01")
    # Two where the first calls meet a connection that breaks, the others one that is refused.
    assert fragile.booking.log.count("refused for now") <= before + 2
