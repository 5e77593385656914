"""Mails through a real SMTP server, and the meaning of its refusals."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest
from pydantic import SecretStr

import cinema_pb2 as pb
from email_service import EmailService
from notifications.dependency import DependencyDown
from notifications.mailer import MailRefused
from notifications.settings import DeliverySettings
from tests.support.certificates import Certificates, make_certificates
from tests.support.mailbox import Mailbox
from tests.support.orders import order
from tests.support.ports import free_port
from tests.support.smtp_script import ScriptedServer
from tests.support.waiting import eventually

ADDRESS = "ana@example.com"
ORDER = order(nome_completo="Ana Lima", email=ADDRESS)


def settings(port: int, **changes: object) -> DeliverySettings:
    options: dict[str, object] = {
        "smtp_host": "localhost",
        "smtp_port": port,
        "smtp_timeout_seconds": 2,
        "smtp_helo_name": "cinema.example",
    }
    return DeliverySettings.model_validate(options | changes)


async def send(port: int, sent: pb.Pedido = ORDER, **changes: Any) -> None:
    async with EmailService(settings(port, **changes)) as service:
        await service.send_ticket(sent)


async def test_a_ticket_arrives(mailbox: Mailbox) -> None:
    await send(mailbox.port)
    (message,) = mailbox.messages
    assert message["X-RcptTo"] == ADDRESS
    assert message["X-MailFrom"] == "cinema@example.com"
    assert message["Message-ID"] == f"<{ORDER.pedido_id}@example.com>"


async def test_a_cancellation_arrives(mailbox: Mailbox) -> None:
    async with EmailService(settings(mailbox.port)) as service:
        await service.send_cancellation(ORDER)
    (message,) = mailbox.messages
    assert "cancelado" in message["Subject"]
    assert "image/png" in {part.get_content_type() for part in message.walk()}, "the film's picture"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("pt-BR", "O servidor de e-mail recusou a mensagem: 550 5.1.1 unknown"),
        ("en", "The mail server rejected the message: 550 5.1.1 unknown"),
        ("es", "El servidor de correo rechazó el mensaje: 550 5.1.1 unknown"),
    ],
)
async def test_a_refusal_reads_in_the_orders_language(
    mailbox: Mailbox, language: str, sentence: str
) -> None:
    mailbox.answer = "550 5.1.1 unknown"
    with pytest.raises(MailRefused) as refused:
        await send(mailbox.port, order(idioma=language))
    assert refused.value.for_buyer == sentence


async def test_the_buyer_sees_the_refusal_of_an_address_and_the_log_does_not(
    mailbox: Mailbox,
) -> None:
    mailbox.answers[ADDRESS] = f"550 5.1.1 {ADDRESS} is unknown here"
    with pytest.raises(MailRefused) as refused:
        await send(mailbox.port)
    assert ADDRESS in refused.value.for_buyer
    assert str(refused.value) == "the mail server answered 550 5.1.1 <…> is unknown here"


async def test_an_unusable_address_is_refused_without_asking_the_server() -> None:
    unusable = order(email="ana@example.com\r\nRCPT TO:<eva@example.com>")
    with pytest.raises(MailRefused):
        await send(free_port(), unusable)


async def test_a_server_that_goes_away_or_is_not_there_is_down(mailbox: Mailbox) -> None:
    mailbox.answer = "421 4.3.2 going down"
    with pytest.raises(DependencyDown):
        await send(mailbox.port)
    mailbox.stop()
    with pytest.raises(DependencyDown):
        await send(mailbox.port)


async def test_a_server_that_says_nothing_is_down_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        options: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_timeout_seconds": 0.3}
        with pytest.raises(DependencyDown, match="Does it want SMTP_TLS=implicit"):
            await asyncio.wait_for(send(port, **options), 3)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl command")
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
async def tls_mailbox(certificates: Certificates) -> AsyncIterator[Mailbox]:
    with Mailbox(tls=certificates.server_context(), credentials=("cinema", "segredo")) as box:
        yield box
        # No mail's fate hangs on TLS' farewell. But it must not outlive the test's event loop.
        await eventually(lambda: not connected_to(box.port))


def connected_to(port: int) -> bool:
    """Whether this process has a client's end of a connection there."""
    connections = psutil.Process().net_connections("tcp")
    return any(connection.raddr and connection.raddr.port == port for connection in connections)


TLS: dict[str, Any] = {
    "smtp_use_tls": True,
    "smtp_username": "cinema",
    "smtp_password": SecretStr("segredo"),
}


@pytest.fixture
def trusted(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))


@pytest.mark.usefixtures("trusted")
async def test_with_tls_the_mail_goes_encrypted_and_with_a_login(tls_mailbox: Mailbox) -> None:
    await send(tls_mailbox.port, **TLS)
    assert len(tls_mailbox.messages) == 1


async def test_a_certificate_of_an_unknown_authority_is_refused(tls_mailbox: Mailbox) -> None:
    with pytest.raises(DependencyDown, match="CERTIFICATE_VERIFY_FAILED"):
        await send(tls_mailbox.port, **TLS)
    assert tls_mailbox.messages == []


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_for_another_name_is_not_believed(tls_mailbox: Mailbox) -> None:
    with pytest.raises(DependencyDown, match="CERTIFICATE_VERIFY_FAILED"):
        await send(tls_mailbox.port, **TLS, smtp_host="127.0.0.1")


async def test_without_starttls_nothing_is_sent_where_it_is_asked_for(mailbox: Mailbox) -> None:
    with pytest.raises(DependencyDown, match="STARTTLS"):
        await send(mailbox.port, **TLS)
    assert mailbox.messages == []


@pytest.mark.usefixtures("trusted")
async def test_a_wrong_password_delays_every_mail(tls_mailbox: Mailbox) -> None:
    wrong = TLS | {"smtp_password": SecretStr("errado")}
    with pytest.raises(DependencyDown, match="535"):
        await send(tls_mailbox.port, **wrong)


@pytest.mark.usefixtures("trusted")
async def test_implicit_tls_speaks_tls_from_the_first_byte(certificates: Certificates) -> None:
    async with ScriptedServer(tls=certificates.server_context()) as server:
        options: dict[str, Any] = {
            "smtp_tls": "implicit",
            "smtp_username": "cinema",
            "smtp_password": "segredo",
        }
        await send(server.port, **options)
        assert server.recipients == [ADDRESS]
        assert server.seen("AUTH")
        await eventually(lambda: not connected_to(server.port))


async def test_implicit_tls_is_not_what_a_plain_server_speaks() -> None:
    async with ScriptedServer() as server:
        with pytest.raises(DependencyDown, match="Does it want SMTP_TLS=starttls"):
            await send(server.port, smtp_tls="implicit")


async def test_a_mail_server_is_greeted_with_a_full_name_or_an_address() -> None:
    async with ScriptedServer() as server:
        await send(server.port, smtp_helo_name=None)
        (greeting,) = server.seen("EHLO")
    name = greeting.removeprefix("EHLO ")
    assert re.fullmatch(r"\[127\.0\.0\.1\]|[\w-]+(\.[\w-]+)+", name)
