"""The picture of a film in a mail: the programme's own where booking has it, else a drawn one."""

import io

import pytest
from PIL import Image

import cinema_pb2 as pb
from cinema.booking_channel import open_channel
from notifications.mail_art import MailArt, MailPicture
from notifications.settings import DeliverySettings
from tests.fakes.booking import FakeBooking

FILM = pb.Filme(filme_id="vagalume", titulo="Vagalume e a Fábrica de Estrelas")
WITH_PICTURE = pb.Filme(filme_id="vagalume", titulo="Vagalume", cartaz="v1")


async def art_of(booking: FakeBooking, *films: pb.Filme) -> list[MailPicture | None]:
    settings = DeliverySettings(booking_address=booking.address)
    async with open_channel(settings) as channel:
        art = MailArt(channel)
        return [await art.of(film) for film in films]


def picture() -> pb.Cartaz:
    file = io.BytesIO()
    Image.new("RGB", (480, 720), "#c8553d").save(file, "JPEG")
    return pb.Cartaz(versao="v1", jpeg=file.getvalue())


def kind_and_size(found: MailPicture | None) -> tuple[str, tuple[int, int]]:
    assert found is not None
    with Image.open(io.BytesIO(found.content)) as read:
        return found.media_type, read.size


async def test_a_film_without_a_picture_is_drawn_without_asking_anybody(
    fake_booking: FakeBooking,
) -> None:
    drawn, again = await art_of(fake_booking, FILM, FILM)
    assert kind_and_size(drawn) == ("image/png", (192, 288))
    assert again is drawn
    assert drawn is not None
    assert len(drawn.content) < 12_000
    assert fake_booking.posters_asked == 0


async def test_the_programmes_own_picture_is_fetched_once(fake_booking: FakeBooking) -> None:
    fake_booking.posters["vagalume"] = picture()
    own, again = await art_of(fake_booking, WITH_PICTURE, WITH_PICTURE)
    assert kind_and_size(own) == ("image/jpeg", (192, 288))
    assert again is own
    assert fake_booking.posters_asked == 1


@pytest.mark.parametrize("what", ["gone", "another by now"])
async def test_where_it_cannot_be_had_the_film_is_drawn(
    fake_booking: FakeBooking, what: str
) -> None:
    if what == "another by now":
        fake_booking.posters["vagalume"] = pb.Cartaz(versao="v2", jpeg=b"another")
    drawn, again = await art_of(fake_booking, WITH_PICTURE, WITH_PICTURE)
    assert kind_and_size(drawn) == kind_and_size(again) == ("image/png", (192, 288))
    assert fake_booking.posters_asked == 2


async def test_a_mail_waits_for_no_booking(fake_booking: FakeBooking) -> None:
    settings = DeliverySettings(booking_address="127.0.0.1:1")
    async with open_channel(settings) as channel:
        assert kind_and_size(await MailArt(channel).of(WITH_PICTURE))[0] == "image/png"


async def test_an_order_whose_film_is_not_known_has_none(fake_booking: FakeBooking) -> None:
    assert await art_of(fake_booking, pb.Filme()) == [None]
