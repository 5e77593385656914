"""An order's tickets as a PDF, a small page each, for a phone without a network and for paper.

It contains no name, and no link to the order.
"""

import re
import sys
from typing import TYPE_CHECKING, cast

from PIL import Image

import cinema_pb2 as pb
from cinema.contract import CATEGORIES
from cinema.language_tags import DEFAULT, known
from cinema.local_time import day_and_hour, local_time
from cinema.order_code import order_code
from cinema.programme_words import texts_in, words_in
from cinema.qr_image import qr_pixels
from cinema.ticket_font import ENCODING, font_file, is_plain, writable
from cinema.ticket_qr import ticket_qr_content

if TYPE_CHECKING:
    from fpdf import FPDF

FILE_NAME = "ingressos.pdf"

_PAGE = (298, 420)  # A6 in points
_MARGIN = 24
_CODE_SIZE = 200
_TITLE_SIZE = 18
_MOST_LINES = 3  # of a title
_FIRAGO = "firago"
_SEAT = re.compile(r"([A-Z]+)0*([0-9]+)")


def takes_long(order: pb.Pedido) -> bool:
    """Whether to write them in a thread: the library is not loaded, or a font must be read."""
    session = order.sessao
    return "fpdf" not in sys.modules or not is_plain(session.filme.titulo + session.sala)


def tickets_pdf(order: pb.Pedido) -> bytes:
    """The same order gives the same bytes."""
    language = known(order.idioma)
    title = writable(order.sessao.filme.titulo)
    where = writable(_when_and_where(order.sessao, language))
    pdf = _document(f"{title} {order_code(order.pedido_id)}".strip(), order.criado_em_ms, language)
    _add_font(pdf, [title, where])
    lines: list[str] = []
    for ticket in order.ingressos:
        pdf.add_page()
        lines = lines or _title_lines(pdf, title)
        for line in lines:
            _write(pdf, line, _TITLE_SIZE, "B", 20)
        _write(pdf, where, 11, "", 17)
        _write(pdf, _place(ticket.assento, language), 24, "B", 30)
        _write(pdf, _kind(ticket, language), 11, "", 17)
        _draw_code(pdf, order.pedido_id, ticket.assento)
    return bytes(pdf.output())


def _document(title: str, created_ms: int, language: str) -> "FPDF":
    # The import takes 0.2 s: at the first ticket, not at the service's start.
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format=_PAGE)
    pdf.core_fonts_encoding = ENCODING
    pdf.set_margin(_MARGIN)
    pdf.c_margin = 0
    pdf.set_auto_page_break(False)
    pdf.set_title(title)
    pdf.set_lang(language)
    pdf.set_creation_date(local_time(created_ms))
    return pdf


def _add_font(pdf: "FPDF", texts: list[str]) -> None:
    """FiraGO, for texts that need it."""
    if letters := "".join(text for text in texts if not is_plain(text)):
        pdf.add_font(_FIRAGO, "B", font_file(letters + "…"))
        pdf.set_text_shaping(True)


def _set_font(pdf: "FPDF", text: str, size: int, style: str) -> None:
    if is_plain(text):
        pdf.set_font("helvetica", style, size)
    else:
        pdf.set_font(_FIRAGO, "B", size)


def _title_lines(pdf: "FPDF", title: str) -> list[str]:
    _set_font(pdf, title, _TITLE_SIZE, "B")
    if pdf.get_string_width(title) <= pdf.epw:
        return title.splitlines()
    found = pdf.multi_cell(0, text=title, align="L", dry_run=True, output="LINES")
    lines = cast(list[str], found)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][:-1].rstrip()}…"]
    return lines


def _write(pdf: "FPDF", text: str, size: int, style: str, height: int) -> None:
    """One line."""
    _set_font(pdf, text, size, style)
    if is_plain(text):  # A cell takes twice as long, and only shaping needs one.
        pdf.text(_MARGIN, pdf.y + height / 2 + 0.3 * size, text)
        pdf.set_y(pdf.y + height)
    else:
        pdf.cell(0, height, text, new_x="LMARGIN", new_y="NEXT")


def _draw_code(pdf: "FPDF", order_id: str, seat: str) -> None:
    """The code for the door: as a picture, and in letters below."""
    width, height = _PAGE
    pixels, side = qr_pixels(ticket_qr_content(order_id, seat))
    picture = Image.frombytes("L", (side, side), pixels)
    pdf.image(picture, (width - _CODE_SIZE) / 2, height - 42 - _CODE_SIZE, _CODE_SIZE)
    pdf.set_font("courier", "B", 20)
    code = order_code(order_id)
    pdf.text((width - pdf.get_string_width(code)) / 2, height - 28, code)


def _when_and_where(session: pb.Sessao, language: str) -> str:
    room = words_in(language).room(session.sala)
    when = day_and_hour(local_time(session.inicio_ms), language) if session.inicio_ms else ""
    return " · ".join(filter(None, (when, room)))


def _place(seat: str, language: str) -> str:
    match = _SEAT.fullmatch(seat)
    row: str = texts_in(language)["seat"]["row"]
    return row.format(row=match[1], numbers=match[2]) if match else writable(seat)


def _kind(ticket: pb.Ingresso, language: str) -> str:
    category = texts_in(language)["category"][CATEGORIES[ticket.categoria]]
    amount = f"{ticket.preco_centavos / 100:.2f}"
    return f"{category} · R$ {amount.replace('.', ',') if language == DEFAULT else amount}"
