"""/asyncapi.json: the WebSocket and the Kafka topic as an AsyncAPI 3 document, made of the types
that the code uses."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode
from starlette.requests import Request
from starlette.responses import JSONResponse

from cinema.notification import ORDERS_TOPIC, Notification
from gateway.frame_types import EVENTS, Reply
from gateway.messages import ACTIONS

Json = dict[str, Any]

PATH = "/asyncapi.json"
_SCHEMAS = "#/components/schemas/"


def document() -> Json:
    """`receive` and `send` are the gateway's; the producer sends to the topic."""
    incoming: Mapping[str, type[BaseModel]] = ACTIONS
    outgoing: dict[str, Any] = {**EVENTS, **{kind.__name__: kind for kind in get_args(Reply)}}
    topic: dict[str, Any] = {Notification.__name__: Notification}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Cinema", "version": "1"},
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/ws/reserva",
                "messages": _references("components/messages", [*incoming, *outgoing]),
                "bindings": {"ws": {"query": _object({"sessao": {"type": "string"}})}},
            },
            "orders": {
                "address": ORDERS_TOPIC,
                "messages": _references("components/messages", topic),
            },
        },
        "operations": {
            "request": _operation("receive", "socket", incoming),
            "answer": _operation("send", "socket", outgoing),
            "announce": _operation("send", "orders", topic),
        },
        "components": _components(incoming, outgoing | topic),
    }


def _components(incoming: Mapping[str, type[BaseModel]], outgoing: Mapping[str, Any]) -> Json:
    return {
        "messages": {name: {"payload": _action(name, kind)} for name, kind in incoming.items()}
        | {name: {"payload": _schema(kind)} for name, kind in outgoing.items()},
        "schemas": _schemas(
            [(kind, "validation") for kind in incoming.values()]
            + [(kind, "serialization") for kind in outgoing.values()]
        ),
    }


async def served(_request: Request) -> JSONResponse:
    return JSONResponse(document())


def _operation(action: str, channel: str, messages: Mapping[str, Any]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [*_references(f"channels/{channel}/messages", messages).values()],
    }


def _references(folder: str, names: Any) -> Json:
    return {name: {"$ref": f"#/{folder}/{name}"} for name in names}


def _action(name: str, kind: type[BaseModel]) -> Json:
    return {"allOf": [_object({"acao": {"const": name}}), _schema(kind)]}


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": [*properties]}


def _schema(kind: type) -> Json:
    return {"$ref": f"{_SCHEMAS}{kind.__name__}"}


def _schemas(kinds: list[tuple[type, JsonSchemaMode]]) -> Json:
    adapters: list[tuple[type, JsonSchemaMode, TypeAdapter[Any]]] = [
        (kind, mode, TypeAdapter(kind)) for kind, mode in kinds
    ]
    _, found = TypeAdapter.json_schemas(adapters, ref_template=_SCHEMAS + "{model}")
    schemas: Json = found["$defs"]
    return schemas
