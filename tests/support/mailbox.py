"""A real SMTP server for tests: it keeps every mail, and refuses, delays or stops on demand."""

import asyncio
import email
import email.policy
import ssl
from email.message import EmailMessage
from email.parser import BytesParser
from threading import Lock
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.ports import LOOPBACK
from tests.support.ports import free_port
from tests.support.waiting import LONGEST_PAUSE, wait_until

TEMPORARY = "451 4.3.0 try again later"
PERMANENT = "550 5.1.1 no such mailbox"


class Mailbox:
    """Collects the mails of one SMTP server, as a context manager.

    `answer` is given to every message instead of taking it (`TEMPORARY`, `PERMANENT`, or any SMTP
    reply), `answers` the same for single recipients. Those in `slow`, addresses or domains, get no
    answer until they are taken out again; `kept_waiting` counts them. `delay` seconds pass before
    the answer to a message, which is kept also if the client hangs up meanwhile. `stop` and `start`
    take the server away and bring it back on the same port.
    """

    def __init__(
        self,
        port: int | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.host = LOOPBACK
        self.port = port or free_port()
        self.answer: str | None = None
        self.delay = 0.0
        self.answers: dict[str, str] = {}
        self.slow: set[str] = set()
        self.kept_waiting = 0
        self.attempts = 0
        self._tls = tls
        self._credentials = credentials
        self._messages: list[EmailMessage] = []
        self._lock = Lock()
        self._controller: Controller | None = None

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken so far, oldest first; X-MailFrom and X-RcptTo have the envelope."""
        with self._lock:
            return list(self._messages)

    def wait_for(self, number: int, timeout: float = 10) -> list[EmailMessage]:
        """The messages, as soon as there are at least `number`."""
        wait_until(lambda: len(self.messages) >= number, timeout, f"{number} mails")
        return self.messages

    def clear(self) -> None:
        with self._lock:
            self._messages.clear()

    def refuse_temporarily(self) -> None:
        self.answer = TEMPORARY

    def refuse_permanently(self) -> None:
        self.answer = PERMANENT

    def accept(self) -> None:
        self.answer = None
        self.delay = 0
        self.answers.clear()
        self.slow.clear()

    def start(self) -> Self:
        if self._controller is None:
            self._controller = self._new_controller()
            self._controller.start()
        return self

    def stop(self) -> None:
        """From now on connections are refused; mails taken so far stay."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    # aiosmtpd calls these by their names, in its own thread.

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.kept_waiting += self._is_slow(address)
        while self._is_slow(address):  # noqa: ASYNC110 - another thread takes it out
            await asyncio.sleep(LONGEST_PAUSE)
        if refusal := self.answers.get(address):
            self.attempts += 1
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.attempts += 1
        try:
            await asyncio.sleep(self.delay)
        finally:
            if not self.answer:
                self._keep(envelope)
        return self.answer or "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content or b""
        data = content if isinstance(content, bytes) else content.encode()
        message = email.message_from_bytes(data, policy=email.policy.default)
        message["X-MailFrom"] = envelope.mail_from
        message["X-RcptTo"] = ", ".join(envelope.rcpt_tos)
        with self._lock:
            self._messages.append(message)

    def _is_slow(self, address: str) -> bool:
        return not self.slow.isdisjoint((address, address.partition("@")[2]))

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        given = (
            (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else ()
        )
        return AuthResult(success=given == self._credentials, handled=False)

    def _new_controller(self) -> Controller:
        options: dict[str, Any] = {"tls_context": self._tls, "require_starttls": bool(self._tls)}
        if self._credentials:
            options |= {"authenticator": self._authenticate, "auth_required": True}
        return Controller(self, hostname=self.host, port=self.port, **options)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def as_received(mail: bytes) -> EmailMessage:
    """As a mail program understands it."""
    return BytesParser(policy=email.policy.default).parsebytes(mail)


def body(message: EmailMessage, kind: str) -> str:
    """What the message says as "plain" or as "html"."""
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content
