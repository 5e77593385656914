"""A mail server that takes everything and looks at nothing, so that what a mail costs is the
sender's."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.ports import LOOPBACK
from tests.support.ports import free_port


class MailSink:
    """`mails`: how many came."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails = 0

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by its name, in its own thread
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.mails += 1
        return "250 OK"


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    sink = MailSink()
    controller = Controller(sink, hostname=LOOPBACK, port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
