"""The mails in each language: complete, in nothing else, and with its own way to write amounts
and times."""

import re
import string
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

import pytest

import cinema_pb2 as pb
from cinema.language_tags import LANGUAGES
from cinema.order_code import order_code
from cinema.programme_words import TEMPLATES
from deploy import ROOT
from notifications.language import Language, Languages
from notifications.mails import MailWriter
from tests.support.mailbox import as_received
from tests.support.orders import ORDER_ID, film_session, order, ticket

LANGUAGE = {tag: Language(tag) for tag in LANGUAGES}
WRITER = MailWriter("cinema@example.com", "http://localhost:8000", Languages())
CATEGORIES = [descriptor.name.lower() for descriptor in pb.Categoria.DESCRIPTOR.values]
# What is looked up by a name that the order has.
FAMILIES = ("category.", "proof.", "audio.", "audio_tag.", "room.", "page.", "length.", "refund.")


def order_of_all_categories(language: str) -> pb.Pedido:
    tickets = [
        pb.Ingresso(assento=f"F{number:02d}", categoria=category.upper(), preco_centavos=1600)
        for number, category in enumerate(CATEGORIES, start=1)
    ]
    seats = [ticket.assento for ticket in tickets]
    return order(idioma=language, assentos=seats, ingressos=tickets)


def readable_parts(message: EmailMessage) -> list[EmailMessage]:
    """Text and HTML."""
    kinds = ("text/plain", "text/html")
    return [part for part in message.walk() if part.get_content_type() in kinds]


def contents(message: EmailMessage) -> list[str]:
    return [part.get_content() for part in readable_parts(message)]


def languages_of(message: EmailMessage) -> list[str]:
    return [part["Content-Language"] for part in readable_parts(message)]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_language_has_every_text_with_the_same_placeholders(tag: str) -> None:
    portuguese, other = LANGUAGE["pt-BR"].texts, LANGUAGE[tag].texts
    assert list(other) == list(portuguese)
    for key, text in other.items():
        assert text.strip() == text
        assert text
        assert placeholders(text) == placeholders(portuguese[key]), key


def test_every_language_has_its_file_and_every_file_its_language() -> None:
    assert {path.stem for path in TEMPLATES.glob("*.toml")} == set(LANGUAGES)


def test_every_text_that_is_named_exists_and_none_is_kept_that_nothing_names() -> None:
    files = [*TEMPLATES.glob("*.html"), *TEMPLATES.glob("*.txt")]
    files += [*(ROOT / "notifications").glob("*.py"), ROOT / "email_service.py"]
    named = {
        key
        for file in files
        for key in re.findall(r'\b(?:t|self|language)\(\s*"([a-z_]+\.[a-z_]+)"', file.read_text())
    }
    named |= {"ticket.topic", "ticket.changed_topic", "cancellation.topic"}  # by the kind of mail
    named |= {"ticket.title", "ticket.changed_title"}
    texts = {key for key in LANGUAGE["pt-BR"].texts if not key.startswith(FAMILIES)}
    singular = {key for key in texts if key.endswith("_one")}
    assert named == texts - singular
    assert {key.removesuffix("_one") for key in singular} < named


# Words that are plural, and singular, by language.
NUMBERS = {
    "pt-BR": (r"\b(poltronas|ingressos|foram|valem)\b", r"\b(poltrona|ingresso)\b"),
    "en": (r"\b(seats|tickets|have been)\b", r"\b(seat|ticket)\b"),
    "es": (r"\b(butacas|entradas|quedaron|valen)\b", r"\b(butaca|entrada)\b"),
}


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("write", [WRITER.ticket, WRITER.cancellation], ids=["ticket", "cancelled"])
def test_a_mail_about_one_seat_speaks_of_one_and_of_more_about_more(
    tag: str, write: Callable[[pb.Pedido], bytes]
) -> None:
    one = order(
        idioma=tag,
        assentos=["F07"],
        ingressos=[ticket("F07", pb.INTEIRA, 3200)],
        link_token="5e" * 16,
        chave="c4" * 16,
    )
    plural, singular = NUMBERS[tag]
    subject, *contents_of_one = words_of(write(one))
    for content in (subject, *contents_of_one):
        assert not re.search(plural, content, re.IGNORECASE)
    for content in contents_of_one:
        assert re.search(singular, content, re.IGNORECASE)
    for content in words_of(write(order(idioma=tag)))[1:]:
        assert re.search(plural, content, re.IGNORECASE)


def words_of(mail: bytes) -> list[str]:
    """The subject, and text and HTML without the tags' own words."""
    message = as_received(mail)
    html = [re.sub(r"<[^>]*>|&#?\w+;", " ", content) for content in contents(message)]
    return [str(message["Subject"]), *html]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_category_has_its_name_and_every_half_price_one_the_proof_of_it(tag: str) -> None:
    texts = LANGUAGE[tag].texts
    assert [key for key in texts if key.startswith("category.")] == [
        f"category.{category}" for category in CATEGORIES
    ]
    assert [key for key in texts if key.startswith("proof.")] == [
        f"proof.{category}" for category in CATEGORIES if category != "inteira"
    ]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_mail_names_each_category_and_its_proof_in_the_buyers_language(tag: str) -> None:
    texts = LANGUAGE[tag].texts
    for content in contents(as_received(WRITER.ticket(order_of_all_categories(tag)))):
        for key in (key for key in texts if key.startswith(("category.", "proof."))):
            assert texts[key] in content


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_mail_says_which_language_it_is_in(tag: str) -> None:
    for mail in (WRITER.ticket(order(idioma=tag)), WRITER.cancellation(order(idioma=tag))):
        message = as_received(mail)
        assert languages_of(message) == [tag, tag]
        assert f'<html lang="{tag}">' in contents(message)[1]


@pytest.mark.parametrize("tag", ["", "fr", "EN"])
def test_an_unknown_language_gets_portuguese(tag: str) -> None:
    assert languages_of(as_received(WRITER.ticket(order(idioma=tag)))) == ["pt-BR", "pt-BR"]


def test_all_words_of_a_mail_are_in_the_language_files() -> None:
    """Every text is blanked but for its placeholders: what words are left come from the order
    and the calendar."""
    languages = Languages()
    language = languages.of(order())
    language.texts = {
        key: text if key == "formats.locale" else " ".join(f"{{{p}}}" for p in placeholders(text))
        for key, text in language.texts.items()
    }
    writer = MailWriter("cinema@example.com", "http://localhost:8000", languages)
    session = film_session(filme=pb.Filme(titulo="1", duracao_min=158), sala="2", idioma="3")
    wordless = order(nome_completo="4", sessao=session)
    for mail in (writer.ticket(wordless), writer.cancellation(wordless)):
        message = as_received(mail)
        for content in (message["Subject"], *contents(message)):
            assert words(content) <= {"domingo", "de", "dezembro", "dom", "dez"}


def words(content: str) -> set[str]:
    """Of two letters or more that a reader sees or hears."""
    shown = re.sub(r'<img [^>]*alt="([^"]*)"[^>]*>', r"\1", content)
    shown = re.sub(rf"<[^>]*>|https?://\S+|{order_code(ORDER_ID)}", "", shown)
    return set(re.findall(r"[^\W\d_]{2,}", shown))


@pytest.mark.parametrize(
    ("tag", "lengths"),
    [
        ("pt-BR", ["2h38", "1h05", "2h", "45 min"]),
        ("en", ["2h 38m", "1h 5m", "2h", "45 min"]),
        ("es", ["2 h 38 min", "1 h 5 min", "2 h", "45 min"]),
    ],
)
def test_a_films_length_is_written_as_one_says_it(tag: str, lengths: list[str]) -> None:
    written = [LANGUAGE[tag].length(minutes) for minutes in (158, 65, 120, 45)]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in written] == lengths


@pytest.mark.parametrize(
    ("tag", "subject"),
    [
        ("pt-BR", "Ingressos: O Agente Secreto, dom., 13 de dez., 17h45 (código 3NBS5ZCH)"),
        ("en", "Your tickets: O Agente Secreto, Sun 13 Dec, 17:45 (code 3NBS5ZCH)"),
        ("es", "Tus entradas: O Agente Secreto, dom, 13 dic, 17:45 (código 3NBS5ZCH)"),
    ],
)
def test_a_subject_says_what_it_is_about(tag: str, subject: str) -> None:
    assert as_received(WRITER.ticket(order(idioma=tag)))["Subject"] == subject


@pytest.mark.parametrize(
    ("tag", "time"),
    [
        ("pt-BR", "segunda-feira, 1 de março de 2027, às 9h05 (horário de Brasília)"),
        ("en", "Monday, 1 March 2027 at 09:05 (Brasília time)"),
        ("es", "lunes, 1 de marzo de 2027, a las 09:05 (hora de Brasilia)"),
    ],
)
def test_times_read_as_in_the_language(tag: str, time: str) -> None:
    assert LANGUAGE[tag].long_time(datetime(2027, 3, 1, 9, 5)) == time


@pytest.mark.parametrize(
    ("tag", "nothing", "much"),
    [
        ("pt-BR", "R$\N{NO-BREAK SPACE}0,00", "R$\N{NO-BREAK SPACE}1.234.567,89"),
        ("en", "R$0.00", "R$1,234,567.89"),
        ("es", "R$0.00", "R$1,234,567.89"),
    ],
)
def test_amounts_read_as_in_the_language(tag: str, nothing: str, much: str) -> None:
    assert LANGUAGE[tag].money(0) == nothing
    assert LANGUAGE[tag].money(123_456_789) == much


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_page_writes_dates_amounts_and_categories_alike(tag: str) -> None:
    page = (ROOT / "static" / f"{tag[:2]}.js").read_text(encoding="utf-8")
    texts = LANGUAGE[tag].texts
    assert f'export const locale = "{texts["formats.locale"]}";' in page
    for category in CATEGORIES:
        assert f'"category.{category}": "{texts[f"category.{category}"]}"' in page


@pytest.mark.parametrize(
    ("minute", "hour", "written"), [(0, 5, "5h"), (30, 6, "6h30"), (45, 17, "17h45"), (0, 0, "0h")]
)
def test_brazil_writes_full_hours_without_minutes(minute: int, hour: int, written: str) -> None:
    moment = datetime(2027, 3, 1, hour, minute)
    assert f"às {written} (" in LANGUAGE["pt-BR"].long_time(moment)
    assert LANGUAGE["pt-BR"].short_time(moment).endswith(f", {written}")
