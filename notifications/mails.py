"""What stands in the mails: text and HTML from templates/, the calendar entry, the headers."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

import cinema_pb2 as pb
from cinema.invitation import FILE_NAME, invitation
from cinema.local_time import local_time
from cinema.order_code import order_code
from notifications.portuguese import long_time, money, short_time

# One address, of what every mail server takes. Booking asks for more than that; here it is about safe headers.
_ADDRESS = re.compile(r'[^\s,;:<>()\[\]\\"@]+@[^\s,;:<>()\[\]\\"@]+')
_ADDRESS_LENGTH = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets


class UnusableAddress(ValueError):
    """No mail can be sent to it."""


class MailWriter:
    """Writes an order's mails. The CPF is in none of them, not even its mask."""

    def __init__(self, sender: str, public_url: str) -> None:
        self._sender = Address("Cinema", addr_spec=sender)
        self._public_url = public_url
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def ticket(self, order: pb.Pedido) -> EmailMessage:
        """The confirmation. The same order gives the same Message-ID, so that a mail program shows a repetition once.

        Raises UnusableAddress.
        """
        message = self._message(order, "ticket", "Ingressos", order.pedido_id)
        if order.HasField("sessao"):
            message.add_attachment(
                invitation(order, self._public_url),
                maintype="text",
                subtype="calendar",
                filename=FILE_NAME,
                params={"method": "PUBLISH", "charset": "utf-8"},
            )
        return message

    def cancellation(self, order: pb.Pedido) -> EmailMessage:
        """Raises UnusableAddress."""
        return self._message(
            order, "cancellation", "Pedido cancelado", f"{order.pedido_id}.cancelado"
        )

    def _message(self, order: pb.Pedido, template: str, topic: str, identity: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = _address(order.email)
        message["Subject"] = self._subject(order, topic)
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = f"<{identity}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday responder answers
        view = self._view(order)
        message.set_content(self._templates.get_template(f"{template}.txt").render(view))
        message.add_alternative(
            self._templates.get_template(f"{template}.html").render(view), subtype="html"
        )
        return message

    def _subject(self, order: pb.Pedido, topic: str) -> str:
        code = f"(código {order_code(order.pedido_id)})"
        if not order.HasField("sessao"):
            return f"{topic} {code}"
        start = local_time(order.sessao.inicio_ms)
        return f"{topic}: {_one_line(order.sessao.filme.titulo)}, {short_time(start)} {code}"

    def _view(self, order: pb.Pedido) -> dict[str, object]:
        session = order.sessao if order.HasField("sessao") else None
        return {
            "name": _one_line(order.nome_completo),
            "code": order_code(order.pedido_id),
            "link": self._link(order),
            "seats": list(order.assentos),
            "total": money(order.total_centavos),
            "session_id": order.sessao_id,
            "session": session,
            "start": long_time(local_time(session.inicio_ms)) if session else "",
        }

    def _link(self, order: pb.Pedido) -> str:
        return f"{self._public_url}/pedido/{order.pedido_id}"


def _address(text: str) -> Address:
    if len(text) > _ADDRESS_LENGTH or not text.isascii() or not text.isprintable():
        raise UnusableAddress
    if _ADDRESS.fullmatch(text) is None:
        raise UnusableAddress
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError):  # what the parser makes of odd addresses
        raise UnusableAddress from None


def _one_line(text: str) -> str:
    """The text without anything that could end a header or a line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
