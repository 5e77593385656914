"""The same promises on every Redis that this machine has, and more where Redis can wait for its
replicas."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from redis import Redis

from booking.redis_health import examine
from tests.support.booking_desk import Customer, Desk, open_desk
from tests.support.hall import patient_client
from tests.support.redis_replica import Replica
from tests.support.redis_servers import VARIABLE, redis_servers, using, waiting_server
from tests.support.waiting import wait_until
from tests.support.watching import watching

SERVERS = redis_servers()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.nightly if "6.2" in name else ()) for name in SERVERS
    ],
)
def desk_on(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    with ExitStack() as stack:
        stack.enter_context(using(SERVERS[request.param]))
        yield open_desk(stack, tmp_path_factory.mktemp("version"), HOLD_SECONDS="0.5")


async def test_seats_are_held_sold_freed_and_watched(desk_on: Desk) -> None:
    ana = desk_on.customer()
    async with watching(desk_on.booking.address, ana.session) as watcher:
        ana.hold("A05", "A06")
        order = ana.confirm("A05", key="k").pedido_id
        assert order
        assert ana.confirm("A05", key="k").pedido_id == order
        await watcher.wait_for_seats({"A05": "RESERVADO"})
        assert watcher.reasons == ["timeout"]
        assert watcher.snapshots == 1


# ------------------------------------------------------------------------------------ replicas


@dataclass(frozen=True)
class Replicated:
    desk: Desk
    replica: Replica


@pytest.fixture(scope="module")
def _replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicated]:
    server = waiting_server()
    if server is None:
        pytest.skip(f"no Redis from 7.2 and no Valkey here: {VARIABLE} can name one")
    folder = tmp_path_factory.mktemp("replicated")
    with ExitStack() as stack:
        stack.enter_context(using(server))
        desk = open_desk(stack, folder)
        with desk.redis() as redis:
            redis.config_set("repl-diskless-sync-delay", 0)
        replica = Replica(folder / "replica", desk.redis_server.port)
        yield Replicated(desk, stack.enter_context(replica))


@pytest.fixture
def replicated(_replicated: Replicated) -> Iterator[Replicated]:
    """One master and one replica, both well again for the next test."""
    _replicated.replica.start()
    wait_until(lambda: WAITS_FOR_ONE in last_line_on_redis(_replicated.desk), 20)
    yield _replicated
    _replicated.replica.resume()


WAITS_FOR_ONE = "(replicas to wait for: 1)"


def last_line_on_redis(desk: Desk) -> str:
    return next(line for line in reversed(desk.booking.log.splitlines()) if "Redis answers" in line)


def assert_unknown(buyer: Customer, seat: str, key: str) -> None:
    with pytest.raises(grpc.RpcError) as error:
        buyer.confirm(seat, key=key)
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_sale_is_acknowledged_once_a_replica_has_it_on_disk(replicated: Replicated) -> None:
    ana = replicated.desk.customer()
    ana.hold("A05")
    order = ana.confirm("A05", key="k").pedido_id
    with Redis.from_url(replicated.replica.url) as redis:
        folder = Path(redis.config_get("dir")["dir"])
    assert any(order.encode() in file.read_bytes() for file in folder.rglob("*.aof"))


def test_a_sale_that_no_replica_has_is_unknown_and_the_same_order_once_it_is_back(
    replicated: Replicated,
) -> None:
    ana = replicated.desk.customer()
    ana.hold("A05")
    replicated.replica.pause()
    assert_unknown(ana, "A05", "k")
    assert_unknown(ana, "A05", "k")
    assert replicated.desk.states(ana.session) == {"A05": "RESERVADO"}
    replicated.replica.resume()
    orders = {
        wait_until(lambda: confirmed(ana, "A05", "k"), 20, "a sale on two disks") for _ in range(2)
    }
    assert len(orders) == 1
    assert "0 replicas only" in replicated.desk.booking.log


def confirmed(buyer: Customer, seat: str, key: str) -> str:
    try:
        return str(buyer.confirm(seat, key=key).pedido_id)
    except grpc.RpcError:
        return ""


def test_a_connection_that_breaks_while_a_sale_waits_is_no_reason_to_call_it_safe(
    replicated: Replicated,
) -> None:
    ana = replicated.desk.customer()
    ana.hold("A05")
    replicated.replica.pause()
    with replicated.desk.redis() as redis, ThreadPoolExecutor() as crowd:
        asked = crowd.submit(assert_unknown, ana, "A05", "k")
        waiting = wait_until(
            lambda: [one["id"] for one in redis.client_list() if one["cmd"] == "waitaof"]
        )
        redis.client_kill_filter(_id=waiting[0])
        asked.result()


def test_without_its_replica_a_master_goes_on_selling(replicated: Replicated) -> None:
    ana = replicated.desk.customer()
    replicated.replica.kill()
    wait_until(lambda: WAITS_FOR_ONE not in last_line_on_redis(replicated.desk), 20)
    ana.hold("A05")
    assert ana.confirm("A05", key="k").sucesso


async def test_a_replica_is_not_fit_to_sell(replicated: Replicated) -> None:
    async with patient_client(replicated.replica.url) as redis:
        assert (await examine(redis)).problem == "Redis is a replica, which takes no writes"
