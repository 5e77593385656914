"""An order's tickets as a PDF: a small page each, for a phone without a network and for paper.

It names nobody, and opens nothing.
"""

import re
from textwrap import wrap

import cinema_pb2 as pb
from cinema.contract import CATEGORIES
from cinema.language_tags import DEFAULT, LANGUAGES
from cinema.local_time import day_and_hour, local_time
from cinema.order_code import order_code
from cinema.pdf import Font, Page, document, writable
from cinema.programme_words import texts_in, words_in
from cinema.qr_image import qr_code_of
from cinema.ticket_qr import ticket_qr_content

FILE_NAME = "ingressos.pdf"

_WIDTH, _HEIGHT = 298, 420  # A6 in points
_MARGIN = 24
_CODE_SIZE = 200
_MOST_LINES = 3
_EM = 0.56  # of a letter's width in the bold font, on the average
_SEAT = re.compile(r"([A-Z]+)0*([0-9]+)")


def tickets_pdf(order: pb.Pedido) -> bytes:
    """The same order always gives the same bytes."""
    language = order.idioma if order.idioma in LANGUAGES else DEFAULT
    pages = [_page(order, ticket, language) for ticket in order.ingressos]
    film = order.sessao.filme.titulo
    return document(f"{film} {order_code(order.pedido_id)}".strip(), language, pages)


def _page(order: pb.Pedido, ticket: pb.Ingresso, language: str) -> Page:
    page, session = Page(_WIDTH, _HEIGHT), order.sessao
    y = _HEIGHT - _MARGIN
    for line in _lines(session.filme.titulo, 18):
        y -= 20
        page.text(_MARGIN, y, 18, Font.BOLD, line)
    for size, font, text in (
        (11, Font.PLAIN, _when_and_where(session, language)),
        (24, Font.BOLD, _place(ticket.assento, language)),
        (11, Font.PLAIN, _kind(ticket, language)),
    ):
        y -= size + 6
        page.text(_MARGIN, y, size, font, text)
    content = ticket_qr_content(order.pedido_id, ticket.assento)
    page.square((_WIDTH - _CODE_SIZE) / 2, 42, _CODE_SIZE, *qr_code_of(content))
    code = order_code(order.pedido_id)
    page.text((_WIDTH - len(code) * 12) / 2, 32, 20, Font.CODE, code)  # a letter of Courier: 0.6
    return page


def _lines(text: str, size: int) -> list[str]:
    room = int((_WIDTH - 2 * _MARGIN) / (size * _EM))
    return wrap(writable(text), room, max_lines=_MOST_LINES, placeholder="...")


def _when_and_where(session: pb.Sessao, language: str) -> str:
    room = words_in(language).room(session.sala)
    when = day_and_hour(local_time(session.inicio_ms), language) if session.inicio_ms else ""
    return " · ".join(filter(None, (when, room)))


def _place(seat: str, language: str) -> str:
    match = _SEAT.fullmatch(seat)
    row: str = texts_in(language)["seat"]["row"]
    return row.format(row=match[1], numbers=match[2]) if match else seat


def _kind(ticket: pb.Ingresso, language: str) -> str:
    category = texts_in(language)["category"][CATEGORIES[ticket.categoria]]
    amount = f"{ticket.preco_centavos / 100:.2f}"
    return f"{category} · R$ {amount.replace('.', ',') if language == DEFAULT else amount}"
