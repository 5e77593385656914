"""The picture of an order's film, small enough for a mail: the programme's own or a drawn one."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass

import grpc

import cinema_pb2 as pb
from cinema.art.picture import small_picture
from cinema.art.png import png
from cinema.art.poster import poster
from cinema.shared_reads import SharedReads
from cinema_pb2_grpc import ReservaStub

log = logging.getLogger(__name__)

_WIDTH = 192  # pixels; shown at half of it
_MOST_KEPT = 64
_Key = tuple[str, str, str]  # a film's id, title and picture
_PATIENCE_SECONDS = 2.0  # that a mail waits for its picture


@dataclass(frozen=True)
class MailPicture:
    media_type: str
    content: bytes


class MailArt:
    """Makes each picture once. Raises nothing: without booking's answer the picture is drawn."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = ReservaStub(channel)
        self._kept: OrderedDict[_Key, MailPicture] = OrderedDict()
        self._drawing = SharedReads[_Key, MailPicture]()

    async def of(self, film: pb.Filme) -> MailPicture | None:
        """None if the order's film is not known any more."""
        if not film.titulo:
            return None
        key = (film.filme_id, film.titulo, film.cartaz)
        return self._kept.get(key) or await self._drawing.read(key, lambda: self._draw(key, film))

    async def _draw(self, key: _Key, film: pb.Filme) -> MailPicture:
        if key in self._kept:  # another mail was faster
            return self._kept[key]
        jpeg = await self._own_picture(film) if film.cartaz else b""
        picture = await asyncio.to_thread(_small, film, jpeg)
        if film.cartaz and not jpeg:
            return picture  # the next mail asks again
        self._kept[key] = picture
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return picture

    async def _own_picture(self, film: pb.Filme) -> bytes:
        """Empty if booking cannot send it now, or has another one by now."""
        request = pb.CartazRequest(filme_id=film.filme_id)
        try:
            answer: pb.Cartaz = await self._stub.ObterCartaz(request, timeout=_PATIENCE_SECONDS)
        except grpc.aio.AioRpcError as error:
            log.info("a film's picture is drawn, since booking answers %s", error.code().name)
            return b""
        return answer.jpeg if answer.versao == film.cartaz else b""


def _small(film: pb.Filme, jpeg: bytes) -> MailPicture:
    if jpeg:
        return MailPicture("image/jpeg", small_picture(jpeg, _WIDTH))
    drawn = poster(film.filme_id or film.titulo, film.titulo)
    return MailPicture("image/png", png(drawn, _WIDTH))
