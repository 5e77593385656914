"""Buyers without a browser.

When a service dies they do what the page does: reconnect, retry with the same key.
"""

import asyncio
import json
import uuid
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from cinema.retry import Backoff
from tests.histories.lines import Action, Outcome
from tests.histories.recording import NOWHERE, Recording
from tests.support.people import made_up_cpf

REPLY_SECONDS = 6
_TRY_AGAIN = {"indisponivel", "resposta_desconhecida"}
_LOST = (OSError, TimeoutError, WebSocketException, httpx2.HTTPError)

Frame = dict[str, Any]


class Refused(Exception):
    """For a business reason: a retry would not help."""


class Unknown(Exception):
    """No answer, or one that says that the outcome is unknown: retry."""


class Buyer:
    """One person at one gateway, known by a cookie."""

    def __init__(self, url: str, recording: Recording = NOWHERE) -> None:
        self._url = url
        self._recording = recording
        self._cookie = ""
        self._key = str(uuid.uuid4())
        self._payment = {
            "nomeCompleto": "Ana Souza",
            "cpf": made_up_cpf(),
            "email": f"ana-{uuid.uuid4().hex}@exemplo.com.br",
        }
        self._asked_to_pay = False

    async def buy(self, session: str, *seats: str, seconds: float = 40) -> str:
        """Holds and pays; returns the id of the acknowledged order.

        Raises Refused, or TimeoutError after `seconds`.
        """
        backoff = Backoff(first=0.1, maximum=1.0)
        async with asyncio.timeout(seconds):
            while True:
                try:
                    return await self._try(session, seats)
                except (Unknown, *_LOST):
                    await asyncio.sleep(backoff.delay())

    async def _try(self, session: str, seats: tuple[str, ...]) -> str:
        await self._get_a_cookie()
        uri = f"{self._url.replace('http', 'ws', 1)}/ws/reserva?sessao={session}"
        async with connect(uri, additional_headers={"Cookie": self._cookie}) as socket:
            if not self._asked_to_pay:
                hold = {"acao": "bloquear", "assentos": seats, "id": "hold"}
                await self._ask(socket, hold, Action.HOLD, session, seats)
            self._asked_to_pay = True
            payment = {
                "acao": "confirmar_pagamento",
                "assentos": seats,
                "pagamento": self._payment,
                "chave": self._key,
                "id": "pay",
            }
            paid = await self._ask(socket, payment, Action.CONFIRM, session, seats, key=self._key)
        return str(paid["pedido"])

    async def _ask(
        self,
        socket: ClientConnection,
        message: Frame,
        action: Action,
        session: str,
        seats: tuple[str, ...],
        **more: str,
    ) -> Frame:
        """The reply. Where there is none the record has no answer: the outcome is unknown."""
        name = self._cookie.partition("=")[2].rpartition(".")[0]
        call = self._recording.call(action, session, name, seats, **more)
        try:
            reply = await _ask(socket, message)
        except Refused as refused:
            self._recording.answer(call, Outcome.REFUSED, reason=str(refused))
            raise
        self._recording.answer(call, Outcome.OK, order=reply.get("pedido", ""))
        return reply

    async def _get_a_cookie(self) -> None:
        if not self._cookie:
            async with httpx2.AsyncClient(timeout=REPLY_SECONDS) as http:
                answer = await http.get(self._url)
            self._cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


async def _ask(socket: ClientConnection, message: Frame) -> Frame:
    """The reply to the message. Raises Refused and Unknown."""
    async with asyncio.timeout(REPLY_SECONDS):
        await socket.send(json.dumps(message))
        while (reply := json.loads(await socket.recv())).get("id") != message["id"]:
            pass
    if reply["status"] == "ok":
        return dict(reply)
    if reply["motivo"] in _TRY_AGAIN:
        raise Unknown(reply["motivo"])
    raise Refused(reply["motivo"])
