"""Tickets as a PDF, read by a program that we have not written."""

import io

import pypdf
import pytest

import cinema_pb2 as pb
from cinema.order_code import order_code
from cinema.pdf import Font, Page, document, writable
from cinema.qr_image import qr_code_of
from cinema.ticket_pdf import tickets_pdf
from cinema.ticket_qr import ticket_qr_content
from tests.support.orders import ORDER_ID, film_session, order, ticket


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data), strict=True)


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
    for told in ("O Agente Secreto", place, when, kind, order_code(ORDER_ID)):
        assert told in text
    assert str(reader.root_object["/Lang"]) == language
    assert reader.metadata is not None
    assert "O Agente Secreto" in str(reader.metadata.title)


def test_the_code_on_the_page_is_the_one_that_the_mail_shows() -> None:
    [image] = read(tickets_pdf(order())).pages[1]["/Resources"]["/XObject"].values()  # type: ignore[index]
    picture = image.get_object()
    code, side = qr_code_of(ticket_qr_content(ORDER_ID, "F08"))
    assert (picture["/Width"], picture["/Height"]) == (side, side)
    width = -(-side // 8)
    rows = picture.get_data()
    bits = "".join(
        f"{int.from_bytes(rows[start : start + width], 'big'):0{width * 8}b}"[:side]
        for start in range(0, len(rows), width)
    )
    assert int(bits, 2) == code


def test_a_ticket_names_nobody_and_opens_nothing() -> None:
    sold = order(link_token="5e" * 16, chave="c4" * 16)
    reader = read(tickets_pdf(sold))
    told = "".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
    for private in ("José", "456", "jose@", "5e" * 16, "c4" * 16, ORDER_ID):
        assert private not in told


@pytest.mark.parametrize(
    "title",
    ["(\\) %PDF endobj", "x" * 200, "Um título " * 20, "千と千尋の神隠し", "", "\x00\n\u2028a"],
)
def test_whatever_the_film_is_called_the_ticket_can_be_read(title: str) -> None:
    film = pb.Filme(titulo=title, duracao_min=90)
    tricky = order(sessao=film_session(filme=film), ingressos=[ticket("AA107", pb.INTEIRA, 1)])
    [page] = read(tickets_pdf(tricky)).pages
    assert "Fila AA · 107" in page.extract_text()
    assert order_code(ORDER_ID) in page.extract_text()


def test_an_order_whose_session_was_forgotten_still_has_its_tickets() -> None:
    bare = order()
    bare.ClearField("sessao")
    assert "Fila F · 7" in read(tickets_pdf(bare)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Ação", "Ação"), ("Łódź", "ódz"), ("ca\u0301", "cá"), ("“a” – b…", "“a” – b…"), ("東", "")],
)
def test_what_the_fonts_lack_is_written_without_its_accent_or_left_out(
    text: str, shown: str
) -> None:
    assert writable(text) == shown
    page = Page(100, 100)
    page.text(1, 1, 10, Font.PLAIN, text)
    assert shown in read(document("x", "pt-BR", [page])).pages[0].extract_text()
