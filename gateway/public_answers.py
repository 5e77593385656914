"""Answers that are the same for everybody: the list of sessions, and a session's room with prices
and seats left.

Concurrent requests share one call to booking, which begins after each of them came. Its JSON and
the compressed pages are reused while booking's answer stays the same, so no answer is older than
its request.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from functools import cached_property, partial

import orjson

from cinema.shared_reads import SharedReads
from gateway.booking_client import BookingClient
from gateway.booking_faults import BookingDown, Malformed
from gateway.first_look import MapLook, ProgrammeLook
from gateway.http_json import Json, film_json, map_json, sessions_json
from gateway.messages import LONGEST_ID
from gateway.problems import UNKNOWN_SESSION, Refused

# a hall of 3,000 seats: 130 KB of JSON, and 10 KB for each language and encoding of its page
_MOST_KEPT = 64
_MOST_PAGES = 9  # three languages, two encodings and none
_LIST = ""
_ABOUT = ("filme", "inicio", "words", "cinema")  # the fields that a page's head needs


class PublicAnswer:
    """One answer of booking: its JSON, its first look, and the pages made of both."""

    def __init__(
        self,
        state: bytes,
        json: Json,
        look: Callable[[], MapLook | ProgrammeLook] | None = None,
        next_film: Json | None = None,
    ) -> None:
        """`next_film`: the film whose picture represents the whole programme in previews."""
        self.state = state
        self.json = orjson.dumps(json)
        self._look = look
        self.about = {key: json[key] for key in _ABOUT if key in json}
        self.about |= {"filme": next_film} if next_film else {}
        self._pages: dict[Hashable, bytes] = {}

    @cached_property
    def first_look(self) -> MapLook | ProgrammeLook | None:
        """Made for the first page: the API's answers need none."""
        return self._look() if self._look else None

    def page(self, kind: Hashable, make: Callable[[], bytes]) -> bytes:
        """`kind` is everything else that the page depends on: language, encoding, revision of
        the files."""
        if kind not in self._pages:
            if len(self._pages) >= _MOST_PAGES:  # they are of old revisions
                self._pages.clear()
            self._pages[kind] = make()
        return self._pages[kind]


class PublicAnswers:
    """Each method raises BookingDown after `patience` seconds at most, and Refused for an
    unknown session."""

    def __init__(self, booking: BookingClient, patience: float) -> None:
        self._booking = booking
        self._patience = patience
        self._reads = SharedReads[str, PublicAnswer]()
        self._kept: OrderedDict[str, PublicAnswer] = OrderedDict()

    async def sessions(self, patience: float | None = None) -> PublicAnswer:
        return await self._within(patience, _LIST, self._read_sessions)

    async def session_map(self, session_id: str, patience: float | None = None) -> PublicAnswer:
        """Without the state of the seats, which comes over the WebSocket."""
        if not 0 < len(session_id) <= LONGEST_ID:
            raise Refused(UNKNOWN_SESSION)
        return await self._within(patience, session_id, partial(self._read_map, session_id))

    async def _within(
        self, patience: float | None, name: str, read: Callable[[], Awaitable[PublicAnswer]]
    ) -> PublicAnswer:
        try:
            async with asyncio.timeout(patience or self._patience):
                return await self._reads.read(name, read)
        except TimeoutError:
            raise BookingDown("no answer in time") from None

    async def _read_sessions(self) -> PublicAnswer:
        answer = await self._booking.sessions()
        state = answer.SerializeToString()
        first = film_json(answer.sessoes[0].filme) if answer.sessoes else None
        look = partial(ProgrammeLook.of, answer)
        return self._of(
            _LIST,
            state,
            lambda: PublicAnswer(state, sessions_json(answer), look, first),
        )

    async def _read_map(self, session_id: str) -> PublicAnswer:
        try:
            answer = await self._booking.room(session_id)
        except Malformed:
            raise Refused(UNKNOWN_SESSION) from None
        state = answer.SerializeToString()
        return self._of(
            session_id,
            state,
            lambda: PublicAnswer(state, map_json(answer), partial(MapLook.of, answer)),
        )

    def _of(self, name: str, state: bytes, make: Callable[[], PublicAnswer]) -> PublicAnswer:
        kept = self._kept.pop(name, None)
        if kept is None or kept.state != state:
            kept = make()
        self._kept[name] = kept
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return kept
