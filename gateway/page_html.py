"""Fills a page's HTML file: the buyer's language, the current files, the head, and the first data.

The head has the title and the preview of a link to the page (Open Graph).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

import orjson

from cinema.art.poster import WIDE
from cinema.local_time import day_and_hour
from cinema.programme_words import texts_in
from gateway.film_art import preview_path
from gateway.http_json import Json

About = Mapping[str, Any]  # the API's JSON of the session or the order that a page shows

_OPEN_GRAPH_LOCALES = {"pt-BR": "pt_BR", "en": "en_GB", "es": "es_LA"}
_RATED = frozenset({"10", "12", "14", "16", "18"})

_HEAD = "<title>Cinema</title>"
_LANGUAGE = '<html lang="pt-BR">'
_TEXTS = re.compile(r'(?<=href="/static/)pt(?=(-order)?\.js")')
_SHEETS = re.compile(r'<link rel="stylesheet" href="/static/([^"]+)">')
_STATIC = '"/static/'
_FIRST_LOOK = '<div class="first-look">'
_DATA = '<script type="application/json" id="data">'


def fill(
    template: str,
    language: str,
    revision: str,
    data: Json | orjson.Fragment | None,
    head: str,
    first_look: str = "",
) -> str:
    """The file with its slots filled; without data that slot stays empty.

    `head` and `first_look` are HTML.
    """
    html = (
        _TEXTS.sub(language[:2], template)
        .replace(_LANGUAGE, f'<html lang="{language}">', 1)
        .replace(_STATIC, f"{_STATIC}{revision}/")
        .replace(_FIRST_LOOK, _FIRST_LOOK + first_look, 1)
        .replace(_HEAD, head, 1)
    )
    return html if data is None else html.replace(_DATA, _DATA + _data_block(data), 1)


def preload_header(template: str, revision: str) -> str:
    """The page's styles as a Link header: a browser asks for them before it has the HTML."""
    return ", ".join(
        f"</static/{revision}/{name}>; rel=preload; as=style" for name in _SHEETS.findall(template)
    )


def _data_block(data: Json | orjson.Fragment) -> str:
    """JSON in which no `<` can close its element or open another."""
    return orjson.dumps(data).decode().replace("<", "\\u003c")


@dataclass(frozen=True)
class Head:
    """`site` is the cinema's name. `image` is a path at this gateway, or empty."""

    site: str
    title: str
    text: str
    image: str = ""


def head_of(page: str, about: About | None, language: str) -> Head:
    """The head of one of the HTML files. `about` is None if booking did not answer in time."""
    texts = texts_in(language)["page"]
    site = (about or {}).get("cinema") or texts["cinema"]
    if page == "index.html":
        title = f"{texts['programme']} · {site}"
        image = preview_path(about["filme"]["art"]) if about and "filme" in about else ""
        return Head(site, title, texts["programme_text"], image)
    if page == "pedido.html":
        if about is None or not about["sessao"]["filme"]["titulo"]:
            return Head(site, f"{texts['order']} · {site}", texts["order_text"])
        session = about["sessao"]
        return Head(
            site,
            f"{session['filme']['titulo']} · {about['codigo']}",
            _facts(session, language),
            preview_path(session["filme"]["art"]),
        )
    if about is None:
        return Head(site, site, texts["session_text"])
    title = f"{about['filme']['titulo']} · {_when(about, language)}"
    facts = _facts(about, language)
    image = preview_path(about["filme"]["art"])
    return Head(site, title, f"{facts}. {texts['session_text']}", image)


def _when(session: About, language: str) -> str:
    return day_and_hour(datetime.fromisoformat(session["inicio"]), language)


def head_tags(head: Head, language: str, public_url: str) -> str:
    """The elements. Previews need absolute addresses, which begin with `public_url`."""
    tags = [f"<title>{escape(head.title)}</title>", _meta("name", "description", head.text)]
    tags += (
        _meta("property", f"og:{key}", value)
        for key, value in _open_graph(head, language, public_url)
    )
    tags.append(_meta("name", "twitter:card", "summary_large_image" if head.image else "summary"))
    return "".join(tags)


def _open_graph(head: Head, language: str, public_url: str) -> Iterator[tuple[str, str]]:
    yield "title", head.title
    yield "description", head.text
    yield "type", "website"
    yield "site_name", head.site
    yield "locale", _OPEN_GRAPH_LOCALES[language]
    if head.image:
        yield "image", f"{public_url}{head.image}"
        yield "image:width", str(WIDE[0])
        yield "image:height", str(WIDE[1])


def _facts(session: About, language: str) -> str:
    """Such as `dom 13/12 · 17h45 · Sala 1 · nacional · 16 anos`, without what is unknown."""
    words = session["words"][language]
    texts, rating = texts_in(language)["page"], session["filme"]["classificacao"]
    rated = (
        texts["age"].format(age=rating)
        if rating in _RATED
        else texts["all_ages"]
        if rating == "L"
        else rating
    )
    when = _when(session, language)
    return " · ".join(filter(None, (when, words["room"], words["audio"], rated)))


def _meta(kind: str, name: str, content: str) -> str:
    return f'<meta {kind}="{name}" content="{escape(content)}">'
