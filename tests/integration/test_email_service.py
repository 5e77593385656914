"""Mails through a real SMTP server, and what its refusals mean."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator

import psutil
import pytest
from pydantic import SecretStr

from cinema.settings import DeliverySettings
from email_service import EmailService
from notifications.dependency import DependencyDown
from notifications.mailer import MailDelayed, MailRefused
from tests.certificates import Certificates, make_certificates
from tests.mailbox import Mailbox
from tests.orders import order
from tests.ports import free_port
from tests.waiting import eventually

ADDRESS = "ana@example.com"
ORDER = order(nome_completo="Ana Lima", email=ADDRESS)


def settings(port: int, **changes: object) -> DeliverySettings:
    options: dict[str, object] = {
        "smtp_host": "localhost",
        "smtp_port": port,
        "smtp_timeout_seconds": 2,
    }
    return DeliverySettings.model_validate(options | changes)


async def test_a_ticket_arrives(mailbox: Mailbox) -> None:
    await EmailService(settings(mailbox.port)).send_ticket(ORDER)
    (message,) = mailbox.messages
    assert message["X-RcptTo"] == ADDRESS
    assert message["X-MailFrom"] == "cinema@example.com"
    assert message["Message-ID"] == f"<{ORDER.pedido_id}@example.com>"


async def test_a_cancellation_arrives(mailbox: Mailbox) -> None:
    await EmailService(settings(mailbox.port)).send_cancellation(ORDER)
    assert "cancelado" in mailbox.messages[0]["Subject"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("pt-BR", "O servidor de e-mail recusou a mensagem: 554 looks like spam"),
        ("en", "The mail server refused the message: 554 looks like spam"),
        ("es", "El servidor de correo rechazó el mensaje: 554 looks like spam"),
    ],
)
async def test_a_buyer_is_told_of_a_refusal_in_the_orders_language(
    mailbox: Mailbox, language: str, sentence: str
) -> None:
    mailbox.answer = "554 looks like spam"
    with pytest.raises(MailRefused) as refused:
        await EmailService(settings(mailbox.port)).send_ticket(order(idioma=language))
    assert refused.value.for_buyer == sentence


async def test_a_temporary_refusal_is_told_from_a_permanent_one(mailbox: Mailbox) -> None:
    service = EmailService(settings(mailbox.port))
    mailbox.answer = "451 4.3.0 try again later"
    with pytest.raises(MailDelayed) as delayed:
        await service.send_ticket(ORDER)
    assert "451 4.3.0 try again later" in delayed.value.for_buyer
    mailbox.answer = "554 5.7.1 looks like spam"
    with pytest.raises(MailRefused) as refused:
        await service.send_ticket(ORDER)
    assert "554 5.7.1 looks like spam" in refused.value.for_buyer


async def test_the_refusal_of_an_address_is_told_to_the_buyer_and_not_to_the_log(
    mailbox: Mailbox,
) -> None:
    mailbox.answers[ADDRESS] = f"550 5.1.1 {ADDRESS} is unknown here"
    with pytest.raises(MailRefused) as refused:
        await EmailService(settings(mailbox.port)).send_ticket(ORDER)
    assert ADDRESS in refused.value.for_buyer
    assert ADDRESS not in str(refused.value)


async def test_an_unusable_address_is_refused_without_asking_the_server() -> None:
    unusable = order(email="ana@example.com\r\nRCPT TO:<eva@example.com>")
    with pytest.raises(MailRefused):
        await EmailService(settings(free_port())).send_ticket(unusable)


async def test_a_server_that_goes_away_or_is_not_there_is_down(mailbox: Mailbox) -> None:
    service = EmailService(settings(mailbox.port))
    mailbox.answer = "421 4.3.2 going down"
    with pytest.raises(DependencyDown):
        await service.send_ticket(ORDER)
    mailbox.stop()
    with pytest.raises(DependencyDown):
        await service.send_ticket(ORDER)


async def test_a_server_that_says_nothing_is_down_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = {"smtp_host": "127.0.0.1", "smtp_timeout_seconds": 0.3}
        service = EmailService(settings(silent.getsockname()[1], **options))
        with pytest.raises(DependencyDown):
            await asyncio.wait_for(service.send_ticket(ORDER), 3)


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


TLS = {"smtp_use_tls": True, "smtp_username": "cinema", "smtp_password": SecretStr("segredo")}


@pytest.fixture
def trusted(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))


@pytest.mark.usefixtures("trusted")
async def test_with_tls_the_mail_goes_encrypted_and_with_a_login(tls_mailbox: Mailbox) -> None:
    await EmailService(settings(tls_mailbox.port, **TLS)).send_ticket(ORDER)
    assert len(tls_mailbox.messages) == 1


async def test_an_authority_that_nobody_knows_is_not_believed(tls_mailbox: Mailbox) -> None:
    with pytest.raises(DependencyDown, match="CERTIFICATE_VERIFY_FAILED"):
        await EmailService(settings(tls_mailbox.port, **TLS)).send_ticket(ORDER)
    assert tls_mailbox.messages == []


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_for_another_name_is_not_believed(tls_mailbox: Mailbox) -> None:
    with pytest.raises(DependencyDown, match="CERTIFICATE_VERIFY_FAILED"):
        await EmailService(settings(tls_mailbox.port, **TLS, smtp_host="127.0.0.1")).send_ticket(
            ORDER
        )


async def test_without_starttls_nothing_is_sent_where_it_is_asked_for(mailbox: Mailbox) -> None:
    with pytest.raises(DependencyDown, match="STARTTLS"):
        await EmailService(settings(mailbox.port, **TLS)).send_ticket(ORDER)
    assert mailbox.messages == []


@pytest.mark.usefixtures("trusted")
async def test_a_wrong_password_holds_up_everybody(tls_mailbox: Mailbox) -> None:
    wrong = TLS | {"smtp_password": SecretStr("errado")}
    with pytest.raises(DependencyDown, match="535"):
        await EmailService(settings(tls_mailbox.port, **wrong)).send_ticket(ORDER)
