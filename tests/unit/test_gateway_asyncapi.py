"""/asyncapi.json names every message, and every reference in it leads somewhere."""

import json
from collections.abc import Iterator
from typing import Any

from cinema.notification import ORDERS_TOPIC
from gateway.asyncapi import document
from gateway.frame_types import EVENTS
from gateway.messages import ACTIONS

DOCUMENT = document()


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_every_action_event_and_reply_is_a_message() -> None:
    (receive, send, announce) = DOCUMENT["operations"].values()
    names = [[one["$ref"].rsplit("/", 1)[1] for one in o["messages"]] for o in (receive, send)]
    assert names == [[*ACTIONS], [*EVENTS, "Success", "Error"]]
    assert DOCUMENT["channels"]["orders"]["address"] == ORDERS_TOPIC
    assert len(announce["messages"]) == 1


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        part: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


def test_it_is_json() -> None:
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT
