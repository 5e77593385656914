"""The pictures of films for pages and link previews: each is made once, in a thread, and cached.

A picture's name is a hash of everything that it is made of, so browsers may cache it forever. The
gateway remembers which film a name means when it hands the name out; after a start it learns the
names from the list of sessions.
"""

import asyncio
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from cinema.art import REVISION
from cinema.art.picture import wide_picture
from cinema.art.png import png
from cinema.art.poster import WIDE, poster, wide_poster
from cinema.art.svg import svg
from cinema.shared_reads import SharedReads
from cinema_pb2 import Filme
from gateway.booking_client import BookingClient
from gateway.negotiation import ENCODINGS, compress_hard

ART = "/arte"

_MOST_FILMS = 4_096
_MOST_KEPT = 256  # pictures: a few KB each if drawn, else some tens of KB
_films: OrderedDict[str, Filme] = OrderedDict()  # by the names of their pictures


def art_path(film: Filme) -> str:
    """The path of the film's upright picture."""
    facts = json.dumps([REVISION, film.filme_id, film.titulo, film.cartaz])
    name = hashlib.sha256(facts.encode()).hexdigest()[:12]
    _films[name] = film
    _films.move_to_end(name)
    if len(_films) > _MOST_FILMS:
        _films.popitem(last=False)
    return f"{ART}/{name}.{'jpg' if film.cartaz else 'svg'}"


def preview_path(art: str) -> str:
    """The path of the wide one, for link previews: PNG or JPEG, since WhatsApp and others do not
    show SVG."""
    name, _, kind = art.rpartition(".")
    return f"{name}-previa.{'png' if kind == 'svg' else kind}"


@dataclass(frozen=True)
class Art:
    """A picture as it is sent. `encoded`: its bytes by content encoding, "" for none."""

    media_type: str
    encoded: Mapping[str, bytes]


class Gallery:
    """`learn` asks booking for the programme, which registers the names of all its pictures."""

    def __init__(self, booking: BookingClient, learn: Callable[[], Awaitable[object]]) -> None:
        self._booking = booking
        self._learn = learn
        self._reads = SharedReads[str, Art | None]()
        self._kept: OrderedDict[str, Art] = OrderedDict()

    async def find(self, file: str) -> Art | None:
        """None: there is no such film, or its picture has changed. Raises BookingDown."""
        if file in self._kept:
            self._kept.move_to_end(file)
            return self._kept[file]
        return await self._reads.read(file, partial(self._make, file))

    async def _make(self, file: str) -> Art | None:
        if file in self._kept:  # the read before this one has made it
            return self._kept[file]
        name = re.split(r"[.-]", file, maxsplit=1)[0]
        if name not in _films:
            await self._learn()
        film = _films.get(name)
        if film is None or f"{ART}/{file}" not in (art_path(film), preview_path(art_path(film))):
            return None
        art = await self._art_of(film, is_wide="-" in file)
        if art is not None:
            self._kept[file] = art
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return art

    async def _art_of(self, film: Filme, *, is_wide: bool) -> Art | None:
        if not film.cartaz:
            return await asyncio.to_thread(_preview if is_wide else _upright, film)
        picture = await self._booking.poster(film.filme_id)
        if picture.versao != film.cartaz:
            return None
        jpeg = await asyncio.to_thread(wide_picture, picture.jpeg) if is_wide else picture.jpeg
        return Art("image/jpeg", {"": jpeg})


def _upright(film: Filme) -> Art:
    drawn = svg(poster(seed_of(film), film.titulo)).encode()
    packed = {encoding: compress_hard(drawn, encoding) for encoding in ENCODINGS}
    return Art("image/svg+xml", {"": drawn, **packed})


def _preview(film: Filme) -> Art:
    return Art("image/png", {"": png(wide_poster(seed_of(film), film.titulo), WIDE[0])})


def seed_of(film: Filme) -> str:
    """The seed of the film's drawing."""
    return film.filme_id or film.titulo
