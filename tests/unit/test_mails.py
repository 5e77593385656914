"""The contents of mails, in any language."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

import icalendar
import pytest

import cinema_pb2 as pb
from cinema.mail_address import WrongAddress
from cinema.order_code import order_code
from cinema.ticket_pdf import tickets_pdf
from cinema.ticket_qr import ticket_qr_content
from notifications.language import Languages
from notifications.mail_art import MailPicture
from notifications.mails import MailWriter
from tests.support.mailbox import as_received, body
from tests.support.orders import ORDER_ID, START, film_session, milliseconds, order, ticket

WRITER = MailWriter("cinema@example.com", "http://localhost:8000", Languages())
LINK = f"http://localhost:8000/pedido/{ORDER_ID}"
Write = Callable[[pb.Pedido, MailPicture | None], bytes]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_ticket_has_film_time_room_seats_total_code_and_link(kind: str) -> None:
    text = body(as_received(WRITER.ticket(order())), kind)
    for words in (
        "O Agente Secreto",
        "domingo, 13 de dezembro de 2026, às 17h45",
        "Sala 1",
        "legendado",
        "Fila F · 7, 8",
        "R$\N{NO-BREAK SPACE}48,00",
        order_code(ORDER_ID),
        LINK,
    ):
        assert words in text


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_each_ticket_has_its_category_its_price_and_what_to_bring(kind: str) -> None:
    text = body(as_received(WRITER.ticket(order())), kind)
    first, second = text.index("Inteira"), text.index("Meia · estudante")
    assert "R$\N{NO-BREAK SPACE}32,00" in text[first:second]
    assert "Leve a" not in text[first:second]
    assert "R$\N{NO-BREAK SPACE}16,00" in text[second:]
    assert "Leve a carteira de estudante (CIE)" in text[second:]


def test_the_qr_code_of_each_seat_is_shown_beside_it() -> None:
    message = as_received(WRITER.ticket(order()))
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert [picture.get_filename() for picture in pictures] == [
        f"{ticket_qr_content(ORDER_ID, seat)}.png" for seat in ("F07", "F08")
    ]
    html = body(message, "html")
    for picture in pictures:
        assert picture.get_content_disposition() == "inline"
        assert picture.get_content().startswith(b"\x89PNG")
        assert f'src="cid:{picture["Content-ID"][1:-1]}"' in html
    assert html.count("src=") == len(pictures)


def test_nothing_is_fetched_from_anywhere_when_a_mail_is_opened() -> None:
    html = body(as_received(WRITER.ticket(order())), "html")
    assert html.count("http") == html.count(f'href="{LINK}"') == 1
    html = body(as_received(WRITER.ticket(with_tokens())), "html")
    assert html.count("http") == html.count("<a href=") == 2


# -------------------------------------------------------------------------------------------- links


def with_tokens() -> pb.Pedido:
    return order(link_token="5e" * 16, chave="c4" * 16)


VIEW, MANAGE = f"{LINK}.{'5e' * 16}", f"{LINK}.{'c4' * 16}"


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize("tag", ["pt-BR", "en", "es"])
def test_a_ticket_has_a_link_to_pass_on_and_another_for_its_buyer_which_says_so(
    kind: str, tag: str
) -> None:
    sold = with_tokens()
    sold.idioma = tag
    text = body(as_received(WRITER.ticket(sold)), kind)
    assert [text.count(VIEW), text.count(MANAGE)] == [1, 1]
    warning = {"pt-BR": "não encaminhe", "en": "forward it", "es": "no lo reenvíes"}[tag]
    assert text.index(VIEW) < text.index(warning) < text.index(MANAGE)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_greeting_has_no_link(kind: str) -> None:
    name = "Voce ganhou R$ 500! Resgate: http://evil.com/pix?id=1"
    text = body(as_received(WRITER.ticket(order(nome_completo=name))), kind)
    assert "evil" not in text
    assert "Olá!" in text


def test_nothing_else_of_a_mail_opens_the_order() -> None:
    for write in (WRITER.ticket, WRITER.cancellation):
        message = as_received(write(with_tokens()))
        headers = str(message.items())
        parts = [p for p in message.walk() if not p.is_multipart()]
        others = [
            p.as_string() + str(p.items()) for p in parts if p.get_content_maintype() != "text"
        ]
        for token in ("5e" * 16, "c4" * 16):
            assert token not in headers + "".join(others)
    calendar = next(p for p in parts_of(with_tokens()) if p.get_content_subtype() == "calendar")
    entry = icalendar.Calendar.from_ical(calendar.get_content())
    assert VIEW in str(entry.walk("VEVENT")[0]["DESCRIPTION"])
    assert "c4" * 16 not in str(entry.to_ical())


def parts_of(sold: pb.Pedido) -> list[EmailMessage]:
    return [part for part in as_received(WRITER.ticket(sold)).walk() if not part.is_multipart()]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_mail_of_a_cancelled_order_has_no_manage_link(kind: str) -> None:
    text = body(as_received(WRITER.cancellation(with_tokens())), kind)
    assert [text.count(VIEW), text.count(MANAGE)] == [1, 0]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_one_link_of_an_order_from_before_is_not_to_be_passed_on(kind: str) -> None:
    text = body(as_received(WRITER.ticket(order())), kind)
    assert (text.count(LINK), "não compartilhe" in text) == (1, True)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_ticket_says_until_when_it_can_be_cancelled(kind: str) -> None:
    text = body(as_received(WRITER.ticket(order())), kind)
    assert "cancelar até domingo, 13 de dezembro de 2026, às 15h45" in text
    late = order(criado_em_ms=milliseconds(START) - 60_000)
    assert "não pode mais ser cancelado" in body(as_received(WRITER.ticket(late)), kind)


def test_a_ticket_has_the_same_identity_every_time() -> None:
    first, second = (as_received(WRITER.ticket(order())) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"] == f"<{ORDER_ID}@example.com>"
    assert calendar_file(first) == calendar_file(second)


def test_the_headers_are_complete() -> None:
    message = as_received(WRITER.ticket(order()))
    assert message["From"] == "Cinema <cinema@example.com>"
    assert message["To"] == "jose@example.com"
    assert (
        message["Subject"]
        == f"Ingressos: O Agente Secreto, dom., 13 de dez., 17h45 (código {order_code(ORDER_ID)})"
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs((message["Date"].datetime - datetime.now(UTC)).total_seconds()) < 60


def test_the_cpf_is_in_no_mail_not_even_its_mask() -> None:
    for mail in (WRITER.ticket(order()), WRITER.cancellation(order())):
        for part in as_received(mail).walk():
            if part.get_content_maintype() == "text":
                text = part.get_content()
                assert "456" not in text
                assert "***" not in text


def calendar_file(message: EmailMessage) -> bytes:
    *_, attachment = message.iter_attachments()
    assert attachment.get_content_type() == "text/calendar"
    assert attachment.get_filename() == "sessao.ics"
    content = attachment.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def test_a_calendar_takes_the_film_from_start_to_end() -> None:
    calendar = icalendar.Calendar.from_ical(calendar_file(as_received(WRITER.ticket(order()))))
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("DTSTART") == START
    assert (event.decoded("DTEND") - START).total_seconds() == 158 * 60
    assert event["DTSTART"].params["TZID"] == "America/Sao_Paulo"
    assert event["UID"] == ORDER_ID
    assert event["LOCATION"] == "Sala 1"


@pytest.mark.parametrize(
    ("language", "title", "seats"),
    [
        ("pt-BR", "Cinema: O Agente Secreto", "Poltronas: F07, F08"),
        ("en", "Cinema: O Agente Secreto", "Seats: F07, F08"),
        ("es", "Cine: O Agente Secreto", "Butacas: F07, F08"),
    ],
)
def test_a_calendar_entry_reads_in_the_buyers_language(
    language: str, title: str, seats: str
) -> None:
    message = as_received(WRITER.ticket(order(idioma=language)))
    (event,) = icalendar.Calendar.from_ical(calendar_file(message)).walk("VEVENT")
    assert event["SUMMARY"] == title
    assert str(event["DESCRIPTION"]).startswith(seats)


def test_a_session_that_left_the_programme_still_gets_its_ticket() -> None:
    dropped = order()
    dropped.ClearField("sessao")
    message = as_received(WRITER.ticket(dropped))
    assert "Sessão:     S001" in body(message, "plain")
    assert "S001" in body(message, "html")
    assert list(message.iter_attachments()) == []


def test_a_buyer_without_a_name_is_greeted_all_the_same() -> None:
    text = body(as_received(WRITER.ticket(order(nome_completo=""))), "plain")
    assert text.splitlines()[0] == "Olá!"


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Ana Beatriz Conceição da Silva", "Olá, Ana!"),
        ("  D'Ávila  Souza", "Olá, D'Ávila!"),
        ("Marie-Ève Roy", "Olá, Marie-Ève!"),
        ("J. Pinto Fernandes", "Olá, J.!"),
        ("李小龍", "Olá, 李小龍!"),
        ("می\u200cنا رضایی", "Olá, می\u200cنا!"),
        ("n\u0303ande", "Olá, n\u0303ande!"),
        # Bought before names were held to more rules.
        ("http://evil.com/pix?id=1", "Olá!"),
        ("evil.com Voce ganhou", "Olá!"),
        ("www.evil.com", "Olá!"),
        ("ana@evil.com", "Olá!"),
        ("x" * 121, "Olá!"),
    ],
)
def test_a_buyer_is_greeted_by_first_name_and_by_no_link(name: str, greeting: str) -> None:
    for write in (WRITER.ticket, WRITER.cancellation):
        message = as_received(write(order(nome_completo=name)))
        assert body(message, "plain").splitlines()[0] == greeting
        assert f">{html.escape(greeting, quote=False)}<" in body(message, "html").replace(
            "&#39;", "'"
        )
        assert "evil" not in body(message, "html")


@pytest.mark.parametrize("language", ["pt-BR", "en", "es"])
def test_markup_is_only_text(language: str) -> None:
    markup = '<script>alert(1)</script>"&{name}{{ 7 * 7 }}'
    session = film_session(
        filme=pb.Filme(titulo=markup, duracao_min=90), sala=markup, idioma=markup
    )
    tricky = order(
        idioma=language,
        nome_completo=markup,
        sessao=session,
        assentos=[markup],
        ingressos=[ticket(markup, pb.MEIA_IDOSO, 1600)],
    )
    for mail in (WRITER.ticket(tricky), WRITER.cancellation(tricky)):
        message = as_received(mail)
        html = body(message, "html")
        assert "<script" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&amp;{name}{{ 7 * 7 }}" in html
        assert markup in body(message, "plain")


@pytest.mark.parametrize("language", ["pt-BR", "en", "es"])
@pytest.mark.parametrize(
    "text", ["Ana\r\nBcc: eva@example.com", "Ana\n\n.\r\nQUIT", "Ana\x00\x85\u2028Bia"]
)
def test_no_text_of_an_order_becomes_a_header(text: str, language: str) -> None:
    session = film_session(filme=pb.Filme(titulo=text, duracao_min=90), sala=text, idioma=text)
    tricky = order(nome_completo=text, sessao=session, idioma=language)
    for written in (WRITER.ticket(tricky), WRITER.cancellation(tricky)):
        message = as_received(written)
        assert message["Bcc"] is None
        assert len(message.get_all("To", [])) == 1


def test_an_invented_language_does_not_get_into_the_headers() -> None:
    assert b"eva@" not in WRITER.ticket(order(idioma="en\r\nBcc: eva@example.com"))


def test_no_mail_is_written_to_a_wrong_address() -> None:
    with pytest.raises(WrongAddress):
        WRITER.ticket(order(email="ana@example.com\r\nBcc: eva@example.com"))


def test_a_cancellation_says_so_and_carries_no_ticket() -> None:
    message = as_received(WRITER.cancellation(order()))
    assert "foi cancelado" in body(message, "plain")
    assert "foi cancelado" in body(message, "html")
    assert message["Message-ID"] != as_received(WRITER.ticket(order()))["Message-ID"]
    assert {part.get_content_type() for part in message.walk()} == {
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    }


def test_a_cancellation_removes_the_entry_that_the_ticket_added() -> None:
    ticket, cancellation = (
        as_received(write(order())) for write in (WRITER.ticket, WRITER.cancellation)
    )
    assert methods(ticket) == ("PUBLISH", "PUBLISH")
    assert methods(cancellation) == ("CANCEL", "CANCEL")
    entries = [
        icalendar.Calendar.from_ical(calendar_file(message)).walk("VEVENT")[0]
        for message in (ticket, cancellation)
    ]
    assert entries[0]["UID"] == entries[1]["UID"]
    assert entries[0]["ORGANIZER"] == entries[1]["ORGANIZER"] == "mailto:cinema@example.com"
    assert [entry["SEQUENCE"] for entry in entries] == [0, 1]
    assert entries[1]["STATUS"] == "CANCELLED"


def methods(message: EmailMessage) -> tuple[str, str]:
    """As the mail's header and the file itself say it: programs look at either."""
    *_, attachment = message.iter_attachments()
    calendar = icalendar.Calendar.from_ical(calendar_file(message))
    return attachment["Content-Type"].params["method"], str(calendar["METHOD"])


# ------------------------------------------------------------------------------- the film's picture

PICTURE = MailPicture("image/png", b"\x89PNG a picture")


@pytest.mark.parametrize("write", [WRITER.ticket, WRITER.cancellation])
def test_the_films_picture_comes_with_each_mail_and_is_shown_in_it(write: Write) -> None:
    message = as_received(write(order(), PICTURE))
    pictures = {
        part["Content-ID"].strip("<>"): part
        for part in message.walk()
        if part.get_content_maintype() == "image"
    }
    shown = re.findall(r'src="cid:([^"]+)"', body(message, "html"))
    assert set(shown) == set(pictures)
    assert pictures[f"film.{ORDER_ID}@cinema"].get_content() == PICTURE.content


def test_an_order_without_tickets_shows_its_film_all_the_same() -> None:
    message = as_received(WRITER.ticket(order(ingressos=[]), PICTURE))
    assert [
        part.get_content_type() for part in message.walk() if part.get_content_maintype() == "image"
    ] == ["image/png"]


@pytest.mark.parametrize("write", [WRITER.ticket, WRITER.cancellation])
def test_without_a_picture_there_is_no_gap_where_it_would_be(write: Write) -> None:
    assert "film." not in body(as_received(write(order(), None)), "html")


# --------------------------------------------------------------------- money back, seats given back

GIVEN_BACK_AT = milliseconds(START) - 86_400_000


def without_f08(**changes: object) -> pb.Pedido:
    """F08 was given back, F07 stays."""
    back = pb.Devolucao(ingresso=ticket("F08", pb.MEIA_ESTUDANTE, 1600), em_ms=GIVEN_BACK_AT)
    fields = {
        "assentos": ["F07"],
        "ingressos": [ticket("F07", pb.INTEIRA, 3200)],
        "total_centavos": 3200,
        "devolvidos": [back],
        "forma_pagamento": "pix",
    }
    return order(**(fields | changes))


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_cancellation_says_how_much_comes_back_and_how(kind: str) -> None:
    for way, words in (
        ("pix", "R$ 48,00 de volta por Pix"),
        ("cartao", "R$ 48,00 de volta no cartão"),
        ("", "R$ 48,00 de volta na mesma forma de pagamento"),
    ):
        text = body(as_received(WRITER.cancellation(order(forma_pagamento=way))), kind)
        assert words in text.replace("\N{NO-BREAK SPACE}", " ")
    free = order(total_centavos=0, forma_pagamento="pix")
    assert "de volta" not in body(as_received(WRITER.cancellation(free)), kind)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_rest_of_an_order_is_mailed_with_its_cancelled_seats(kind: str) -> None:
    message = as_received(WRITER.ticket(without_f08()))
    text = body(message, kind).replace("\N{NO-BREAK SPACE}", " ")
    assert "Cancelada: Fila F · 8. Você vai receber R$ 16,00 de volta por Pix" in text
    assert "Leve a carteira de estudante" not in text
    assert str(message["Subject"]).startswith("Ingresso atualizado: ")
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert [picture.get_filename() for picture in pictures] == [
        f"{ticket_qr_content(ORDER_ID, 'F07')}.png"
    ]


def test_a_mail_about_fewer_seats_is_another_mail_and_replaces_the_calendars_entry() -> None:
    whole, less = (as_received(WRITER.ticket(one)) for one in (order(), without_f08()))
    gone = as_received(WRITER.cancellation(without_f08(cancelado=True)))
    assert whole["Message-ID"] != less["Message-ID"]
    assert ORDER_ID in str(less["Message-ID"])
    entries = [
        icalendar.Calendar.from_ical(calendar_file(message)).walk("VEVENT")[0]
        for message in (whole, less, gone)
    ]
    assert len({entry["UID"] for entry in entries}) == 1
    assert [entry["SEQUENCE"] for entry in entries] == [0, 1, 2]
    assert "Poltrona: F07" in str(entries[1]["DESCRIPTION"])


def test_the_whole_price_comes_back_where_a_seat_was_given_back_before() -> None:
    text = body(as_received(WRITER.cancellation(without_f08(cancelado=True))), "plain")
    assert "R$ 48,00 de volta" in text.replace("\N{NO-BREAK SPACE}", " ")


# --------------------------------------------------------------------------------- tickets as a PDF


def test_the_tickets_come_as_a_pdf_too_and_a_cancellation_has_none() -> None:
    pdf, _ = as_received(WRITER.ticket(order())).iter_attachments()
    assert (pdf.get_content_type(), pdf.get_filename()) == ("application/pdf", "ingressos.pdf")
    assert pdf.get_payload(decode=True) == tickets_pdf(order())
    assert len(list(as_received(WRITER.cancellation(order())).iter_attachments())) == 1
