"""A local mail server that delivers nothing: every mail becomes a file that a mail program opens.

`python -m deploy.mail_catcher PORT FOLDER`. The files belong to their owner alone, since mails name
people.
"""

import asyncio
import itertools
import logging
import os
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from cinema import logs
from cinema.private_folders import make_private
from cinema.service import stop_signal
from deploy.ports import LOOPBACK

log = logging.getLogger("mail")


class MailFolder:
    """Writes each mail to `<date>-<time>-<n>.eml`, atomically, and never overwrites one."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_private(folder)

    def keep(self, content: bytes) -> Path:
        """The mail is on disk when this returns."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        names = (self._folder / f"{stamp}-{number}.eml" for number in itertools.count(1))
        target = next(name for name in names if not name.exists())
        draft = self._folder / f".{target.name}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return draft.rename(target)

    # aiosmtpd calls this by its name.
    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        kept = self.keep(content if isinstance(content, bytes) else content.encode())
        log.info("mail kept: %s", kept)
        return "250 OK"


async def serve(port: int, folder: Path) -> None:
    """Accepts mails until SIGTERM or SIGINT."""
    handler = MailFolder(folder)
    stop = stop_signal()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="localhost", enable_SMTPUTF8=True), LOOPBACK, port
    )
    async with server:
        await stop.wait()


if __name__ == "__main__":
    logs.configure("mail")
    # aiosmtpd logs every connection, under a child of our logger.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
