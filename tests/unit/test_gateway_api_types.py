"""/openapi.json describes every route of the API, and its types fit the gateway's answers."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

import cinema_pb2 as pb
from gateway import api_types
from gateway.costs import COSTS, FREE
from gateway.http_json import map_json, order_json, own_orders_json, pix_json, sessions_json
from tests.fakes.messages import a_session, an_order
from websocket_server import create_app

ROWS = [
    pb.Fileira(nome="A", lugares=[pb.Lugar(assento="A01", preco_centavos=3200), pb.Lugar()]),
    pb.Fileira(nome="B", bloco="Mezanino", lugares=[pb.Lugar(assento="B01", tipo=pb.CADEIRANTE)]),
]


def order(**changed: Any) -> pb.Pedido:
    order = an_order()
    order.MergeFrom(pb.Pedido(**changed))
    return order


RETURNED = pb.Devolucao(ingresso=pb.Ingresso(assento="F09", preco_centavos=3200), em_ms=1)
ANSWERS: dict[str, tuple[Any, Mapping[str, Any]]] = {
    "sessions": (
        api_types.SessionList,
        sessions_json(pb.SessoesResponse(sessoes=[a_session()])),
    ),
    "map": (
        api_types.SessionMap,
        map_json(pb.MapaResponse(sessao=a_session(), fileiras=ROWS)),
    ),
    "order": (api_types.Order, order_json(order(), is_managed=True, now=0)),
    "changed order": (
        api_types.Order,
        order_json(
            order(cancelado=True, sessao_atual=a_session(), devolvidos=[RETURNED]),
            is_managed=False,
            now=0,
        ),
    ),
    "own orders": (
        api_types.OwnOrders,
        own_orders_json(pb.PedidosResponse(pedidos=[order()]), now=0),
    ),
    "pix": (api_types.PixCode, pix_json(4800)),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_has_the_fields_that_its_type_names_and_no_others(name: str) -> None:
    kind, answer = ANSWERS[name]
    sent = orjson.loads(orjson.dumps(answer))
    assert TypeAdapter(kind).validate_python(sent) == sent  # unknown fields would be dropped


@pytest.fixture(scope="module")
def described() -> dict[str, dict[str, Any]]:
    """The routes in /openapi.json, by path."""
    app = create_app()
    app.openapi_url = "/openapi.json"
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    return paths


def test_every_route_for_programs_is_described(described: dict[str, dict[str, Any]]) -> None:
    routes = {*COSTS, *FREE}
    api = {path for path in routes if path.startswith(("/api/", "/health/", "/notify"))}
    assert described.keys() == api


def test_every_answer_is_described(described: dict[str, dict[str, Any]]) -> None:
    for path, methods in described.items():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                (content,) = answer["content"].items()
                assert content[0] != "application/json" or content[1]["schema"], (path, status)


def test_every_refusal_is_described_as_it_is(described: dict[str, dict[str, Any]]) -> None:
    for path, methods in described.items():
        for operation in methods.values():
            assert "422" not in operation["responses"], path  # FastAPI's own, which we do not send
            assert path.startswith("/health/") or "default" in operation["responses"], path


def test_a_body_is_described_where_one_is_read(described: dict[str, dict[str, Any]]) -> None:
    with_body = {
        path: [*operation["requestBody"]["content"]["application/json"]["schema"]["properties"]]
        for path, methods in described.items()
        for operation in methods.values()
        if "requestBody" in operation
    }
    assert with_body == {
        "/api/pedidos/{reference}/email": ["email"],
        "/api/pedidos/{reference}/assentos/cancelar": ["assentos"],
        "/notify_liberacao": ["sessao", "assento", "motivo"],
    }
