"""The gateway's tests run on the loop that the gateway is served on."""

import asyncio
import logging
from collections.abc import Callable, Mapping

import pytest
import uvloop


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    is_gateways = item.path.name.startswith("test_gateway_")
    return {"loop": uvloop.new_event_loop if is_gateways else asyncio.new_event_loop}


def _is_no_shared_poller(record: logging.LogRecord) -> bool:
    """grpc.aio has one poller for all loops of a process: a loop may find that another has read
    (grpc/grpc#25364).

    A test run has a loop for each test, a service only one.
    """
    kind = record.exc_info[0] if record.exc_info else None
    return not (kind is BlockingIOError and "PollerCompletionQueue" in record.getMessage())


logging.getLogger("asyncio").addFilter(_is_no_shared_poller)
