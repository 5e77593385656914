"""What stands in the mails."""

from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

import cinema_pb2 as pb
from cinema.order_code import order_code
from notifications.mails import MailWriter, UnusableAddress
from notifications.portuguese import long_time, money

ORDER_ID = "12-abcdefghijklmnopqrs_-v"
START = datetime(2026, 12, 13, 17, 45, tzinfo=ZoneInfo("America/Sao_Paulo"))
WRITER = MailWriter("cinema@example.com", "http://localhost:8000")


def order(**changes: object) -> pb.Pedido:
    film = pb.Filme(titulo="O Agente Secreto", duracao_min=158)
    session = pb.Sessao(
        sessao_id="S001",
        filme=film,
        sala="Sala 1",
        inicio_ms=int(START.timestamp()) * 1000,
        idioma="legendado",
    )
    fields: dict[str, Any] = {
        "pedido_id": ORDER_ID,
        "sessao_id": "S001",
        "assentos": ["F07", "F08"],
        "nome_completo": "José d'Ávila",
        "cpf": "***.456.789-**",
        "email": "jose@example.com",
        "total_centavos": 6400,
        "criado_em_ms": 1_764_018_000_123,
        "sessao": session,
    }
    return pb.Pedido(**(fields | changes))


def as_received(message: EmailMessage) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(message.as_bytes())


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_ticket_tells_film_time_room_seats_total_code_and_link(kind: str) -> None:
    text = body(as_received(WRITER.ticket(order())), kind)
    for told in (
        "O Agente Secreto",
        "domingo, 13 de dezembro de 2026, às 17:45",
        "Sala 1",
        "F07, F08",
        "R$\N{NO-BREAK SPACE}64,00",
        order_code(ORDER_ID),
        f"http://localhost:8000/pedido/{ORDER_ID}",
    ):
        assert told in text


def test_a_ticket_has_the_same_identity_every_time() -> None:
    first, second = (as_received(WRITER.ticket(order())) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"] == f"<{ORDER_ID}@example.com>"
    assert invitation(first) == invitation(second)


def test_the_headers_are_complete() -> None:
    message = as_received(WRITER.ticket(order()))
    assert message["From"] == "Cinema <cinema@example.com>"
    assert message["To"] == "jose@example.com"
    assert (
        message["Subject"]
        == f"Ingressos: O Agente Secreto, 13/12 às 17:45 (código {order_code(ORDER_ID)})"
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs((message["Date"].datetime - datetime.now(ZoneInfo("UTC"))).total_seconds()) < 60


def test_the_cpf_is_in_no_mail() -> None:
    for message in (WRITER.ticket(order()), WRITER.cancellation(order())):
        for part in message.walk():
            content = (
                part.get_payload(decode=True) or b""
            )  # none of a multipart, whose boundary is random
            assert isinstance(content, bytes)
            assert b"456.789" not in content


def invitation(message: EmailMessage) -> bytes:
    (attachment,) = message.iter_attachments()
    assert attachment.get_content_type() == "text/calendar"
    assert attachment.get_filename() == "sessao.ics"
    content = attachment.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def test_a_calendar_takes_the_film_from_start_to_end() -> None:
    calendar = icalendar.Calendar.from_ical(invitation(as_received(WRITER.ticket(order()))))
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("DTSTART") == START
    assert (event.decoded("DTEND") - START).total_seconds() == 158 * 60
    assert event["DTSTART"].params["TZID"] == "America/Sao_Paulo"
    assert event["UID"] == ORDER_ID
    assert event["LOCATION"] == "Sala 1"


def test_a_session_that_left_the_programme_still_gets_its_ticket() -> None:
    dropped = order()
    dropped.ClearField("sessao")
    message = as_received(WRITER.ticket(dropped))
    assert "Sessão:    S001" in body(message, "plain")
    assert "S001" in body(message, "html")
    assert list(message.iter_attachments()) == []


def test_markup_in_a_name_is_only_text() -> None:
    text = body(
        as_received(WRITER.ticket(order(nome_completo="<script>alert(1)</script>"))), "html"
    )
    assert "<script" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(
    "text", ["Ana\r\nBcc: eva@example.com", "Ana\n\n.\r\nQUIT", "Ana\x00\x85\u2028Bia"]
)
def test_no_text_of_an_order_becomes_a_header(text: str) -> None:
    film = pb.Filme(titulo=text, duracao_min=90)
    session = pb.Sessao(sessao_id="S001", filme=film, sala=text, inicio_ms=1)
    message = as_received(WRITER.ticket(order(nome_completo=text, sessao=session)))
    assert message["Bcc"] is None
    assert len(message.get_all("To", [])) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "ana@example.com\r\nBcc: eva@example.com",
        "ana@example.com,eva@example.com",
        "Ana <ana@example.com>",
        '"ana"@example.com',
        "ana@example.com(eva)",
        "aná@example.com",
        "a b@example.com",
        f"{'a' * 250}@example.com",
        ".@example.com",
        "ana@[127.0.0.1]",
    ],
)
def test_an_address_that_is_not_one_is_refused(address: str) -> None:
    with pytest.raises(UnusableAddress):
        WRITER.ticket(order(email=address))


def test_a_cancellation_says_so() -> None:
    message = as_received(WRITER.cancellation(order()))
    assert "foi cancelado" in body(message, "plain")
    assert "foi cancelado" in body(message, "html")
    assert message["Message-ID"] != WRITER.ticket(order())["Message-ID"]


def test_money_and_time_read_as_in_brazil() -> None:
    assert money(0) == "R$\N{NO-BREAK SPACE}0,00"
    assert money(123_456_789) == "R$\N{NO-BREAK SPACE}1.234.567,89"
    assert long_time(datetime(2027, 3, 1, 9, 5)) == "segunda-feira, 1 de março de 2027, às 09:05"
