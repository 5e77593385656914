"""Requests about a dropped session, or a seat whose row was removed.

The programme and, beyond it, Redis are asked: a hold outlives its row, and a session with a hold
was on sale once.
"""

from collections.abc import Awaitable, Callable, Collection
from functools import wraps
from typing import Any

import cinema_pb2 as pb
from booking.answer import Answer
from booking.faults import Context
from booking.programme import Programme, Session
from booking.programme.file import ProgrammeFile
from booking.replies import reservation_reply
from booking.requests import (
    InvalidRequest,
    SeatRequest,
    UnknownSeat,
    UnknownSession,
    parse_best,
    parse_optional_seats,
    parse_seats,
    parse_session,
)
from cinema.refusals import Refusal, sentence
from seat_state_service import SeatStateService

Parse = Callable[[pb.ReservaRequest, Programme, Collection[str]], SeatRequest]
Rpc = Callable[[Any, Any, Context], Awaitable[pb.ReservaResponse]]


class SessionGone(InvalidRequest):
    """The session was on sale, and the programme no longer has it."""


def refuses_gone_sessions(rpc: Rpc) -> Rpc:
    """Answers requests about a dropped session with a refusal for people instead of an error."""

    @wraps(rpc)
    async def call(self: Any, request: Any, context: Context) -> pb.ReservaResponse:
        try:
            return await rpc(self, request, context)
        except SessionGone:
            return reservation_reply(Answer(Refusal.SESSION_GONE), (), "")

    return call


class RequestReader:
    """Raises InvalidRequest for malformed requests, and SessionGone."""

    def __init__(self, programme: ProgrammeFile, seats: SeatStateService) -> None:
        self._programme = programme
        self._seats = seats

    async def session(self, session_id: str) -> Session:
        try:
            return parse_session(session_id, self._programme.current)
        except UnknownSession:
            await self._raise_if_gone(session_id)
            raise

    async def best(self, request: pb.MelhoresRequest) -> tuple[SeatRequest, int]:
        """How many seats the caller wants, and a request without seats."""
        await self.session(request.sessao_id)
        return parse_best(request, self._programme.current)

    async def seats(self, request: pb.ReservaRequest) -> SeatRequest:
        """At least one seat. Each is in the room, or is held or sold although the room no longer
        has it."""
        return await self._parse(parse_seats, request)

    async def optional_seats(self, request: pb.ReservaRequest) -> SeatRequest:
        """The same, or no seats, which means all that the buyer holds."""
        return await self._parse(parse_optional_seats, request)

    async def _parse(self, parse: Parse, request: pb.ReservaRequest) -> SeatRequest:
        session_id = request.assento.sessao_id
        try:
            return parse(request, self._programme.current, ())
        except UnknownSession:
            await self._raise_if_gone(session_id)
            raise
        except UnknownSeat:
            taken = (await self._seats.snapshot(session_id)).taken
            return parse(request, self._programme.current, taken)

    async def _raise_if_gone(self, session_id: str) -> None:
        if await self._seats.was_on_sale(session_id):
            raise SessionGone(sentence(Refusal.SESSION_GONE)) from None
