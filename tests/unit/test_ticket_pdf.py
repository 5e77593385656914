"""Tickets as a PDF, read with pypdf."""

import io
from concurrent.futures import ThreadPoolExecutor

import pypdf
import pytest
from PIL import Image

import cinema_pb2 as pb
from cinema.order_code import order_code
from cinema.qr_image import qr_pixels
from cinema.ticket_font import writable
from cinema.ticket_pdf import takes_long, tickets_pdf
from cinema.ticket_qr import ticket_qr_content
from tests.support.orders import ORDER_ID, film_session, order, ticket

SCRIPTS = {
    "Latin": "Łódź à noite",
    "Greek": "Μήδεια",
    "Cyrillic": "Солярис",
    "Arabic": "سولاريس",
    "Hebrew": "שלום סולאריס",
    "Georgian": "მონანიება",
    "Thai": "ลุงบุญมีระลึกชาติ",
    "Devanagari": "पथेर",
}


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data), strict=True)


def about(title: str, **changes: object) -> pb.Pedido:
    """An order of one ticket for a film of that title."""
    film = pb.Filme(titulo=title, duracao_min=90)
    seat = ticket("AA107", pb.INTEIRA, 1)
    return order(sessao=film_session(filme=film, **changes), ingressos=[seat])


def text_of(sold: pb.Pedido) -> str:
    [page] = read(tickets_pdf(sold)).pages
    return page.extract_text()


@pytest.mark.parametrize(
    ("language", "place", "when", "kind"),
    [
        ("pt-BR", "Fila F · 8", "dom 13/12 · 17h45", "Meia · estudante · R$ 16,00"),
        ("en", "Row F · 8", "Sun 13 Dec · 17:45", "Half · student · R$ 16.00"),
        ("es", "Fila F · 8", "dom 13 dic · 17:45", "Media · estudiante · R$ 16.00"),
    ],
)
def test_each_ticket_is_a_page_with_all_that_the_door_asks_for(
    language: str, place: str, when: str, kind: str
) -> None:
    reader = read(tickets_pdf(order(idioma=language)))
    assert len(reader.pages) == 2
    text = reader.pages[1].extract_text()
    for expected in ("O Agente Secreto", place, when, kind, order_code(ORDER_ID)):
        assert expected in text
    assert str(reader.root_object["/Lang"]) == language
    assert reader.metadata is not None
    assert "O Agente Secreto" in str(reader.metadata.title)


def test_the_code_on_the_page_is_the_one_that_the_mail_shows() -> None:
    [picture] = read(tickets_pdf(order())).pages[1].images
    assert isinstance(picture.image, Image.Image)
    pixels, side = qr_pixels(ticket_qr_content(ORDER_ID, "F08"))
    assert picture.image.size == (side, side)
    assert picture.image.convert("L").tobytes() == pixels


def test_a_ticket_has_no_name_and_no_link_to_the_order() -> None:
    sold = order(link_token="5e" * 16, chave="c4" * 16)
    reader = read(tickets_pdf(sold))
    text = "".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
    for private in ("José", "456", "jose@", "5e" * 16, "c4" * 16, ORDER_ID):
        assert private not in text


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_title_of_any_script_that_the_font_has_is_written(script: str) -> None:
    assert SCRIPTS[script] in text_of(about(SCRIPTS[script]))


def test_arabic_letters_are_joined() -> None:
    """A letter within a word has another shape than alone: the page has more shapes than the
    word has letters."""
    [page] = read(tickets_pdf(about("ببب"))).pages
    fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]
    [other] = [font for font in fonts if font.get_object()["/Subtype"] == "/Type0"]
    shapes = other.get_object()["/ToUnicode"].get_data().count(b"<0628>")
    assert shapes == 3  # at the beginning, in the middle, at the end


def test_a_room_of_another_script_is_written_too() -> None:
    assert "Зал Тарковского" in text_of(about("Solaris", sala="Зал Тарковского"))


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("千と千尋: a viagem", "▯▯▯▯: a viagem"),
        ("Amor 🎬 e dor", "Amor ▯ e dor"),
        ("A 👩\u200d👧 B", "A ▯"),
        ("Coração ❤️", "Coração ▯"),
    ],
)
def test_a_letter_that_no_font_has_is_a_box_and_the_rest_is_kept(title: str, shown: str) -> None:
    assert shown in text_of(about(title))


@pytest.mark.parametrize("word", ["x", "Um título ", "Солярис ", "שלום ", "千", "🎬", "W"])
def test_a_title_of_200_characters_leaves_room_for_the_rest(word: str) -> None:
    text = text_of(about((word * 200)[:200]))
    *title, _, seat, _, code = text.splitlines()
    assert (seat, code) == ("Fila AA · 107", order_code(ORDER_ID))
    assert len(title) == 3


@pytest.mark.parametrize(
    "title", ["(\\) %PDF endobj", "", " ", "\x00\n\u2028a", "\u0301", "\ud800", "**b** __u__"]
)
def test_a_ticket_is_readable_with_any_title(title: str) -> None:
    title = title.encode("utf-8", "replace").decode()
    text = text_of(about(title))
    assert "Fila AA · 107" in text
    assert order_code(ORDER_ID) in text


def test_an_order_without_its_session_still_has_its_tickets() -> None:
    bare = order()
    bare.ClearField("sessao")
    assert "Fila F · 7" in read(tickets_pdf(bare)).pages[0].extract_text()


@pytest.mark.parametrize("title", ["O Agente Secreto", SCRIPTS["Arabic"]])
def test_the_same_order_gives_the_same_bytes(title: str) -> None:
    assert tickets_pdf(about(title)) == tickets_pdf(about(title))


def test_tickets_that_are_written_at_the_same_time_do_not_disturb_each_other() -> None:
    titles = 2 * [
        f"{SCRIPTS[script]}?" for script in ("Arabic", "Greek", "Cyrillic")
    ]  # no fonts yet
    with ThreadPoolExecutor(len(titles)) as threads:
        written = list(threads.map(lambda title: tickets_pdf(about(title)), titles))
    assert written == [tickets_pdf(about(title)) for title in titles]


def test_only_a_title_of_another_script_needs_a_thread() -> None:
    tickets_pdf(order())
    assert [takes_long(about(title)) for title in ("Ação – “já”", SCRIPTS["Greek"])] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        *(("ca\u0301", "cá"), ("“a” – b…", "“a” – b…"), ("a\n\tb ", "a b")),
        *(("東\u0f71", "▯"), ("می\u200cنا", "می\u200cنا")),
    ],
)  # fmt: skip
def test_writable_text_is_one_line_without_invisible_characters(text: str, shown: str) -> None:
    assert writable(text) == shown
