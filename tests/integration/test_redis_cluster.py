"""Booking on a Redis Cluster: three masters, each with a replica, and sessions on all of them."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, aclosing, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

import cinema_pb2 as pb
from booking.programme import Programme, parse_programme
from booking.retention import Retention, RetentionRules
from cinema.keys import order_key, partition_of, session_keys
from cinema.redis_connection import (
    REDIS_ERRORS,
    RedisClient,
    connect,
    connect_blocking,
    disconnect,
    nodes_of,
    script_at,
)
from cinema.redis_scripts import packed
from cinema.settings import RedisSettings
from cinema_pb2_grpc import ReservaStub
from deploy.ports import LOOPBACK
from tests.support.backends import BackendMissing
from tests.support.booking_desk import CALL_SECONDS, Customer, all_orders, programme
from tests.support.hall import patient_client
from tests.support.infra import unavailable
from tests.support.redis_cluster import ClusterNode, LocalCluster
from tests.support.services import Booking, is_serving
from tests.support.storm import STORM_RULES
from tests.support.waiting import eventually, wait_until
from tests.support.watching import watching
from verify.__main__ import findings_of
from verify.findings import Check
from verify.settings import VerifySettings

SESSIONS = 40
FAILOVER_SECONDS = 20
KEYS = [session_keys(f"call-{number}").version for number in range(100)]


@dataclass(frozen=True)
class Clustered:
    cluster: LocalCluster
    booking: Booking
    stub: ReservaStub
    sessions: list[str]

    def customer(self, session: str) -> Customer:
        return Customer(self.stub, session, f"customer of {session}")

    def free_seats(self) -> dict[str, int]:
        listed = self.stub.ListarSessoes(pb.Vazio(), timeout=CALL_SECONDS).sessoes
        return {session.sessao_id: session.livres for session in listed}

    def taken(self, session: str) -> set[str]:
        request = pb.SessaoRequest(sessao_id=session)
        seats = self.stub.ObterMapa(request, timeout=CALL_SECONDS).mapa.assentos
        return {seat.assento for seat in seats}


@pytest.fixture(scope="module")
def clustered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clustered]:
    folder = tmp_path_factory.mktemp("clustered")
    sessions = [f"S{number:03d}" for number in range(SESSIONS)]  # 40 partitions
    (folder / "programacao.toml").write_text(programme(sessions))
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(LocalCluster(folder / "cluster"))
        except BackendMissing as missing:
            unavailable(missing)
        cluster.start()
        booking = stack.enter_context(Booking(folder, settings(folder, cluster)))
        channel = stack.enter_context(closing(grpc.insecure_channel(booking.address)))
        yield Clustered(cluster, booking, ReservaStub(channel), sessions)


def settings(folder: Path, cluster: LocalCluster) -> dict[str, str]:
    return {
        "REDIS_URL": cluster.urls[0],
        "REDIS_CLUSTER": "true",
        "PROGRAMME_FILE": str(folder / "programacao.toml"),
        "LOG_LEVEL": "INFO",
        "HOLD_SECONDS": "1",
        "HOLD_COOLDOWN_SECONDS": str(STORM_RULES.cooldown_ms / 1000),
    }


def new_client(cluster: LocalCluster, *, blocking: bool) -> RedisClient:
    """One that has not asked for its nodes yet."""
    settings = RedisSettings(redis_url=cluster.urls[0], redis_cluster=True)
    return connect_blocking(settings) if blocking else connect(settings)


def sent_to_the_wrong_node(cluster: LocalCluster) -> int:
    """How many commands since the start."""
    with ExitStack() as stack:
        nodes = [stack.enter_context(closing(Redis.from_url(url))) for url in cluster.urls]
        errors = [node.info("errorstats").get("errorstat_MOVED", {}) for node in nodes]
    return sum(error.get("count", 0) for error in errors)


def test_seats_of_sessions_on_every_node_are_sold_and_the_others_freed(
    clustered: Clustered,
) -> None:
    assert len({partition_of(session) for session in clustered.sessions}) > 20
    sold: set[str] = set()
    for session in clustered.sessions:
        customer = clustered.customer(session)
        assert customer.hold("A05", "A06").sucesso
        order = customer.confirm("A05", key="k")
        assert customer.confirm("A05", key="k").pedido_id == order.pedido_id != ""
        sold.add(order.pedido_id)
    assert all_orders(clustered.stub).keys() >= sold
    places = clustered.customer(clustered.sessions[0])
    assert places.extend("A05").motivo == "ja_comprado"
    wait_until(lambda: set(clustered.free_seats().values()) == {41}, 10, "holds that ended")


async def test_the_audit_reads_every_node(clustered: Clustered, tmp_path: Path) -> None:
    for session in clustered.sessions[:8]:
        assert clustered.customer(session).hold("B13").sucesso
        assert clustered.customer(session).confirm("B13").sucesso
    orders = all_orders(clustered.stub)
    settings = VerifySettings(
        redis_url=clustered.cluster.urls[0],
        redis_cluster=True,
        kafka_bootstrap_servers="",
        ledger_file=tmp_path / "none",
    )
    findings = await findings_of(settings)
    assert findings.faults == {}
    assert findings.checked[Check.ORDERS] == findings.checked[Check.SALES] == len(orders)
    assert findings.checked[Check.HALF_PRICE] >= 8


async def test_watchers_on_every_node_get_every_change(clustered: Clustered) -> None:
    sessions = clustered.sessions[::4]
    async with AsyncExitStack() as stack:
        watchers = [
            await stack.enter_async_context(watching(clustered.booking.address, session))
            for session in sessions
        ]
        versions = [watcher.version for watcher in watchers]
        for session in sessions:
            clustered.customer(session).hold("B01")
        for watcher, version in zip(watchers, versions, strict=True):
            await watcher.wait_for_version(version + 2)
            assert watcher.reasons == ["timeout"]
            assert watcher.snapshots == 1


@pytest.mark.parametrize("blocking", [False, True])
async def test_the_first_commands_of_a_client_find_their_nodes(
    clustered: Clustered, *, blocking: bool
) -> None:
    before = sent_to_the_wrong_node(clustered.cluster)
    async with aclosing(new_client(clustered.cluster, blocking=blocking)) as client:
        await asyncio.gather(*(client.get(f"key-{number}") for number in range(60)))
    assert sent_to_the_wrong_node(clustered.cluster) == before


async def test_scripts_follow_a_slot_that_moves_while_they_run(clustered: Clustered) -> None:
    nodes = {node.port: node for node in clustered.cluster.nodes}
    stays, new = "{moving}stays", "{moving}new"
    client: Any
    async with patient_client(clustered.cluster.urls[0], cluster=True) as client:
        count = script_at(client, "return redis.call('INCR', KEYS[1])")
        assert await count([stays]) == 1
        slot, source = client.keyslot(stays), nodes[client.get_node_from_key(stays).port]
        target = next(node for node in nodes.values() if node.is_master and node is not source)
        target.cluster("SETSLOT", slot, "IMPORTING", source.cluster("MYID"))
        source.cluster("SETSLOT", slot, "MIGRATING", target.cluster("MYID"))
        assert await count([stays]) == 2
        assert sorted(await asyncio.gather(*(count([new]) for _ in range(5)))) == [1, 2, 3, 4, 5]
        assert (await count.followed_by([("WAIT", 0, 1)], [new], []))[0] == 6
        exist = script_at(client, "return redis.call('EXISTS', KEYS[1], KEYS[2])")
        parted = asyncio.create_task(exist([stays, new]))
        with Redis(LOOPBACK, source.port) as redis:
            redis.migrate(LOOPBACK, target.port, stays, 0, 5_000)
        assert await parted == 2
        for node in (target, source):
            node.cluster("SETSLOT", slot, "NODE", target.cluster("MYID"))
        assert await count([stays]) == 3


def test_mails_of_every_partition_are_claimed_and_recorded(clustered: Clustered) -> None:
    stub = clustered.stub
    orders: set[str] = set()
    for session in clustered.sessions[:10]:
        customer = clustered.customer(session)
        customer.hold("B14")
        orders.add(customer.confirm("B14").pedido_id)
    for order in orders:
        request = pb.AgendarEmailRequest(pedido_id=order, tipo="ingresso")
        assert stub.AgendarEmail(request, timeout=CALL_SECONDS).agendado
    mails = stub.ReivindicarEmails(pb.ReivindicarEmailsRequest(limite=100)).emails
    assert {mail.pedido.pedido_id for mail in mails} == orders
    failed = min(orders)
    stub.RegistrarEmail(pb.RegistroEmail(pedido_id=failed, estado=pb.EMAIL_FALHOU))
    assert stub.RetomarEmails(pb.Vazio(), timeout=CALL_SECONDS).retomados == 1
    kept = pb.ReivindicarEmailsRequest(limite=100, prazo_ms=60_000, em_envio=orders)
    assert not stub.ReivindicarEmails(kept, timeout=CALL_SECONDS).emails


async def test_orders_end_on_all_nodes(clustered: Clustered) -> None:
    orders = []
    for session in clustered.sessions:
        customer = clustered.customer(session)
        customer.hold("B06")
        orders.append(customer.confirm("B06", key="ends").pedido_id)
        customer.cancel(orders[-1])
    async with patient_client(clustered.cluster.urls[0], cluster=True) as redis:
        rules = RetentionRules(1, 1, 1)
        ending = Retention(redis, rules, programme_of(clustered), lambda: True, pause_seconds=0)
        assert (await ending.walk())["erased"] >= SESSIONS

        async def all_have_ended() -> bool:
            await ending.walk()
            return not any([await redis.exists(order_key(order)) for order in orders])

        await eventually(all_have_ended)


def programme_of(clustered: Clustered) -> Callable[[], Programme]:
    shown = parse_programme(programme(clustered.sessions), "programacao.toml")
    return lambda: shown


async def test_a_cluster_that_does_not_answer_is_known_as_redis_being_away() -> None:
    async with aclosing(patient_client(f"redis://{LOOPBACK}:1/0", cluster=True)) as client:
        with pytest.raises(REDIS_ERRORS):
            await client.get("key")


async def test_a_call_finds_the_new_master_where_the_old_one_came_back_and_is_not_admitted(
    clustered: Clustered,
) -> None:
    """Booking admits masters that it has checked. Its slots still name the old one."""
    cluster, refused = clustered.cluster, set[str]()

    async def admit(run_id: str) -> None:
        if run_id in refused:
            raise RedisConnectionError("not checked")

    masters = [node for node in cluster.nodes if node.is_master]
    victim, others = masters[0], [node for node in cluster.nodes if node is not masters[0]]
    async with AsyncExitStack() as stack:
        client = connect(RedisSettings(redis_url=cluster.urls[0], redis_cluster=True), admit)
        stack.push_async_callback(disconnect, client)
        await client.initialize()
        key = next(one for one in KEYS if _port_of(client, one) == victim.port)
        call = packed("SET", key, "1", "EX", 60)
        assert await nodes_of(client).send(call, key) == "OK"
        await eventually(lambda: has_replicated(victim), 10)
        victim.kill()
        await eventually(
            lambda: sum(node.is_master for node in others) == len(masters), FAILOVER_SECONDS
        )
        victim.start()
        with Redis(LOOPBACK, victim.port) as redis:
            refused.add(str(redis.info("server")["run_id"]))
        await eventually(lambda: not victim.is_master, FAILOVER_SECONDS)

        assert await nodes_of(client).send(call, key) == "OK"


def test_a_killed_master_costs_seconds_and_no_acknowledged_order(clustered: Clustered) -> None:
    orders = {}
    for session in clustered.sessions:
        clustered.customer(session).hold("C01")
        orders[session] = clustered.customer(session).confirm("C01", key="c").pedido_id
    victim = next(node for node in clustered.cluster.nodes if node.is_master)
    wait_until(lambda: has_replicated(victim), 10)
    victim.kill()
    for session, order in orders.items():
        customer = clustered.customer(session)
        again = partial(answered, partial(customer.confirm, "C01", key="c"))
        assert wait_until(again, FAILOVER_SECONDS, "an answer").pedido_id == order
        assert wait_until(partial(answered, partial(customer.hold, "C02")), FAILOVER_SECONDS)
    wait_until(lambda: is_serving(clustered.booking.address), FAILOVER_SECONDS)
    taken = clustered.taken
    wait_until(lambda: not any("C02" in taken(session) for session in orders), 10, "free seats")
    assert all("C01" in taken(session) for session in orders)
    assert "Traceback" not in clustered.booking.log


def test_a_master_that_lost_its_data_pauses_sales_on_all_of_them_until_it_is_adopted(
    clustered: Clustered,
) -> None:
    """The last test here: what was sold there is gone."""
    for node in clustered.cluster.nodes:
        node.start()
    victim = next(node for node in clustered.cluster.nodes if node.is_master)
    with Redis(LOOPBACK, victim.port) as redis:
        redis.flushall()
    wait_until(lambda: not is_serving(clustered.booking.address), FAILOVER_SECONDS)
    assert re.search(r"has lost dataset \S+ in \d+ of 64 partitions", clustered.booking.log)
    for session in clustered.sessions[:8]:
        assert answered(partial(clustered.customer(session).hold, "C03")) is None
    adopting = [sys.executable, "booking_service_server.py", "--adopt-dataset"]
    subprocess.run(adopting, env=clustered.booking.env, timeout=30, check=True)
    wait_until(lambda: is_serving(clustered.booking.address), FAILOVER_SECONDS)
    for session in clustered.sessions[:8]:
        assert clustered.customer(session).hold("C03").sucesso


def _port_of(client: Any, key: str) -> int:
    """Of the master that has the key."""
    return int(client.get_node_from_key(key).port)


def has_replicated(node: ClusterNode) -> bool:
    """Whether its replica has everything: a cluster before 7.2 acknowledges without waiting for
    that."""
    with Redis(LOOPBACK, node.port) as redis:
        replication = redis.info("replication")
    return bool(replication["slave0"]["offset"] == replication["master_repl_offset"])


def answered(ask: Callable[[], pb.ReservaResponse]) -> pb.ReservaResponse | None:
    try:
        return ask()
    except grpc.RpcError:
        return None
