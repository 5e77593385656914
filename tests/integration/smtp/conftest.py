"""An EmailService and an SMTP server whose every answer a test chooses."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest

from cinema.keys import new_order_id
from email_service import EmailService
from notifications.dependency import DependencyDown
from notifications.mailer import MailDelayed, MailRefused, MailUnknown
from notifications.settings import DeliverySettings
from tests.support.orders import order
from tests.support.smtp_script import ScriptedServer

ANA, BIA, CAIO, DAVI = (f"{name}@exemplo.com.br" for name in ("ana", "bia", "caio", "davi"))
STEP_SECONDS = 0.6
Send = Callable[[str], Coroutine[Any, Any, None]]


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


def service(server: ScriptedServer, **changes: object) -> EmailService:
    options: dict[str, object] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_timeout_seconds": STEP_SECONDS,
        "smtp_helo_name": "bilheteria.example",
    }
    return EmailService(DeliverySettings.model_validate(options | changes))


def sender(mailer: EmailService) -> Send:
    async def send(address: str) -> None:
        await mailer.send_ticket(order(pedido_id=new_order_id("S001"), email=address))

    return send


@pytest.fixture
async def send(server: ScriptedServer) -> AsyncIterator[Send]:
    async with service(server) as mailer:
        yield sender(mailer)


async def settled(sending: Awaitable[None]) -> Exception | None:
    try:
        await sending
    except (DependencyDown, MailDelayed, MailUnknown, MailRefused) as failure:
        return failure
    return None
