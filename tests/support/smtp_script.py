"""A small SMTP server in the test's event loop, whose every answer can be chosen."""

import asyncio
import re
import ssl
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

from deploy.ports import LOOPBACK


@dataclass
class Never:
    """No answer, until `release` is set and the usual one follows."""

    release: asyncio.Event = field(default_factory=asyncio.Event)


class HangUp:
    """The connection ends instead of an answer."""


Answer = str | bytes | Never | type[HangUp] | None
USUAL: dict[str, str] = {
    "GREETING": "220 mail.example ESMTP",
    "EHLO": "250-mail.example\r\n250-SIZE 10000000\r\n250-AUTH PLAIN\r\n250 8BITMIME",
    "HELO": "250 mail.example",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go ahead",
    "END": "250 2.0.0 taken",
    "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
}


@dataclass(frozen=True)
class Mail:
    sender: str
    recipient: str
    content: bytes


class ScriptedServer:
    """`answers` by command (GREETING and END are commands, too), `for_recipient` by address and
    command.

    A list of answers is used up from its beginning; then the usual answer follows.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.for_recipient: dict[tuple[str, str], Answer | list[Answer]] = {}
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self.connections = 0
        self.open = 0
        self.most_open = 0
        self._tls = tls
        self._port = port  # 0: any
        self._met = Counter[str]()
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.mails]

    def seen(self, verb: str) -> list[str]:
        return [command for command in self.commands if command.startswith(verb)]

    def met(self, command: str) -> int:
        """How often it came to this command."""
        return self._met[command]

    async def drop_connections(self) -> None:
        """As a server that restarts or has waited long enough."""
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, LOOPBACK, self._port, ssl=self._tls, limit=2**20
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self.drop_connections()
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.current_task()
        assert conversation is not None
        self._conversations.add(conversation)
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await _Conversation(self, reader, writer).run()
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            self._conversations.discard(conversation)
            writer.close()

    def choose(self, command: str, recipient: str) -> Answer:
        self._met[command] += 1
        for_recipient = _next(self.for_recipient.get((recipient, command)))
        return for_recipient or _next(self.answers.get(command))


def _next(answers: Answer | list[Answer]) -> Answer:
    if isinstance(answers, list):
        return answers.pop(0) if answers else None
    return answers


class _Conversation:
    def __init__(
        self, server: ScriptedServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._sender = self._recipient = ""

    async def run(self) -> None:
        await self._answer("GREETING")
        while line := await self._reader.readline():
            text = line.decode().strip()
            verb = text[:4].upper()
            self._server.commands.append(text)
            if verb in ("MAIL", "RCPT"):
                self._note(verb, text)
            if await self._answer(verb) == 354:
                await self._content()
            if verb == "QUIT":
                return

    def _note(self, verb: str, text: str) -> None:
        found = re.match(r"\w+:<(.*)>", text[5:])
        address = found[1] if found else ""
        if verb == "MAIL":
            self._sender = address
        else:
            self._recipient = address

    async def _content(self) -> None:
        content = await self._reader.readuntil(b"\r\n.\r\n")
        mail = Mail(self._sender, self._recipient, content[:-3].replace(b"\r\n..", b"\r\n."))
        if await self._answer("END") == 250:
            self._server.mails.append(mail)

    async def _answer(self, command: str) -> int:
        """The code that was sent."""
        answer = self._server.choose(command, self._recipient)
        if isinstance(answer, Never):
            await answer.release.wait()
            answer = None
        if answer is HangUp:
            raise ConnectionAbortedError
        reply = answer if isinstance(answer, str | bytes) else USUAL.get(command, "500 what?")
        raw = reply.encode() if isinstance(reply, str) else reply
        self._writer.write(raw + b"\r\n")
        await self._writer.drain()
        return int(raw[:3]) if raw[:3].isdigit() else 0
