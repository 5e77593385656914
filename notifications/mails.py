"""The mails of an order: headers, text and HTML from templates/, the tickets' QR codes, the calendar entry."""

import io
from collections.abc import Mapping
from email.message import EmailMessage, MIMEPart
from email.utils import format_datetime, localtime

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

import cinema_pb2 as pb
from cinema import mail_address
from cinema.invitation import FILE_NAME, Method, invitation
from cinema.mail_address import MailAddress
from cinema.order_link import manage_path, view_path
from cinema.ticket_qr import ticket_qr, ticket_qr_content
from notifications.language import TEMPLATES, Language, Languages
from notifications.mail_view import cancellation_view, qr_id, subject, ticket_view
from notifications.subject_header import MAIL_POLICY

_QR_SCALE = 8  # pixels a module: sharp on a phone's screen at the size that the template gives it


class MailWriter:
    """Writes an order's mails in its buyer's language. The CPF is in none of them, not even its mask."""

    def __init__(self, sender: str, public_url: str, languages: Languages) -> None:
        self._sender = mail_address.parse(sender, top_level_needed=False)
        self._public_url = public_url
        self._languages = languages
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    @property
    def sender(self) -> MailAddress:
        return self._sender

    def ticket(self, order: pb.Pedido) -> EmailMessage:
        """The confirmation. The same order gives the same Message-ID, so that a mail program shows a repetition once.

        Raises WrongAddress.
        """
        t = self._languages.of(order)
        message = self._headers(order, t, "ticket", order.pedido_id)
        view = ticket_view(order, t, self._link(order), self._manage_link(order))
        html = self._fill(message, t, "ticket", view)
        _add_qr_codes(html, order)
        self._add_calendar_file(message, order, Method.PUBLISH)
        return message

    def cancellation(self, order: pb.Pedido) -> EmailMessage:
        """It takes the ticket's entry out of the buyer's calendar. Raises WrongAddress."""
        t = self._languages.of(order)
        message = self._headers(order, t, "cancellation", f"{order.pedido_id}.cancelado")
        self._fill(message, t, "cancellation", cancellation_view(order, t, self._link(order)))
        self._add_calendar_file(message, order, Method.CANCEL)
        return message

    def _headers(self, order: pb.Pedido, t: Language, kind: str, identity: str) -> EmailMessage:
        message = EmailMessage(policy=MAIL_POLICY)
        message["From"] = f"Cinema <{self._sender.written}>"
        message["To"] = mail_address.parse(order.email).written
        message["Subject"] = subject(order, t, t(f"{kind}.topic", n=len(order.assentos)))
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = f"<{identity}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday responder answers
        return message

    def _fill(
        self, message: EmailMessage, t: Language, template: str, view: Mapping[str, object]
    ) -> MIMEPart:
        """Gives the message its text and its HTML, of which the latter is returned."""
        text, html = (
            self._templates.get_template(f"{template}.{kind}").render(view)
            for kind in ("txt", "html")
        )
        headers = [f"Content-Language: {t.tag}"]  # RFC 3282
        message.set_content(text, headers=headers)
        message.add_alternative(html, subtype="html", headers=headers)
        _text_part, html_part = message.iter_parts()
        return html_part

    def _add_calendar_file(self, message: EmailMessage, order: pb.Pedido, method: Method) -> None:
        """Where the film is known."""
        if not order.sessao.filme.titulo:
            return
        message.add_attachment(
            invitation(order, self._public_url, str(self._sender), method),
            maintype="text",
            subtype="calendar",
            filename=FILE_NAME,
            params={"method": method.value, "charset": "utf-8"},
        )

    def _link(self, order: pb.Pedido) -> str:
        return f"{self._public_url}{view_path(order)}"

    def _manage_link(self, order: pb.Pedido) -> str:
        """Empty for an order from before there were tokens: its one link does everything."""
        return f"{self._public_url}{manage_path(order)}" if order.chave else ""


def _add_qr_codes(html: MIMEPart, order: pb.Pedido) -> None:
    for position, ticket in enumerate(order.ingressos):
        image = io.BytesIO()
        ticket_qr(order.pedido_id, ticket.assento).save(image, kind="png", scale=_QR_SCALE)
        html.add_related(
            image.getvalue(),
            maintype="image",
            subtype="png",
            disposition="inline",
            cid=f"<{qr_id(order, position)}>",
            filename=f"{ticket_qr_content(order.pedido_id, ticket.assento)}.png",
        )
