"""redis_listener.py with a real Redis Cluster: each master sends events of its own keys alone."""

from contextlib import ExitStack
from pathlib import Path

from redis.cluster import RedisCluster

from cinema.keys import session_keys
from tests.fakes.notify_receiver import NotifyReceiver
from tests.support.redis_cluster import LocalCluster
from tests.support.services import listener
from tests.support.waiting import wait_until

SECRET = "a secret of the test's own"
# Their partitions lie in slots of different masters.
SESSIONS = [f"T{number}" for number in range(12)]


def expire_one_each(cluster: LocalCluster, seat: str) -> list[dict[str, str]]:
    """One lock of every session expires; returns the notices that this should give."""
    with RedisCluster.from_url(cluster.urls[1]) as connection:
        for session_id in SESSIONS:
            connection.set(session_keys(session_id).lock(seat), "held", px=1)
        connection.disconnect_connection_pools()
    return [{"sessao": session, "assento": seat, "motivo": "timeout"} for session in SESSIONS]


def test_every_master_is_heard_and_so_is_the_replica_that_takes_over(
    redis_cluster: LocalCluster, services: ExitStack, tmp_path: Path
) -> None:
    receiver = services.enter_context(NotifyReceiver(SECRET.encode()))
    process = services.enter_context(
        listener(
            tmp_path,
            {
                "REDIS_URL": redis_cluster.urls[0],
                "REDIS_CLUSTER": "true",
                "REDIS_TIMEOUT_SECONDS": "0.5",
                "WS_NOTIFY_URL": receiver.url,
                "NOTIFY_SECRET": SECRET,
            },
        )
    )
    wait_until(lambda: process.log.count("subscribed to") == 3)

    expected = expire_one_each(redis_cluster, "F07")
    wait_until(lambda: all(notice in receiver.bodies for notice in expected), timeout=10)
    assert all(receiver.bodies.count(notice) == 1 for notice in expected)

    # The very node that REDIS_URL names.
    redis_cluster.nodes[0].kill()
    successor = redis_cluster.nodes[3]
    wait_until(lambda: successor.is_master, timeout=20, what="the failover")
    wait_until(
        lambda: f":{successor.port}" in process.log.rpartition("subscribed to")[2], timeout=10
    )

    expected = expire_one_each(redis_cluster, "F08")
    wait_until(lambda: all(notice in receiver.bodies for notice in expected), timeout=10)
    assert process.terminate() == 0
    assert "Traceback" not in process.log
