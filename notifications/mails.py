"""Writes an order's mails: headers, text, HTML from templates/, QR codes, PDF, calendar entry."""

from collections.abc import Iterable, Iterator, Mapping
from email.utils import format_datetime, localtime

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

import cinema_pb2 as pb
from cinema import mail_address
from cinema.invitation import FILE_NAME, Method, invitation
from cinema.mail_address import MailAddress
from cinema.order_link import manage_path, view_path
from cinema.programme_words import TEMPLATES
from cinema.qr_image import qr_png
from cinema.ticket_pdf import FILE_NAME as PDF_NAME
from cinema.ticket_pdf import tickets_pdf
from cinema.ticket_qr import ticket_qr_content
from notifications import mime
from notifications.language import Language, Languages
from notifications.mail_art import MailPicture
from notifications.mail_view import art_id, cancellation_view, qr_id, subject, ticket_view
from notifications.subject_header import folded_subject

_TEMPLATES = ("ticket.txt", "ticket.html", "cancellation.txt", "cancellation.html")


class MailWriter:
    """Writes in the buyer's language. No mail has the CPF, not even its mask.

    A mail is bytes for SMTP: ASCII, with CRLF at each line's end.
    """

    def __init__(self, sender: str, public_url: str, languages: Languages) -> None:
        self._sender = mail_address.parse(sender, top_level_needed=False)
        self._public_url = public_url
        self._languages = languages
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        # Compiled at the start: a missing template fails before the first mail.
        self._templates = {name: environment.get_template(name) for name in _TEMPLATES}

    @property
    def sender(self) -> MailAddress:
        return self._sender

    def ticket(self, order: pb.Pedido, art: MailPicture | None = None) -> bytes:
        """The confirmation, also of the seats that are left after some were cancelled.

        The same order gives the same Message-ID, so that a mail program shows a repetition once.

        Raises WrongAddress.
        """
        t = self._languages.of(order)
        view = ticket_view(order, t, self._link(order), self._manage_link(order))
        texts = self._texts(order, t, "ticket", view, art, _qr_codes(order))
        changes = len(order.devolvidos)
        kind = "ticket.changed_topic" if changes else "ticket.topic"
        identity = f"{order.pedido_id}.{changes}" if changes else order.pedido_id
        return self._mail(order, t, kind, identity, texts, Method.PUBLISH, _tickets(order))

    def cancellation(self, order: pb.Pedido, art: MailPicture | None = None) -> bytes:
        """It takes the ticket's entry out of the buyer's calendar. Raises WrongAddress."""
        t = self._languages.of(order)
        view = cancellation_view(order, t, self._link(order))
        texts = self._texts(order, t, "cancellation", view, art)
        identity = f"{order.pedido_id}.cancelado"
        return self._mail(order, t, "cancellation.topic", identity, texts, Method.CANCEL)

    def _mail(
        self,
        order: pb.Pedido,
        t: Language,
        topic: str,
        identity: str,
        alternatives: list[bytes],
        method: Method,
        files: Iterable[bytes] = (),
    ) -> bytes:
        headers = mime.block(
            (
                f"From: Cinema <{self._sender.written}>",
                f"To: {mail_address.parse(order.email).written}",
                folded_subject(subject(order, t, t(topic, n=len(order.assentos)))),
                f"Date: {format_datetime(localtime())}",
                f"Message-ID: <{identity}@{self._sender.domain}>",
                "Auto-Submitted: auto-generated",  # RFC 3834: no out-of-office reply
                "MIME-Version: 1.0",
            )
        )
        body = mime.multipart("alternative", f"a.{order.pedido_id}", alternatives)
        if order.sessao.filme.titulo:
            parts = [body, *files, self._calendar_file(order, method)]
            body = mime.multipart("mixed", f"m.{order.pedido_id}", parts)
        return headers + body

    def _texts(
        self,
        order: pb.Pedido,
        t: Language,
        kind: str,
        view: Mapping[str, object],
        art: MailPicture | None,
        codes: Iterable[bytes] = (),
    ) -> list[bytes]:
        """The plain text, and HTML with the same words, the film's picture and the QR codes."""
        shown = {**view, "art_id": art_id(order) if art else ""}
        plain, html = (self._templates[f"{kind}.{end}"].render(shown) for end in ("txt", "html"))
        parts = [mime.text("html", html, t.tag), *_film_art(order, art), *codes]
        whole = mime.multipart("related", f"r.{order.pedido_id}", parts)
        return [mime.text("plain", plain, t.tag), whole if len(parts) > 1 else parts[0]]

    def _calendar_file(self, order: pb.Pedido, method: Method) -> bytes:
        return mime.file(
            f'text/calendar; method="{method}"; charset="utf-8"',
            f'attachment; filename="{FILE_NAME}"',
            invitation(order, self._public_url, str(self._sender), method),
        )

    def _link(self, order: pb.Pedido) -> str:
        return f"{self._public_url}{view_path(order)}"

    def _manage_link(self, order: pb.Pedido) -> str:
        """Empty for an order from before there were tokens, which has one link for everything."""
        return f"{self._public_url}{manage_path(order)}" if order.chave else ""


def _film_art(order: pb.Pedido, art: MailPicture | None) -> Iterator[bytes]:
    if art is not None:
        kind = art.media_type.rpartition("/")[2]
        headers = [f"Content-ID: <{art_id(order)}>"]
        yield mime.file(art.media_type, f'inline; filename="film.{kind}"', art.content, headers)


def _tickets(order: pb.Pedido) -> Iterator[bytes]:
    """As a PDF, for the door without a network."""
    if order.ingressos:
        disposition = f'attachment; filename="{PDF_NAME}"'
        yield mime.file("application/pdf", disposition, tickets_pdf(order))


def _qr_codes(order: pb.Pedido) -> Iterator[bytes]:
    for position, ticket in enumerate(order.ingressos):
        content = ticket_qr_content(order.pedido_id, ticket.assento)
        yield mime.file(
            "image/png",
            f'inline; filename="{mime.quotable(content)}.png"',
            qr_png(content),
            [f"Content-ID: <{qr_id(order, position)}>"],
        )
