"""The gateway's tests run on the loop that the gateway is served on."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    is_gateways = item.path.name.startswith("test_gateway_")
    return {"loop": uvloop.new_event_loop if is_gateways else asyncio.new_event_loop}
