"""One SMTP connection, for several mails. Each failure names the stage at which it happened."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from notifications.helo_name import HeloName
from notifications.smtp_settings import SmtpSettings
from notifications.smtp_verdicts import Reply, Stage

_QUIT_SECONDS = 1
_LINE_THAT_BEGINS_WITH_A_DOT = re.compile(rb"^\.", re.M)
_YES = range(200, 300)
_START_INPUT = 354
_REFUSALS = range(400, 600)
_NOT_UNDERSTOOD = range(500, 505)


@dataclass(frozen=True)
class Envelope:
    """`content`: the whole mail, ASCII with CRLF at each line's end."""

    sender: str
    recipient: str
    content: bytes


class Refused(Exception):
    """The server refused."""

    def __init__(self, stage: Stage, reply: Reply) -> None:
        super().__init__(f"{reply.code} at {stage.name}")
        self.stage = stage
        self.reply = reply


class Broken(Exception):
    """No valid reply. After Stage.END it is unknown whether the server has taken the mail."""

    def __init__(self, stage: Stage, reason: str, timed_out: bool) -> None:
        super().__init__(f"{reason} at {stage.name}")
        self.stage = stage
        self.reason = reason
        self.timed_out = timed_out


class SmtpConnection:
    """Closed after any failure but a refusal of one mail: later replies would be out of step."""

    def __init__(self, settings: SmtpSettings, tls: ssl.SSLContext, helo: HeloName) -> None:
        self._settings = settings
        self._helo = helo
        self._smtp = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.tls == "implicit",
            start_tls=False,
            tls_context=tls,
            local_hostname="localhost",  # until the connection is open and has our address
            timeout=settings.smtp_timeout_seconds,
        )
        self.mails = 0

    @property
    def is_open(self) -> bool:
        return self._smtp.is_connected

    async def open(self) -> None:
        """Connects and logs in. Raises Refused and Broken."""
        try:
            await self._greet()
        except BaseException:
            self.abort()
            raise

    async def _greet(self) -> None:
        settings, smtp = self._settings, self._smtp
        with self._at(Stage.CONNECT):
            await smtp.connect()
        with self._at(Stage.HELLO):
            smtp.local_hostname = await self._helo.name(smtp.get_transport_info("sockname"))
            await self._hello()
        if settings.tls == "starttls":
            with self._at(Stage.TLS):
                await smtp.starttls()
                await self._hello()
        if settings.smtp_username:
            with self._at(Stage.LOGIN):
                await smtp.login(settings.smtp_username, settings.smtp_password.get_secret_value())

    async def _hello(self) -> None:
        try:
            await self._smtp.ehlo()
        except SMTPHeloError as refusal:
            if refusal.code not in _NOT_UNDERSTOOD:
                raise
            await self._smtp.helo()

    async def send(self, envelope: Envelope) -> None:
        """Returns once the server has taken the mail. Raises Refused and Broken."""
        try:
            await self._converse(envelope)
        except Refused as refused:
            await self._reset_after(refused)
            raise
        except BaseException:
            self.abort()
            raise
        self.mails += 1

    async def _converse(self, envelope: Envelope) -> None:
        size = len(envelope.content)
        options = [b"SIZE=%d" % size] if self._smtp.supports_extension("size") else []
        sender, recipient = f"FROM:<{envelope.sender}>", f"TO:<{envelope.recipient}>"
        await self._command(Stage.SENDER, b"MAIL", sender.encode("ascii"), *options)
        await self._command(Stage.RECIPIENT, b"RCPT", recipient.encode("ascii"))
        await self._command(Stage.DATA, b"DATA")
        await self._content(envelope.content)

    async def _command(self, stage: Stage, *words: bytes) -> None:
        with self._at(stage):
            code, text = await self._smtp.execute_command(*words)
        _raise_unless_accepted(stage, code, text)

    async def _content(self, content: bytes) -> None:
        """Sends the mail.

        The reply may take long: the server may check, store or deliver the mail first.
        """
        with self._at(Stage.END):
            protocol = self._smtp.protocol
            if protocol is None:
                raise ConnectionResetError("connection lost")
            protocol.write(_LINE_THAT_BEGINS_WITH_A_DOT.sub(b"..", content) + b".\r\n")
            code, text = await protocol.read_response(self._settings.smtp_answer_seconds)
        _raise_unless_accepted(Stage.END, code, text)

    async def _reset_after(self, refused: Refused) -> None:
        """Readies the connection for the next mail. One that refuses our sender is closed."""
        if refused.stage is Stage.SENDER:
            self.abort()
            return
        try:
            await self._smtp.execute_command(b"RSET")
        except (SMTPException, OSError):
            self.abort()

    async def close(self) -> None:
        # The server has the mails, also if QUIT fails.
        with suppress(SMTPException, OSError):
            await self._smtp.quit(timeout=_QUIT_SECONDS)
        self.abort()

    def abort(self) -> None:
        self._smtp.close()

    @contextmanager
    def _at(self, stage: Stage) -> Iterator[None]:
        """Translates errors of aiosmtplib and the network into Refused and Broken."""
        try:
            yield
        except SMTPResponseException as refusal:
            raise _refusal(stage, refusal.code, refusal.message) from None
        except (SMTPException, OSError) as error:
            timed_out = isinstance(error, TimeoutError)
            reason = f"{str(error) or type(error).__name__}{self._hint(stage, error)}"
            raise Broken(stage, reason, timed_out) from None

    def _hint(self, stage: Stage, error: Exception) -> str:
        """Suggests the other kind of TLS, if both sides wait, or one gets plain text."""
        if stage is Stage.CONNECT and self._settings.tls == "implicit":
            return ". Does it want SMTP_TLS=starttls?" if "SSL" in str(error) else ""
        greeting_missing = stage is Stage.CONNECT and "ready message" in str(error)
        return ". Does it want SMTP_TLS=implicit?" if greeting_missing else ""


def _raise_unless_accepted(stage: Stage, code: int, text: str) -> None:
    wanted = code == _START_INPUT if stage is Stage.DATA else code in _YES
    if not wanted:
        raise _refusal(stage, code, text)


def _refusal(stage: Stage, code: int, text: str) -> Refused | Broken:
    if code not in _REFUSALS:
        return Broken(stage, "no SMTP reply", timed_out=False)
    return Refused(stage, Reply(code, _as_text(text)))


def _as_text(text: str) -> str:
    """aiosmtplib decodes UTF-8, other bytes as surrogates: then the text is Latin-1."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    return text
