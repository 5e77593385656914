"""Filling a page's HTML file."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gateway.http_json import Json
from gateway.page_html import fill

HEAD = "<title>O Agente Secreto</title>"
STATIC = Path(__file__).parents[2] / "static"
NASTY = '</script><script>alert(1)</script><!-- <script> --> ]]> & "q" \u2028 \\u003c é'


class Reader(HTMLParser):
    """Collects the language, the addresses of files, and the scripts with their content."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language: str | None = None
        self.files: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.data = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "html":
            self.language = attributes["lang"]
        if tag == "script":
            self.scripts.append(attributes)
        self.files += [value for name, value in attrs if name in ("src", "href") and value]

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script":
            self.data += data.strip()


def page(name: str, data: Json | None = None, language: str = "en") -> Reader:
    return Reader(fill((STATIC / name).read_text(), language, "v-0123456789ab", data, HEAD))


@pytest.mark.parametrize("name", ["index.html", "sessao.html", "pedido.html"])
def test_a_page_gets_its_language_its_files_and_its_data(name: str) -> None:
    filled = page(name, {"filme": "O Agente Secreto"})
    assert filled.language == "en"
    assert json.loads(filled.data) == {"filme": "O Agente Secreto"}
    files = [address for address in filled.files if address.startswith("/static/")]
    assert files
    assert all(address.startswith("/static/v-0123456789ab/") for address in files)


@pytest.mark.parametrize("name", ["index.html", "sessao.html", "pedido.html"])
@pytest.mark.parametrize(("language", "module"), [("pt-BR", "pt"), ("en", "en"), ("es", "es")])
def test_only_the_texts_of_the_buyers_language_are_preloaded(
    name: str, language: str, module: str
) -> None:
    files = {address.rsplit("/")[-1] for address in page(name, language=language).files}
    texts = {name for name in files if re.fullmatch(r"(pt|en|es)(-order)?\.js", name)}
    assert texts == {f"{module}.js"} | ({f"{module}-order.js"} if name == "pedido.html" else set())


@pytest.mark.parametrize("name", ["index.html", "sessao.html", "pedido.html"])
def test_data_is_never_taken_for_markup(name: str) -> None:
    plain, nasty = page(name, {"titulo": "x"}), page(name, {"titulo": NASTY, NASTY: [NASTY]})
    assert json.loads(nasty.data) == {"titulo": NASTY, NASTY: [NASTY]}
    assert nasty.scripts == plain.scripts


def test_without_data_the_slot_is_there_and_empty() -> None:
    filled = page("index.html")
    assert filled.data == ""
    assert [script["type"] for script in filled.scripts if script.get("id") == "data"] == [
        "application/json"
    ]
